import Testing

@Suite("Optimisers in Lua")
struct OptimizerModuleTests {
    @Test(
        "A step changes what has a gradient",
        arguments: [
            ("optim.SGD(params, { lr = 0.5 })", "0.0000"),
            ("optim.SGD(params, { lr = 0.5, momentum = 0.5 })", "-0.2500"),
            ("optim.SGD(params, { lr = 0.5, momentum = 0.5, nesterov = true })", "-0.6250"),
            ("optim.SGD(params, { lr = 0.5, momentum = 0.5, dampening = 0.5 })", "0.0000"),
            ("optim.SGD(params, { lr = 0.5, weight_decay = 0.5 })", "-0.3125"),
            ("optim.Adam(params, { lr = 0.25, eps = 0 })", "0.5000"),
            ("optim.AdamW(params, { lr = 0.5, eps = 0, weight_decay = 1 })", "-0.5000"),
        ])
    func steps(optimizer: String, expected: String) throws {
        #expect(
            try evaluate(
                """
                local params = { nn.Parameter(nj.ones(1)), nn.Parameter(nj.ones(1)) }
                local optimizer = \(optimizer)
                for _ = 1, 2 do
                  optimizer:zero_grad()
                  params[1]:sum():backward()
                  optimizer:step()
                end
                return ("%.4f"):format(params[1]:item()), params[2]:detach(), params[2]:grad()
                """) == "\(expected) tensor([1.]) nil")
    }

    @Test("Gradients add up until they are forgotten")
    func gradients() throws {
        #expect(
            try evaluate(
                """
                local p = nn.Parameter(nj.ones(1))
                local optimizer = optim.SGD { params = { p }, lr = 1 }
                p:sum():backward() p:sum():backward()
                local twice = p:grad():item()
                optimizer:zero_grad()
                return twice, p:grad()
                """) == "2.0 nil")
    }

    @Test("The rate may be changed between steps")
    func rates() throws {
        #expect(
            try evaluate(
                """
                local p = nn.Parameter(nj.ones(1))
                local optimizer = optim.SGD({ p }, { lr = 1 })
                optimizer:set_lr(optimizer:lr() / 4)
                p:sum():backward() optimizer:step()
                return optimizer:lr(), p:item(), optim.SGD({ p }):lr()
                """) == "0.25 0.75 0.001")
    }

    @Test(
        "Mistakes",
        arguments: [
            ("optim.SGD({}, { lr = 0.1 })", "optim.SGD: at least one parameter expected, got an empty list"),
            (
                "optim.SGD({ nj.ones(1) })",
                "optim.SGD: parameter 1 is not a parameter of a module: it has no gradient of its own"
            ),
            ("optim.SGD({ p, p })", "optim.SGD: parameter 2 is the same tensor as parameter 1"),
            ("optim.SGD(nn.Linear(1, 1))", "optim.SGD: bad argument 'params' (list of Tensor expected, got Module)"),
            (
                "optim.SGD({ p }, { lr = -0.1 })",
                "optim.SGD: bad argument 'lr' (number of at least 0.0 expected, got -0.1)"
            ),
            ("optim.SGD({ p }, { lr = math.huge })", "optim.SGD: lr of 0 or more expected, got inf"),
            (
                "optim.SGD({ p }, { lr = 'x' })",
                "optim.SGD: bad argument 'lr' (number of at least 0.0 expected, got string)"
            ),
            ("optim.SGD({ p }, { momentun = 0.1 })", "optim.SGD: unknown option 'momentun' (did you mean 'momentum'?)"),
            ("optim.SGD({ p }, { nesterov = true })", "optim.SGD: nesterov needs a momentum above 0 and no dampening"),
            ("optim.SGD({ p }, 0.1)", "optim.SGD: at most 1 argument and an options table expected, got 2"),
            (
                "optim.Adam({ p }, { betas = { 0.9 } })",
                "optim.Adam: bad argument 'betas' (list of two numbers expected, got 1 number)"
            ),
            ("optim.Adam({ p }, { betas = { 0.9, 1 } })", "optim.Adam: betas[2] from 0 to below 1.0 expected, got 1.0"),
            (
                "optim.SGD({ p }):set_lr(math.huge)",
                "Optimizer:set_lr: bad argument 'lr' (finite number expected, got inf)"
            ),
            (
                "optim.SGD({ p }):set_lr(-1)",
                "Optimizer:set_lr: bad argument 'lr' (number of at least 0.0 expected, got -1)"
            ),
            ("local x = optim.SDG", "'SDG' is not in nightjar.optim (did you mean 'SGD'?)"),
        ])
    func mistakes(source: String, expected: String) {
        #expect(failure("local p = nn.Parameter(nj.ones(1)) " + source) == "test.lua:1: \(expected)")
    }
}
