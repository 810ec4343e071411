import Lua
import Testing

@testable import Host

private let module = HostModule(
    "test", doc: "Values.",
    functions: [
        .function("count", doc: "How many values there are.", arguments: [.any("value")], returns: .integer()) { call in
            func count(_ value: LuaValue) -> Int {
                switch value {
                case .list(let items): items.map(count).reduce(1, +)
                case .table(let pairs): pairs.map { count($0.key) + count($0.value) }.reduce(1, +)
                default: 1
                }
            }
            return .integer(count(try call.value("value")))
        },
        .function("list", doc: "Takes a list.", arguments: [.list("items")]) { _ in .boolean(true) },
    ])

@Suite("Tables on their way to Swift")
struct TableLimitTests {
    private func run(_ source: String) -> String {
        do {
            let prelude = "local nj = require 'nightjar' local count = nj.test.count"
            return try Bench([coreModule, module]).run("\(prelude)\n\(source)")
        } catch {
            return "\(error)"
        }
    }

    private static func refused(_ words: String) -> String { "test.lua:2: test.count: \(words)" }

    @Test(
        "are refused where they would never be done",
        .timeLimit(.minutes(5)),
        arguments: [
            ("local t = {} t.t = t return count(t)", refused("a table holds itself")),
            ("local t = {} t[t] = 1 return count(t)", refused("a table holds itself")),
            // Every level twice: 2^100 ways through it.
            ("local t = {} t[1], t[2] = { t }, { t } return count(t)", refused("a table holds itself")),
            (
                "local t = {} for i = 1, 60 do t = { t, t } end return count(t)",
                refused("tables that stand in several places hold more than 1000000 values")
            ),
            (
                "local t = {} for i = 1, 100 do t = { t } end return count(t)",
                refused("tables lie more than 100 deep")
            ),
            (
                "local t = {} for i = 1, 1e6 do t = { t } end return count(t)",
                refused("tables lie more than 100 deep")
            ),
        ])
    func refusals(source: String, expected: String) { #expect(run(source) == expected) }

    @Test(
        "are taken whole otherwise",
        arguments: [
            ("local t = {} for i = 1, 99 do t = { t } end return count(t)", "100"),
            ("local t = { 1, 2 } return count({ t, t, t })", "10"),
            ("local row, t = {}, {} for i = 1, 300 do row[i], t[i] = i, row end return count(t)", "90301"),
            ("local t = {} for i = 1, 200000 do t[i] = i end return count(t)", "200001"),
            ("return count({ [math.mininteger] = 1 })", "3"),
            ("return count({ [1] = 1, [2] = 2, [4] = 4 })", "7"),
        ])
    func whole(source: String, expected: String) { #expect(run(source) == expected) }

    /// Lua finds a list's length by doubling: here it is 2^61, of 64 values.
    @Test("are lists by what they hold, not by the length that Lua finds", .timeLimit(.minutes(5)))
    func lengths() {
        let table = "local t = {} for i = 0, 61 do t[1 << i] = 1 end t[3], t[5] = 1, 1 assert(#t > 1e18)"
        #expect(run("\(table) return count(t)") == "129")
        #expect(
            run("\(table) return nj.test.list(t)")
                == "test.lua:2: test.list: bad argument 'items' (list expected, got nil as item 6)")
        #expect(run("return nj.test.list({ 1, 2 }), nj.test.list({})") == "true true")
    }
}
