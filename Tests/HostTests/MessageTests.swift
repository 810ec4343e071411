import Testing

@testable import Host

@Suite("What scripts are told of their mistakes")
struct MessageTests {
    @Test(
        "Literal messages",
        arguments: [
            (
                "nj.nn.Conv2d(1, 10, { kernel_size = 'big' })",
                "nn.Conv2d: bad argument 'kernel_size' (integer or pair of integers of at least 1 expected, got string)"
            ),
            ("nj.nn.Conv2d(1)", "nn.Conv2d: bad argument 'out_channels' (integer of at least 1 expected, got nothing)"),
            ("nj.nn.Linear(1)", "nn.Linear: bad argument 'out_features' (integer expected, got nothing)"),
            ("nj.nn.Linear('1', 2)", "nn.Linear: bad argument 'in_features' (integer expected, got string)"),
            ("nj.nn.Linear(1.5, 2)", "nn.Linear: bad argument 'in_features' (integer expected, got 1.5)"),
            ("nj.nn.Linear(nil, 2)", "nn.Linear: bad argument 'in_features' (integer expected, got nil)"),
            (
                "nj.nn.Conv2d(0, 10, { kernel_size = 5 })",
                "nn.Conv2d: bad argument 'in_channels' (integer of at least 1 expected, got 0)"
            ),
            (
                "nj.nn.Conv2d(1, 10, { kernal_size = 5 })",
                "nn.Conv2d: unknown option 'kernal_size' (did you mean 'kernel_size'?)"
            ),
            (
                "nj.nn.Conv2d(1, 10, { whatever = 5 })",
                "nn.Conv2d: unknown option 'whatever' (there are: kernel_size, stride, padding_mode, bias)"
            ),
            (
                "nj.nn.Conv2d(1, 10, { kernel_size = 5, padding_mode = 'zero' })",
                "nn.Conv2d: bad argument 'padding_mode' ('zeros' or 'reflect' expected, got 'zero' (did you mean 'zeros'?))"
            ),
            (
                "nj.nn.Conv2d(1, { out_channels = 2, in_channels = 3, kernel_size = 1 })",
                "nn.Conv2d: 'in_channels' is given twice, by position and by name"
            ),
            (
                "nj.nn.Conv2d(1, 2, { kernel_size = 1, padding_mode = ('x'):rep(100000) })",
                "nn.Conv2d: bad argument 'padding_mode' ('zeros' or 'reflect' expected, got '\(String(repeating: "x", count: 60))…')"
            ),
            ("nj.nn.Linear(1, 2, 3)", "nn.Linear: at most 2 arguments expected, got 3"),
            ("nj.nn:Linear(784, 10)", "nn.Linear: called with a colon; use nn.Linear(...), with a dot"),
            ("nj:manual_seed(1)", "manual_seed: called with a colon; use manual_seed(...), with a dot"),
            ("nj.counter().value()", "Counter:value: called with a dot; use object:value(...), with a colon"),
            ("nj.counter():valeu()", "Counter has no method 'valeu' (did you mean 'value'?)"),
            ("print(nj.counter()[1])", "Counter: use counter:value(), a counter holds one number"),
            ("nj.counter():add(nj.square(2))", "Counter:add: bad argument 'other' (Counter expected, got Square)"),
            ("nj.counter():add()", "Counter:add: bad argument 'other' (Counter expected, got nothing)"),
            ("local c = nj.counter(); c:release(); c:value()", "Counter:value: this Counter was released"),
            ("return nj.counter() + 'x'", "operator +: bad argument 'right' (Counter or number expected, got string)"),
            ("nj.counter():view(1, 'x')", "Counter:view: bad argument 'sizes' (integer expected, got string)"),
            (
                "nj.counter():view{1, 'x'}",
                "Counter:view: bad argument 'sizes' (list of integers expected, got string as item 2)"
            ),
            ("nj.nn.functional.conv2d()", "conv2d: expected 1 input channel, got 3"),
            ("nj.nnn.x()", "'nnn' is not in nightjar (did you mean 'nn'?)"),
            ("nj.nn.Conv3d()", "'Conv3d' is not in nightjar.nn (did you mean 'Conv2d'?)"),
            ("nj.nn.functional.gelu()", "'gelu' is not in nightjar.nn.functional"),
            ("print(nj.nn[1])", "1 is not in nightjar.nn"),
            ("nj.nn.twice()", "twice: nothing to double"),
            ("nj.nn.twice('x')", "nn.Linear: bad argument 'in_features' (integer expected, got string)"),
            ("for i in nj.up_to(9) do end", "up_to: four is too many"),
            ("nj.no_grad(function() error('inside') end)", "inside"),
        ])
    func messages(source: String, expected: String) throws {
        let failure = try Bench().failure("local nj = require 'nightjar'\n" + source)
        #expect(failure == "test.lua:2: \(expected)")
    }

    @Test("An error in a coroutine is that coroutine's, and can be caught in it")
    func coroutines() throws {
        let source = """
            local nj = require "nightjar"
            local co = coroutine.create(function()
              local ok, message = pcall(nj.nn.Linear, 1)
              coroutine.yield(message)
              nj.nn.Linear(2)
            end)
            local _, caught = coroutine.resume(co)
            local ok, message = coroutine.resume(co)
            local ok2, message2 = pcall(coroutine.wrap(function() nj.nn.Linear(3) end))
            return caught .. "|" .. message .. "|" .. message2
            """
        let text = "nn.Linear: bad argument 'out_features' (integer expected, got nothing)"
        #expect(try Bench().run(source) == "test.lua:3: \(text)|test.lua:5: \(text)|test.lua:9: \(text)")
    }

    @Test("An error value passes through Swift as it is")
    func errorValues() throws {
        let source = """
            local nj = require "nightjar"
            local mark = { code = 7 }
            local ok, value = pcall(nj.no_grad, function() error(mark) end)
            return tostring(rawequal(value, mark))
            """
        #expect(try Bench().run(source) == "true")
    }
}
