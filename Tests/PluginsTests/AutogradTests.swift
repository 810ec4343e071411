import Testing

@Suite("Gradients in Lua")
struct AutogradTests {
    private static let leaf = "local x = nj.tensor({ 1.0, 2.0, 3.0 }, { requires_grad = true }) "

    @Test("A hook may ask for the gradient of what comes next, which a pooling would not have written out")
    func lateHooks() throws {
        let late = """
            local F = nj.nn.functional
            local x, q = nj.ones(1, 1, 4, 4), nj.ones(1, { requires_grad = true })
            local w = nj.ones({ 1, 1, 1, 1 }, { requires_grad = true })
            local c = F.conv2d(x, w)
            local twice, seen = q * 2, 0
            twice:register_hook(function() %s end)
            local total = twice:sum() + F.max_pool2d(c, 2):sum()
            total:backward()
            return w:grad():item(), seen > 0 or c:grad() ~= nil
            """
        for added in ["c:register_hook(function() seen = seen + 1 end)", "c:retain_grad()"] {
            #expect(try evaluate(late.replacing("%s", with: added)) == "4.0 true")
        }
    }

    @Test(
        "Hooks change gradients until they are removed",
        arguments: [
            (
                "x:register_hook(function(g) return g * 2 end) x:sum():backward() return x:grad()",
                "tensor([2., 2., 2.])"
            ),
            (
                "x:register_hook(function(g) return g * 2 end) x:register_hook(function(g) return g + 1 end) "
                    + "x:sum():backward() return x:grad()", "tensor([3., 3., 3.])"
            ),
            ("x:register_hook(function(g) end) x:sum():backward() return x:grad()", "tensor([1., 1., 1.])"),
            (
                "local h = x:register_hook(function(g) return g * 2 end) h:remove() x:sum():backward() return x:grad()",
                "tensor([1., 1., 1.])"
            ),
            (
                "local y = x * 1 y:register_hook(function(g) return g * 2 end) y:mul_(3) y:sum():backward() return x:grad()",
                "tensor([6., 6., 6.])"
            ),
            (
                "local y = x * 2 y:retain_grad() local z = (y * y):sum() y = nil collectgarbage() z:backward() return x:grad()",
                "tensor([ 8., 16., 24.])"
            ),
            ("local y = x * 2 y:retain_grad(); (y * y):sum():backward() return y:grad()", "tensor([ 4.,  8., 12.])"),
            (
                "local at = {} local co = coroutine.wrap(function() x:register_hook(function(g) at[1] = coroutine.running() "
                    + "end) coroutine.yield() x:sum():backward() at[2] = coroutine.running() end) co() co() "
                    + "return at[1] == at[2]", "true"
            ),
        ])
    func hooks(source: String, expected: String) throws {
        #expect(try evaluate(Self.leaf + source) == expected)
    }

    @Test("nj.grad gives the gradients of chosen tensors and leaves the others alone")
    func chosen() throws {
        #expect(
            try evaluate(
                Self.leaf + """
                    local w = nj.ones(3, { requires_grad = true })
                    local y = x * w
                    local g = nj.grad((y * y):sum(), { x, y })
                    local unused = nj.grad(x:sum(), { x, w }, { allow_unused = true })
                    local zeros = nj.grad(x:sum(), { x, w }, { materialize_grads = true })
                    return #g, g.n, g[1], g[2], unused.n, unused[2], zeros[2], x:grad(), w:grad()
                    """)
                == "2 2 tensor([2., 4., 6.]) tensor([2., 4., 6.]) 2 nil tensor([0., 0., 0.]) nil nil")
    }

    @Test("A node that kept nothing can be passed twice, others cannot")
    func twice() throws {
        #expect(
            try evaluate(Self.leaf + "local y = x:sum() y:backward() y:backward() return x:grad()")
                == "tensor([2., 2., 2.])")
        #expect(
            failure(Self.leaf + "local y = (x * x):sum() y:backward() y:backward()")
                == "test.lua:1: Tensor:backward: the history was used up by an earlier backward; say retain_graph = true "
                + "there to use it twice")
        #expect(
            try evaluate(
                Self.leaf + "local y = (x * x):sum() y:backward({ retain_graph = true }) y:backward() return x:grad()")
                == "tensor([ 4.,  8., 12.])")
    }

    @Test("backward for some inputs gives only those a gradient")
    func inputs() throws {
        #expect(
            try evaluate(
                Self.leaf + "local w = nj.ones(3, { requires_grad = true }); (x * w):sum():backward({ inputs = w }) "
                    + "return x:grad(), w:grad()") == "nil tensor([1., 2., 3.])")
    }

    @Test("Modes nest and are switched for good")
    func modes() throws {
        #expect(
            try evaluate(
                Self.leaf + """
                    local seen = {}
                    nj.no_grad(function()
                      seen[1] = nj.is_grad_enabled()
                      nj.enable_grad(function() seen[2] = (x * 2):requires_grad() end)
                    end)
                    nj.set_grad_enabled(false)
                    seen[3] = (x * 2):requires_grad()
                    nj.set_grad_enabled(true)
                    return seen[1], seen[2], seen[3], nj.is_grad_enabled()
                    """) == "false true false true")
    }

    @Test("What belongs to a tensor's history can be asked for and changed")
    func histories() throws {
        #expect(
            try evaluate(
                Self.leaf + """
                    local y = x * 2
                    local name = y:grad_fn()
                    y:detach_()
                    x:set_grad(nj.ones(3) * 5)
                    local given = x:grad()
                    return name, x:grad_fn(), y:requires_grad(), y:is_leaf(), given, x:set_grad():grad()
                    """) == "mul nil false true tensor([5., 5., 5.]) nil")
    }

    // MARK: Functions with gradients of their own

    private static let square = """
        local square = nj.autograd_function {
          forward = function(ctx, a, k)
            local y = a * a * k
            ctx:save_for_backward(a, nil, y)
            ctx.k = k
            return y, k
          end,
          backward = function(ctx, g)
            local a, none, y = ctx:saved_tensors()
            assert(none == nil and y ~= nil)
            return g * a * 2 * ctx.k
          end }
        """

    @Test("A function with a gradient of its own, and the gradient of that")
    func ownFunction() throws {
        let function = Self.square.replacing("ctx.k\n", with: "ctx.k, nil\n")
        #expect(
            try evaluate(
                Self.leaf + function + """

                    local y, k = square(x, 3)
                    y:sum():backward()
                    local first = nj.grad((square(x, 1)):sum(), x, { create_graph = true })[1]
                    return y:requires_grad(), y:grad_fn(), k, x:grad(), nj.grad(first:pow(2):sum(), x)[1]
                    """)
                == "true autograd_function 3 tensor([ 6., 12., 18.]) tensor([ 8., 16., 24.])")
    }

    @Test("Results that nothing came from have gradients of zeros, and needs_input_grad tells arguments apart")
    func severalResults() throws {
        #expect(
            try evaluate(
                Self.leaf + """
                    local needs
                    local f = nj.autograd_function {
                      forward = function(ctx, a, b) needs = ctx.needs_input_grad return a * 2, b + 1 end,
                      backward = function(ctx, g, h) return g * 2 + h, nil end }
                    local p = f(x, nj.ones(3))
                    p:sum():backward()
                    return needs[1], needs[2], x:grad()
                    """) == "true false tensor([2., 2., 2.])")
    }

    @Test(
        "Mistakes in a function of one's own",
        arguments: [
            (
                "return g, g",
                "test.lua:1: autograd_function: backward returned 2 gradients, forward had 1 argument"
            ),
            (
                "return",
                "test.lua:1: autograd_function: backward returned 0 gradients, forward had 1 argument; return nil for those "
                    + "without a gradient"
            ),
            (
                "return 5",
                "test.lua:1: autograd_function: backward returned a number for argument 1 of forward; a tensor or nil expected"
            ),
            (
                "return g:sum()",
                "test.lua:1: Tensor:backward: autograd_function: the gradient of input 1 has shape [], the input has [3]"
            ),
            ("error('odd')", "test.lua:1: odd"),
        ])
    func mistakes(backward: String, expected: String) {
        #expect(
            failure(
                Self.leaf + "local f = nj.autograd_function { forward = function(ctx, a) return a * 2 end, "
                    + "backward = function(ctx, g) \(backward) end } f(x):sum():backward()") == expected)
    }

    @Test(
        "Mistakes with gradients",
        arguments: [
            (
                "nj.grad(x:sum(), { x, nj.ones(1, { requires_grad = true }) })",
                "grad: input 2 has no part in the outputs; say allow_unused = true to get nil for it"
            ),
            ("nj.grad(x:sum(), nj.ones(1))", "grad: input 1 does not require a gradient"),
            (
                "nj.grad(x * 2, x, { grad_outputs = { nj.ones(3), nj.ones(3) } })",
                "grad: 1 gradient of the outputs expected, one for each, got 2"
            ),
            (
                "nj.ones(1):register_hook(function() end)",
                "Tensor:register_hook: a hook needs a tensor that requires a gradient"
            ),
            (
                "x:register_hook(function(g) return g:sum() end) x:sum():backward()",
                "Tensor:backward: a hook changes a float32 gradient of shape [3] to float32 []; it is to keep both"
            ),
            (
                "x:register_hook(function(g) return 1 end) x:sum():backward()",
                "a hook returns a gradient or nothing, got number"
            ),
            (
                "x:set_grad(nj.ones(2))",
                "Tensor:set_grad: a float32 gradient of shape [3] expected, got float32 [2]"
            ),
            ("x:narrow(0, 0, 1):detach_()", "Tensor:detach_: a view cannot be detached in place; use detach()"),
        ])
    func refusals(source: String, expected: String) {
        #expect(failure(Self.leaf + source) == "test.lua:1: " + expected)
    }

    @Test("The gradient penalty of a small network is PyTorch's")
    func gradientPenalty() throws {
        #expect(
            try evaluate(
                """
                nj.manual_seed(1)
                local m = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Tanh(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 1))
                local x = nj.rand(2, 1, 6, 6):requires_grad_()
                local g = nj.grad(m(x):sum(), x, { create_graph = true })[1]
                local loss = ((g:flatten(1):pow(2):sum(1):sqrt() - 1):pow(2)):mean()
                loss:backward()
                return ("%.5f %.5f %.5f"):format(loss:item(), m[1].weight:grad():abs():sum():item(),
                  m[5].weight:grad():abs():sum():item())
                """) == "0.78242 1.26976 1.33070")
    }

    @Test("Graphs with functions and hooks do not stay")
    func memory() throws {
        #expect(
            try evaluate(
                Self.leaf + Self.square.replacing("ctx.k\n", with: "ctx.k, nil\n") + """

                    local function cycle()
                      local y = square(x, 1)
                      y:register_hook(function(g) return g * y:numel() end)
                      y:sum():backward()
                      return setmetatable({ y }, { __mode = "v" })
                    end
                    local gone = cycle()
                    cycle() -- what Swift let go of is freed with the next function that it keeps
                    collectgarbage() collectgarbage()
                    return gone[1]
                    """) == "nil")
    }
}
