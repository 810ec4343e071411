import Files
import JSON
import TestSupport
import Testing

@testable import Runs

@Suite("TensorBoard's events")
struct EventTests {
    /// The bytes of a hexadecimal text.
    private func bytes(_ text: String?) -> [UInt8] {
        let digits = Array(text ?? "")
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    }

    @Test("Records are PyTorch's, byte for byte")
    func records() throws {
        let reference = try JSONParser.parse(readFile(referencePath("events.json")))
        #expect(Event.beginning(at: 1_700_000_000).record == bytes(reference["first"]?.asString))
        let rows = reference["rows"]?.asArray ?? []
        #expect(rows.count == 5)
        for row in rows.compactMap(\.asArray) {
            guard case .number(let time) = row[0], let step = row[1].asInteger, let tag = row[2].asString else {
                Issue.record("a row of the reference has other kinds")
                continue
            }
            var value = Double.infinity
            if case .number(let number) = row[3] { value = number }
            let event = Event(time: time, step: step, values: [(tag, .scalar(value))])
            #expect(event.record == bytes(row[4].asString), "\(tag)")
        }
    }

    @Test("The checksum is Castagnoli's, and can be continued")
    func checksum() {
        // RFC 3720, B.4.
        #expect(CRC32C.of([UInt8](repeating: 0, count: 32)).value == 0x8a91_36aa)
        #expect(CRC32C.of(0..<32).value == 0x46dd_794e)
        var continued = CRC32C(continuing: CRC32C.of(0..<10).value)
        continued.add(10..<32)
        #expect(continued.value == 0x46dd_794e)
    }

    @Test("A histogram counts what is finite")
    func histogram() throws {
        #expect(EventHistogram([]) == nil)
        #expect(EventHistogram([.nan, .infinity]) == nil)
        let message = try #require(EventHistogram([1, 2, -3, .nan])).message.bytes
        // The first fields: least, most, how many, their sum.
        let numbers = (0..<4).map { place in
            Double(bitPattern: message[(place * 9 + 1)..<(place * 9 + 9)].reversed().reduce(0) { $0 << 8 | UInt64($1) })
        }
        #expect(numbers == [-3, 2, 3, 0])
    }
}
