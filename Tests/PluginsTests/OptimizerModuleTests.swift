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
                "optim.SGD({ p * 2 })",
                "optim.SGD: parameter 1 is the result of an operation; only tensors made by hand can be optimised"
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
            ("optim.SGD(p)", "optim.SGD: bad argument 'params' (list of Tensor expected, got Tensor)"),
            (
                "optim.SGD({ { params = p }, p })",
                "optim.SGD: bad argument 'params' (table with a field params expected, got Tensor as item 2)"
            ),
            (
                "optim.SGD({ { params = p, lt = 1 } })",
                "optim.SGD: SGD has no option 'lt' (there are: lr, momentum, dampening, weight_decay, nesterov, maximize)"
            ),
            (
                "optim.SGD({ p }):add_param_group { params = { p } }",
                "Optimizer:add_param_group: parameter 2 is the same tensor as parameter 1"
            ),
            (
                "local _ = optim.SGD({ p }):param_groups()[1].rate",
                "ParameterGroup has no field 'rate' (there are: params, lr, momentum, dampening, weight_decay, nesterov, "
                    + "maximize)"
            ),
            ("optim.SGD({ p }):param_groups()[1].lr = 'x'", "ParameterGroup: lr: a number expected"),
            (
                "optim.SGD({ p }):load_state_dict(optim.SGD({ p, nn.Parameter(nj.ones(1)) }):state_dict())",
                "Optimizer:load_state_dict: parameter group 1 has 2 parameters in the state, 1 in this optimizer"
            ),
            (
                "optim.Adam({ p }, { betas = { 0.9 } })",
                "optim.Adam: betas: a list of two numbers expected, got 1 element"
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

    @Test(
        "Numbers are PyTorch's after 25 steps",
        arguments: [
            (
                "optim.SGD({ p }, { lr = 0.1, momentum = 0.9, nesterov = true, weight_decay = 0.01 })",
                [-1.0338992, 0.8336818, -1.7510659]
            ),
            (
                "optim.SGD({ p }, 0.1, 0.5, 0.5, { maximize = true })", [2.1127357, -3.4963408, 1.7854993]
            ),
            (
                "optim.Adam({ p }, { lr = 0.1, amsgrad = true, weight_decay = 0.1 })",
                [-0.386602, 0.0086715, -0.5337524]
            ),
            ("optim.AdamW({ p }, { lr = 0.1, maximize = true })", [2.9636436, -4.4005985, 1.9124389]),
            (
                "optim.RMSprop({ p }, { lr = 0.01, centered = true, momentum = 0.5 })",
                [0.0628824, -0.6624877, -0.2616421]
            ),
            (
                "optim.Adagrad({ p }, { lr = 0.1, lr_decay = 0.1, initial_accumulator_value = 0.5 })",
                [0.7250091, -1.6229017, 0.2683864]
            ),
            ("optim.Adadelta({ p }, { lr = 0.5, rho = 0.8 })", [0.982743, -1.9720643, 0.4878737]),
            ("optim.Adamax({ p }, { lr = 0.1 })", [0.055815, -0.6072999, -0.2503156]),
            (
                "optim.NAdam({ p }, { lr = 0.1, weight_decay = 0.1, decoupled_weight_decay = true })",
                [-0.1317254, -0.2429951, -0.339789]
            ),
            ("optim.RAdam({ p }, { lr = 0.1, weight_decay = 0.1 })", [0.6583876, -1.5323272, 0.1594486]),
        ])
    func numbers(optimizer: String, expected: [Double]) throws {
        for type in ["float32", "float64"] {
            let result = try evaluate(
                """
                local p = nj.tensor({ 1.0, -2.0, 0.5 }, { dtype = "\(type)", requires_grad = true })
                local c = nj.tensor({ 0.5, -0.25, 1.0 }, { dtype = "\(type)" })
                local optimizer = \(optimizer)
                for s = 1, 25 do
                  optimizer:zero_grad()
                  ;((p * c * (s % 3 - 0.7)):sum() + (p * p * 0.1):sum()):backward()
                  optimizer:step()
                end
                local l = p:tolist()
                return ("%.9f %.9f %.9f"):format(l[1], l[2], l[3])
                """)
            for (got, wanted) in zip(result.split(separator: " ").compactMap { Double($0) }, expected) {
                #expect(abs(got - wanted) <= 2e-6 * max(1, abs(wanted)), "\(type)")
            }
        }
    }

    @Test("Groups have options of their own, which may be read and set")
    func groups() throws {
        #expect(
            try evaluate(
                """
                local p, q, r = nn.Parameter(nj.ones(1)), nn.Parameter(nj.ones(1)), nn.Parameter(nj.ones(1))
                local o = optim.SGD({ { params = p }, { params = { q }, lr = 0.25 } }, { lr = 0.5 })
                o:add_param_group { params = { r }, lr = 1 }
                local groups = o:param_groups()
                groups[2].lr = groups[2].lr / 2
                o:step(function() local loss = (p + q + r):sum() loss:backward() return loss end)
                local names = {}
                for name in pairs(groups[1]) do names[#names + 1] = name end
                return #groups, p:item(), q:item(), r:item(), #groups[3].params, groups == o:param_groups(),
                  groups[1] == o:param_groups()[1], table.concat(names, " ")
                """)
                == "3 0.5 0.875 0.0 1 false true params lr momentum dampening weight_decay nesterov maximize")
    }

    @Test("Frozen parameters are let be")
    func frozen() throws {
        #expect(
            try evaluate(
                """
                local p, q = nn.Parameter(nj.ones(1)), nn.Parameter(nj.ones(1), { requires_grad = false })
                local o = optim.Adam({ p, q }, { lr = 0.5 })
                p:sum():backward()
                o:step()
                o:zero_grad { set_to_none = false }
                return p:item() < 1, q:item(), p:grad(), q:grad()
                """) == "true 1.0 tensor([0.]) nil")
    }

    @Test("A state dict has PyTorch's form and goes into another optimizer")
    func stateDict() throws {
        #expect(
            try evaluate(
                """
                local p, q = nn.Parameter(nj.ones(2)), nn.Parameter(nj.ones(1))
                local o = optim.Adam({ { params = { q } }, { params = { p }, lr = 0.25 } }, { betas = { 0.5, 0.75 } })
                p:sum():backward()
                o:step()
                local s = o:state_dict()
                local o2 = optim.Adam({ { params = { nn.Parameter(nj.ones(1)) } }, { params = { nn.Parameter(nj.ones(2)) } } })
                o2:load_state_dict(s)
                local g = o2:param_groups()[2]
                return s.state[0], s.state[1].step, s.state[1].exp_avg, s.param_groups[2].params[1],
                  o2:state_dict().state[1].step:item(), g.lr, g.betas[1], #o2:state_dict().param_groups
                """) == "nil tensor(1.) tensor([0.5000, 0.5000]) 1 1.0 0.25 0.5 2")
    }

    @Test("Gradients are clipped as PyTorch clips them")
    func clipping() throws {
        #expect(
            try evaluate(
                """
                local p, q = nn.Parameter(nj.ones(2)), nn.Parameter(nj.ones(1))
                local function fill() p:set_grad(nj.tensor { 3.0, 0.0 }) q:set_grad(nj.tensor { -4.0 }) end
                fill()
                local norm = nn.utils.clip_grad_norm_({ p, q }, 1)
                local kept = p:grad():tolist()[1]
                fill()
                local inf = nn.utils.clip_grad_norm_({ p, q }, 100, math.huge)
                local one = nn.utils.clip_grad_norm_({ p, q }, 100, 1)
                nn.utils.clip_grad_value_({ p, q }, 2)
                local v = nn.utils.parameters_to_vector { p, q }
                nn.utils.vector_to_parameters(v * 2, { p, q })
                return norm:item(), ("%.5f"):format(kept), inf:item(), one:item(), p:grad(), q:grad(), v:detach(), q:item()
                """)
                == "5.0 0.60000 4.0 7.0 tensor([2., 0.]) tensor([-2.]) tensor([1., 1., 1.]) 2.0")
        #expect(
            failure(
                "local p = nn.Parameter(nj.ones(1)) p:set_grad(nj.ones(1) / 0) "
                    + "nn.utils.clip_grad_norm_({ p }, 1, { error_if_nonfinite = true })")
                == "test.lua:1: clip_grad_norm_: the norm of order 2.0 of the gradients is inf, so they cannot be clipped; "
                + "error_if_nonfinite = false scales them all the same")
    }
}
