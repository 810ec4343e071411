import Testing

@testable import Host

private let module = HostModule(
    "test", doc: "Sizes and options.",
    functions: [
        .function(
            "sizes", doc: "Gives them back.", arguments: [.rest(integers: "shape")],
            options: [.string("dtype", default: "float32"), .boolean("requires_grad", default: false)]
        ) { call in
            let sizes = try call.integers("shape").map { "\($0)" }.joined(separator: ",")
            return .string("\(sizes) \(try call.string("dtype")) \(try call.boolean("requires_grad"))")
        },
        .function(
            "counters", doc: "Adds.", arguments: [.integer("start"), .rest(objects: "counters", Counter.self)],
            options: [.integer("factor", default: 1)]
        ) { call in
            let counters: [Counter] = try call.objects("counters")
            return .integer(
                try call.integer("start") + counters.map(\.value).reduce(0, +) * call.integer("factor"))
        },
    ])

@Suite("Parameters that take all that follows")
struct VariadicTests {
    private func run(_ expression: String) throws -> String {
        let bench = try Bench(testModules + [module])
        let prelude = "local nj = require 'nightjar' local t, c = nj.test, nj.counter(5) local _ = c"
        do { return try bench.run("\(prelude)\nreturn \(expression)") } catch { return "\(error)" }
    }

    @Test(
        "may be followed by options, however many values there are",
        arguments: [
            ("t.sizes()", " float32 false"), ("t.sizes(2)", "2 float32 false"), ("t.sizes(2, 3)", "2,3 float32 false"),
            ("t.sizes({ 2, 3 })", "2,3 float32 false"), ("t.sizes(2, { dtype = 'int64' })", "2 int64 false"),
            ("t.sizes(2, 3, { dtype = 'int64' })", "2,3 int64 false"),
            ("t.sizes(2, 2, 2, { requires_grad = true })", "2,2,2 float32 true"),
            ("t.sizes({ 2, 3 }, { dtype = 'bool', requires_grad = true })", "2,3 bool true"),
            ("t.sizes(1, 2, 3, 4, 5, {})", "1,2,3,4,5 float32 false"), ("t.sizes({})", " float32 false"),
            ("t.sizes { dtype = 'int64' }", " int64 false"), ("t.sizes { shape = { 4, 5 } }", "4,5 float32 false"),
            ("t.sizes { shape = {}, dtype = 'x' }", " x false"), ("t.counters(1)", "1"), ("t.counters(1, c, c)", "11"),
            ("t.counters(1, { c, c })", "11"), ("t.counters(1, c, c, { factor = 2 })", "21"),
            ("t.counters(1, c, { factor = 2 })", "11"), ("t.counters { start = 2, counters = { c } }", "7"),
        ])
    func values(expression: String, expected: String) throws { #expect(try run(expression) == expected) }

    @Test(
        "are given once, and are what is declared",
        arguments: [
            ("t.sizes(2, { shape = { 3 } })", "test.sizes: 'shape' is given twice, by position and by name"),
            ("t.sizes(2, 3, { shape = { 3 } })", "test.sizes: 'shape' is given twice, by position and by name"),
            ("t.counters(1, c, { start = 2 })", "test.counters: 'start' is given twice, by position and by name"),
            (
                "t.sizes { shape = { 2, 'x' } }",
                "test.sizes: bad argument 'shape' (list of integers expected, got string as item 2)"
            ),
            ("t.sizes { shape = 2 }", "test.sizes: bad argument 'shape' (list of integers expected, got number)"),
            ("t.sizes(2, 3, { dtyp = 'x' })", "test.sizes: unknown option 'dtyp' (did you mean 'dtype'?)"),
            ("t.sizes(2, { 3 })", "test.sizes: bad argument 'shape' (integer expected, got table)"),
        ])
    func mistakes(expression: String, expected: String) throws {
        #expect(try run(expression) == "test.lua:2: \(expected)")
    }
}
