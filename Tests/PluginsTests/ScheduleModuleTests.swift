import Testing

@Suite("Schedules in Lua")
struct ScheduleModuleTests {
    private static let start = """
        local sched = optim.lr_scheduler
        local p, q = nn.Parameter(nj.ones(1)), nn.Parameter(nj.ones(1))
        local opt = optim.SGD({ { params = p }, { params = { q }, lr = 0.5 } }, { lr = 0.25, momentum = 0.5 })

        """

    @Test(
        "Steps change the rates of all groups",
        arguments: [
            ("sched.StepLR(opt, { step_size = 2, gamma = 0.5 })", "0.125 0.25 3"),
            ("sched.StepLR(opt, 3)", "0.025 0.05 3"),
            ("sched.MultiStepLR(opt, { 1, 3 }, { gamma = 0.5 })", "0.0625 0.125 3"),
            ("sched.ExponentialLR(opt, 0.5)", "0.03125 0.0625 3"),
            ("sched.LambdaLR(opt, function(epoch) return 1 / (epoch + 1) end)", "0.0625 0.125 3"),
            (
                "sched.LambdaLR(opt, { function() return 1 end, function(epoch) return epoch end })",
                "0.25 1.5 3"
            ),
            ("sched.MultiplicativeLR(opt, function() return 0.5 end)", "0.03125 0.0625 3"),
            ("sched.CyclicLR(opt, 0.25, 0.75, { step_size_up = 4 })", "0.625 0.625 3"),
            (
                "sched.SequentialLR(opt, { sched.ConstantLR(opt, { factor = 0.5 }), sched.ExponentialLR(opt, 0.5) }, { 2 })",
                "0.125 0.25 3"
            ),
            (
                "sched.ChainedScheduler { sched.ExponentialLR(opt, 0.5), sched.ExponentialLR(opt, 2) }",
                "0.25 0.5 3"
            ),
        ])
    func rates(schedule: String, expected: String) throws {
        #expect(
            try evaluate(
                Self.start + """
                    local s = \(schedule)
                    for _ = 1, 3 do opt:step() s:step() end
                    local last = s:get_last_lr()
                    assert(last[1] == opt:param_groups()[1].lr and last[2] == opt:param_groups()[2].lr)
                    return last[1], last[2], s.last_epoch
                    """) == expected)
    }

    @Test("ReduceLROnPlateau takes the number that is to get better")
    func plateau() throws {
        #expect(
            try evaluate(
                Self.start + """
                    local s = sched.ReduceLROnPlateau(opt, { patience = 0, factor = 0.5 })
                    s:step(1) s:step(nj.tensor(2.0)) s:step(0.5)
                    local state = s:state_dict()
                    return opt:lr(), state.best, state.num_bad_epochs
                    """) == "0.125 0.5 0")
    }

    @Test("A state goes into another schedule")
    func state() throws {
        #expect(
            try evaluate(
                Self.start + """
                    local a = sched.StepLR(opt, { step_size = 2, gamma = 0.5 })
                    for _ = 1, 3 do a:step() end
                    local b = sched.StepLR(opt, { step_size = 9 })
                    b:load_state_dict(a:state_dict())
                    opt:set_lr(1)
                    b:step()
                    return b.last_epoch, opt:lr(), b:state_dict().step_size, b.base_lrs[2]
                    """) == "4 0.5 2 0.5")
    }

    @Test("Momentum and initial rates stand in the groups")
    func groups() throws {
        #expect(
            try evaluate(
                Self.start + """
                    local before = opt:param_groups()[1].initial_lr
                    local s = sched.OneCycleLR(opt, { max_lr = 1, total_steps = 11 })
                    local g = opt:param_groups()[1]
                    return before, g.initial_lr, g.momentum
                    """) == "nil 0.04 0.95")
    }

    @Test(
        "Mistakes",
        arguments: [
            (
                "sched.StepLR(opt)",
                "lr_scheduler.StepLR: bad argument 'step_size' (integer of at least 1 expected, got nothing)"
            ),
            (
                "sched.StepLR(nj.ones(1), 1)",
                "lr_scheduler.StepLR: bad argument 'optimizer' (Optimizer expected, got Tensor)"
            ),
            (
                "sched.LambdaLR(opt, { function() return 1 end })",
                "lr_scheduler.LambdaLR: lr_lambda has 1 functions for 2 parameter groups"
            ),
            ("sched.LambdaLR(opt, function() return 'x' end)", "lr_lambda: a number expected, got string"),
            (
                "sched.LambdaLR(opt, { 1 })",
                "lr_scheduler.LambdaLR: bad argument 'lr_lambda' (function or list of functions expected, got number)"
            ),
            ("sched.LambdaLR(opt, function() error('odd', 0) end)", "odd"),
            (
                "sched.ExponentialLR(opt, 0.5):step(1)",
                "LRScheduler:step: bad argument 'metrics' (nothing, as only ReduceLROnPlateau takes it, expected, got number)"
            ),
            (
                "sched.ReduceLROnPlateau(opt):step()",
                "LRScheduler:step: the number that is to get better expected, as in step(loss)"
            ),
            (
                "sched.ExponentialLR(opt, 0.5):load_state_dict { gama = 1 }",
                "LRScheduler:load_state_dict: 'gama' is not in the state of ExponentialLR"
            ),
            (
                "local _ = sched.ExponentialLR(opt, 0.5).rate",
                "LRScheduler has neither method nor field 'rate' (fields: last_epoch, base_lrs)"
            ),
        ])
    func mistakes(source: String, expected: String) {
        let message = failure(Self.start + source)
        #expect(message == "test.lua:4: \(expected)" || message == expected)
    }
}
