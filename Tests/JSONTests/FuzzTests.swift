import JSON
import Testing

@Suite("Any bytes")
struct FuzzTests {
    /// SplitMix64: the same texts in every run.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
            return mixed ^ mixed >> 31
        }
    }

    /// Reads bytes; what is taken must survive being written and read.
    private func check(_ bytes: [UInt8]) throws {
        let value: JSONValue
        do throws(JSONError) { value = try JSONParser.parse(bytes) } catch {
            guard case .text(let line, let column) = error.place else {
                Issue.record("\(error) has no place")
                return
            }
            #expect(line >= 1 && column >= 1)
            return
        }
        let text = try JSONWriter().text(of: value)
        let again = try JSONParser.parse(text)
        #expect(try JSONWriter().text(of: again) == text)
        #expect(again == value)
    }

    @Test("Texts with pieces changed, taken out or doubled")
    func changed() throws {
        var generator = Generator(state: 1)
        let seeds =
            PythonCases.accepted.map(\.text) + PythonCases.refused + [
                #"{"name":"mnist","files":[{"size":12,"sha256":"ab"},{"size":-1.5e3}],"ok":true,"x":null,"é":"\ud83d\ude00"}"#
            ]
        let alphabet = Array("{}[]:,\"\\u0123456789dDcC+-.eEtrufalsn \n\t/".utf8) + [0, 0x1f, 0x7f, 0x80, 0xc3, 0xff]
        for round in 0..<20_000 {
            var bytes = Array(seeds[round % seeds.count].utf8)
            for _ in 0...round % 4 {
                let place = Int.random(in: 0...bytes.count, using: &generator)
                let end = min(bytes.count, place + Int.random(in: 0..<8, using: &generator))
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes.removeSubrange(place..<end)
                case 1: bytes.insert(contentsOf: bytes[place..<end], at: place)
                case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
                default: bytes.insert(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)], at: place)
                }
            }
            try check(bytes)
        }
    }

    @Test("Texts cut anywhere")
    func cut() throws {
        for (text, _) in PythonCases.accepted {
            let bytes = Array(text.utf8)
            for count in 0..<bytes.count { try check(Array(bytes[..<count])) }
        }
    }

    @Test("Values written in every layout are read the same")
    func values() throws {
        var generator = Generator(state: 2)
        func value(_ depth: Int) -> JSONValue {
            switch Int.random(in: 0..<(depth > 4 ? 5 : 7), using: &generator) {
            case 0: return .null
            case 1: return .bool(.random(using: &generator))
            case 2: return .integer(Int(bitPattern: UInt(generator.next() >> (generator.next() % 64))))
            case 3:
                let number = Double(bitPattern: generator.next())
                return .number(number.isFinite ? number : 0.5)
            case 4: return .string(string())
            case 5: return .array((0..<generator.next() % 5).map { _ in value(depth + 1) })
            default: return .object((0..<generator.next() % 30).map { .init("\($0)" + string(), value(depth + 2)) })
            }
        }
        func string() -> String {
            var string = ""
            for _ in 0..<generator.next() % 12 {
                let code = UInt32(truncatingIfNeeded: generator.next() >> (43 + generator.next() % 16))
                if let scalar = Unicode.Scalar(code) { string.unicodeScalars.append(scalar) }
            }
            return string
        }
        for _ in 0..<300 {
            let value = value(0)
            for layout in [JSONWriter.Layout.line, .indented(0), .indented(3), .spaced(2)] {
                #expect(try JSONParser.parse(JSONWriter(layout).text(of: value)) == value)
            }
        }
    }
}
