import JSON
import Testing

/// A text read and written again, or why it is refused.
func rewritten(_ bytes: [UInt8]) -> String {
    do {
        return String(decoding: try JSONWriter().text(of: JSONParser.parse(bytes)), as: UTF8.self)
    } catch { return "\(error)" }
}

func rewritten(_ text: String) -> String { rewritten(Array(text.utf8)) }

@Suite("Parser")
struct ParserTests {
    @Test("Texts that python3 accepts", arguments: PythonCases.accepted)
    func accepted(text: String, expected: String) {
        // Swift's equality of strings would take an accent before for one behind.
        #expect(Array(rewritten(text).utf8) == Array(expected.utf8), "\(text): \(rewritten(text))")
    }

    @Test("Texts that python3 refuses", arguments: PythonCases.refused)
    func refused(text: String) { #expect(throws: JSONError.self) { try JSONParser.parse(Array(text.utf8)) } }

    @Test(
        "Texts that python3 accepts and RFC 8259 does not, or leaves open",
        arguments: [
            ("NaN", "line 1, column 1: expected a value, found 'N'"),
            ("[-Infinity]", "line 1, column 3: expected a digit, found 'I'"),
            ("1e999", "line 1, column 1: the number 1e999 is too large"),
            (#"{"a":1,"a":1}"#, #"line 1, column 8: the key "a" stands twice"#),
            (#"{"a":1,"\u0061":1}"#, #"line 1, column 8: the key "a" stands twice"#),
            (#""\ud800""#, "line 1, column 2: half a surrogate pair"),
            (#""\udc00""#, "line 1, column 2: half a surrogate pair"),
            (#""\udc00\ud800""#, "line 1, column 2: half a surrogate pair"),
            (#""\ud800\ud800""#, "line 1, column 2: half a surrogate pair"),
            (#""\ud800\n""#, "line 1, column 2: half a surrogate pair"),
            (#""\ud800x""#, "line 1, column 2: half a surrogate pair"),
        ])
    func stricter(text: String, expected: String) { #expect(rewritten(text) == expected) }

    @Test(
        "Bytes",
        arguments: [
            ([0x22, 0x80, 0x22], "line 1, column 2: the string is not UTF-8"),
            ([0x22, 0xc0, 0x80, 0x22], "line 1, column 2: the string is not UTF-8"),
            ([0x22, 0xed, 0xa0, 0x80, 0x22], "line 1, column 2: the string is not UTF-8"),
            ([0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], "line 1, column 2: the string is not UTF-8"),
            ([0x22, 0xe2, 0x82, 0x22], "line 1, column 2: the string is not UTF-8"),
            ([0x22, 0xe2, 0x5c, 0x6e, 0x82, 0x22], "line 1, column 2: the string is not UTF-8"),
            ([0x22, 0x0a, 0x22], "line 1, column 2: a control character in a string must be escaped"),
            ([0x22, 0x00, 0x22], "line 1, column 2: a control character in a string must be escaped"),
            ([0x22, 0x7f, 0x22], "\"\u{7f}\""),
            ([0xef, 0xbb, 0xbf, 0x31], "line 1, column 1: expected a value, found U+FEFF"),
            ([0x31, 0x00], "line 1, column 2: expected the end of the text, found U+0000"),
            ([0x5b, 0x0c, 0x5d], "line 1, column 2: expected a value, found U+000C"),
            ([0x5b, 0xc2, 0xa0, 0x5d], "line 1, column 2: expected a value, found U+00A0"),
            ([0xff], "line 1, column 1: expected a value, found U+FFFD"),
            ([0x31, 0x00, 0x32, 0x00], "line 1, column 2: expected the end of the text, found U+0000"),
        ] as [([UInt8], String)])
    func bytes(bytes: [UInt8], expected: String) { #expect(rewritten(bytes) == expected) }

    @Test("Lines and characters are counted")
    func places() {
        #expect(rewritten("[1,\n \"é€😀\" x]") == "line 2, column 8: expected ',' or ']', found 'x'")
        #expect(rewritten("\r\n\r\n") == "line 3, column 1: expected a value, found the end")
    }

    @Test("Integers to the last one, numbers beyond")
    func integers() throws {
        for integer in [Int.min, .min + 1, -10, 0, 10, .max - 1, .max] {
            #expect(try JSONParser.parse(Array("\(integer)".utf8)) == .integer(integer))
        }
        for text in ["9223372036854775808", "-9223372036854775809", "92233720368547758070", "1.0", "1e0"] {
            #expect(try JSONParser.parse(Array(text.utf8)) == .number(Double(text) ?? 0))
        }
        #expect(JSONValue.number(3).asInteger == 3)
        #expect(JSONValue.number(3.5).asInteger == nil)
        #expect(JSONValue.number(1e30).asInteger == nil)
        let many = String(repeating: "9", count: 1000)
        #expect(rewritten(many) == "line 1, column 1: the number \(many.prefix(80))... is too large")
        #expect(rewritten("0." + many) == "1.0")
    }

    @Test("Depth has an end", arguments: ["[", #"{"a":"#, "[[{\"a\":"])
    func depth(lead: String) {
        #expect(rewritten(String(repeating: lead, count: 200_000)).hasSuffix(": more than 512 levels"))
        #expect(rewritten(String(repeating: lead, count: 100)).hasSuffix(": expected a value, found the end"))
    }

    @Test("As deep as may be")
    func deepest() {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            func nest(_ count: Int) -> String {
                String(repeating: open, count: count) + "1" + String(repeating: close, count: count)
            }
            #expect(rewritten(nest(512)) == nest(512))
            #expect(rewritten(nest(513)).hasSuffix(": more than 512 levels"))
        }
    }

    @Test("A name twice among few and among many; names are bytes")
    func names() {
        for count in [1, 2, 15, 16, 17, 40, 1000] {
            let members = (0..<count).map { "\"é\($0)\":\($0)" }
            #expect(rewritten("{\(members.joined(separator: ","))}") == "{\(members.joined(separator: ","))}")
            for twice in Set([0, count / 2, count - 1]) {
                let text = "{\(members.joined(separator: ",")),\"\\u00e9\(twice)\":0}"
                #expect(rewritten(text).hasSuffix("the key \"é\(twice)\" stands twice"))
            }
            let other = members + members.map { "\"e\u{301}" + $0.dropFirst(2) }
            #expect(!rewritten("{\(other.joined(separator: ","))}").contains("twice"))
        }
    }

    @Test("Members are found by name")
    func members() throws {
        let value = try JSONParser.parse(Array(#"{"a":[1,"x"],"b":null}"#.utf8))
        #expect(value["a"]?.asArray?.first?.asInteger == 1)
        #expect(value["a"]?.asArray?.last?.asString == "x")
        #expect(value["b"] == .null)
        #expect(value["c"] == nil)
        #expect(value["a"]?["b"] == nil)
        let accents = try JSONParser.parse(Array("{\"\u{e9}\":1,\"e\u{301}\":2}".utf8))
        #expect(accents["\u{e9}"]?.asInteger == 1 && accents["e\u{301}"]?.asInteger == 2)
        #expect(value.asObject?.map(\.name) == ["a", "b"])
    }
}
