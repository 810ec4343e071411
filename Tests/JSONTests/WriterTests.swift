import JSON
import Testing

@Suite("Writer")
struct WriterTests {
    private func text(_ value: JSONValue, _ writer: JSONWriter = JSONWriter()) -> String {
        do { return String(decoding: try writer.text(of: value), as: UTF8.self) } catch { return "\(error)" }
    }

    private let sample = JSONValue.object([
        .init("b", .array([.integer(1), .object([.init("x", .null)])])), .init("é", .bool(true)),
        .init("a", .array([])), .init("Z", .object([])),
    ])

    @Test("Members in their own order or sorted by bytes")
    func order() {
        #expect(text(sample) == #"{"b":[1,{"x":null}],"é":true,"a":[],"Z":{}}"#)
        #expect(text(sample, JSONWriter(sortsNames: true)) == #"{"Z":{},"a":[],"b":[1,{"x":null}],"é":true}"#)
    }

    @Test("Layouts")
    func layouts() {
        #expect(
            text(sample, JSONWriter(.indented(2))) == """
                {
                  "b": [
                    1,
                    {
                      "x": null
                    }
                  ],
                  "é": true,
                  "a": [],
                  "Z": {}
                }
                """)
        #expect(
            text(sample, JSONWriter(.spaced(1), sortsNames: true)) == """
                {
                 "Z" : {

                 },
                 "a" : [

                 ],
                 "b" : [
                  1,
                  {
                   "x" : null
                  }
                 ],
                 "é" : true
                }
                """)
        #expect(text(.array([.null]), JSONWriter(.indented(0))) == "[\nnull\n]")
        #expect(text(.array([.null]), JSONWriter(.indented(-1))) == "[\nnull\n]")
    }

    @Test("Numbers are told from their neighbours")
    func numbers() throws {
        for number in [0.1, -0.0, 1e300, .leastNonzeroMagnitude, 1 / 3, .greatestFiniteMagnitude, 1e16, 123456.75] {
            for neighbour in [number, number.nextUp, number.nextDown] where neighbour.isFinite {
                guard case .number(let back) = try JSONParser.parse(Array(text(.number(neighbour)).utf8)) else {
                    Issue.record("\(neighbour) is written as an integer")
                    continue
                }
                #expect(back.bitPattern == neighbour.bitPattern)
            }
        }
    }

    @Test("What has no JSON form, and where")
    func refusals() {
        func layer(_ value: JSONValue) -> JSONValue {
            .object([.init("layers", .array([.null, .object([.init("the rate", value)])]))])
        }
        #expect(text(.number(.nan)) == "nan has no JSON form")
        #expect(text(.array([.array([.number(.infinity)])])) == "[1][1]: inf has no JSON form")
        #expect(text(layer(.number(-.infinity))) == #"layers[2]["the rate"]: -inf has no JSON form"#)
        #expect(
            text(.object([.init("a", .object([.init("b1", .number(.nan))]))])) == "a.b1: nan has no JSON form")
        let twice = JSONValue.object([.init("a", .null), .init("b", .null), .init("a", .null)])
        #expect(text(.array([twice])) == #"[1]: the key "a" twice has no JSON form"#)
        #expect(text(twice, JSONWriter(sortsNames: true)) == #"the key "a" twice has no JSON form"#)
        var deep = JSONValue.null
        for _ in 0..<512 { deep = .array([deep]) }
        #expect(text(deep).utf8.count == 1028)
        #expect(text(.array([deep])).hasSuffix("[1]: more than 512 levels have no JSON form"))
    }

    @Test("A text has an end, spaces included")
    func limit() {
        let items = JSONValue.array([.integer(1), .integer(2)])
        #expect(text(items, JSONWriter(limit: 5)) == "[1,2]")
        #expect(
            text(items, JSONWriter(limit: 4))
                == "the text would be longer than 4 bytes (what stands in several places is written in each)")
        var shared = JSONValue.integer(1)
        for _ in 0..<100 { shared = .array([shared, shared]) }
        #expect(text(shared, JSONWriter(limit: 1 << 16)).hasPrefix("[1][1]"))
        let spaced = JSONValue.array(Array(repeating: .null, count: 100))
        #expect(text(spaced, JSONWriter(.indented(1000), limit: 10_000)).contains("longer than"))
    }
}
