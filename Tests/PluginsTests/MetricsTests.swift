import Host
import Testing

@testable import Plugins

@Suite("Metrics")
struct MetricsTests {
    private func run(_ body: String) throws -> String {
        try Host(modules: builtInModules).evaluate(
            """
            local nj = require "nightjar"
            local confusion = nj.metrics.confusion(3)
            confusion:add({ 0, 1, 2, 1, 1, 0 }, { 0, 0, 2, 1, 0, 2 })
            \(body)
            """)
    }

    private func failure(_ body: String) -> String {
        do { return "no error, but: \(try run(body))" } catch { return "\(error)" }
    }

    @Test("Pairs are counted")
    func counts() throws {
        #expect(try run("return confusion:total(), confusion:accuracy()") == "6 0.5")
        #expect(try run("return confusion:count(0, 1), confusion:count(1, 0), confusion:count(2, 2)") == "2 0 1")
        #expect(try run("return confusion:recall(2), confusion:precision(2)") == "0.5 1.0")
        #expect(try run("return confusion:precision(1) * 3") == "1.0")
        #expect(
            try run(
                "local c = nj.metrics.confusion(2) return c:total(), c:accuracy() ~= c:accuracy(), c:recall(0) ~= c:recall(0)"
            )
                == "0 true true")
    }

    @Test("The commonest mistakes come first, equally common ones by class")
    func worst() throws {
        let list =
            "local all = {} for _, m in ipairs(confusion:worst(N)) do all[#all + 1] = m.truth .. m.predicted .. m.count end return table.concat(all, ' ')"
        func worst(_ n: String) throws -> String {
            try run("confusion:add({ 1 }, { 2 })" + list.split(separator: "N").joined(separator: n))
        }
        #expect(try worst("") == "012 201 211")
        #expect(try worst("2") == "012 201")
        #expect(try worst("0") == "")
    }

    @Test("The table has a row for each true class")
    func table() throws {
        #expect(
            try run(
                "confusion:add(nj.json.decode('[' .. ('0,'):rep(119) .. '0]'), nj.json.decode('[' .. ('0,'):rep(119) .. '0]')) return confusion"
            )
                == #"""
                truth \ predicted    0    1    2
                                0  121    2    0
                                1    0    1    0
                                2    1    0    1
                """#)
    }

    @Test("Tensors of classes are taken as they come from argmax")
    func tensors() throws {
        #expect(
            try run(
                """
                local scores = nj.tensor({ { 1, 0, 0 }, { 0, 0, 5 } })
                return nj.metrics.confusion(3):add(scores:argmax { dim = 1 }, nj.tensor({ 0, 1 }, { dtype = "int64" })):worst(1)[1].predicted
                """) == "2")
        #expect(
            failure("confusion:add(nj.tensor({ 0.0 }), { 1 })")
                == "test.lua:4: Confusion:add: 'predicted' must hold classes as int64, which argmax gives; it holds float32"
        )
        #expect(
            failure("local t = nj.tensor({ 0, 3 }, { dtype = 'int64' }) confusion:add(t, t)")
                == "test.lua:4: Confusion:add: predicted class 3 at row 1 is outside 0..2")
    }

    @Test("A view with more classes than memory is refused before it is copied")
    func hugeViews() {
        let huge = "local t = nj.zeros({ 1 }, { dtype = 'int64' }):expand(1 << 36) "
        #expect(
            failure(huge + "confusion:add(t, t)")
                == "test.lua:4: Confusion:add: 'predicted' has 68719476736 classes; at most 16777216 are added at once")
        #expect(
            failure(huge + "confusion:add(nj.zeros({ 1 }, { dtype = 'int64' }), t)")
                == "test.lua:4: Confusion:add: got 1 predicted classes for 68719476736 labels")
    }

    @Test(
        "Mistakes",
        arguments: [
            ("confusion:add({ 0, 3 }, { 0, 0 })", "Confusion:add: predicted class 3 at item 2 is outside 0..2"),
            ("confusion:add({ 0 }, { -1 })", "Confusion:add: label -1 at item 1 is outside 0..2"),
            ("confusion:add({ 0 }, { 0, 1 })", "Confusion:add: got 1 predicted classes for 2 labels"),
            ("confusion:count(3, 0)", "Confusion:count: bad argument 'truth' (class from 0 to 2 expected, got 3)"),
            ("confusion:recall(-1)", "Confusion:recall: bad argument 'class' (class from 0 to 2 expected, got -1)"),
            (
                "nj.metrics.confusion(0)",
                "metrics.confusion: bad argument 'classes' (integer from 1 to 10000 expected, got 0)"
            ),
            ("nj.metrics.mean {}", "metrics.mean: the list is empty"),
            ("nj.metrics.percentile({}, 50)", "metrics.percentile: the list is empty"),
            (
                "nj.metrics.percentile({ 1 }, 101)",
                "metrics.percentile: bad argument 'p' (number from 0.0 to 100.0 expected, got 101)"
            ),
        ])
    func mistakes(body: String, expected: String) {
        #expect(failure(body) == "test.lua:4: \(expected)")
    }

    @Test("An addition that fails counts nothing")
    func atomicity() throws {
        #expect(try run("pcall(confusion.add, confusion, { 0, 9 }, { 0, 0 }) return confusion:total()") == "6")
    }

    @Test("Means and percentiles")
    func lists() throws {
        #expect(try run("return nj.metrics.mean { 1, 2, 6 }") == "3.0")
        #expect(
            try run(
                "local l = { 4, 1, 3, 2 } local p = nj.metrics.percentile return p(l, 0), p(l, 50), p(l, 90), p(l, 100), p({ 7 }, 50)"
            )
                == "1.0 2.5 3.7 4.0 7.0")
    }
}
