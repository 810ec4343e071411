import Networks
import Testing

@Suite("Schedules")
struct ScheduleTests {
    private func message<T>(_ body: () throws -> T) -> String {
        do {
            _ = try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    private let groups = PlainGroups()

    @Test("Options that no schedule can have")
    func options() {
        #expect(message { try make("StepLR", groups, ["step_size": 0]) } == "step_size of at least 1 expected, got 0")
        #expect(
            message { try make("StepLR", groups, ["step_size": .integer(.max)]) }
                == "step_size of at most 2^53 expected, got \(Int.max)")
        #expect(message { try make("ConstantLR", groups, ["factor": 1.5]) } == "factor from 0 to 1 expected, got 1.5")
        #expect(
            message { try make("LinearLR", groups, ["start_factor": 0]) }
                == "start_factor above 0 and at most 1 expected, got 0.0")
        #expect(
            message { try make("LinearLR", groups, ["end_factor": -1]) } == "end_factor from 0 to 1 expected, got -1.0")
        #expect(
            message { try make("CosineAnnealingLR", groups, ["T_max": 0]) } == "T_max of at least 1 expected, got 0")
        #expect(
            message { try make("CosineAnnealingWarmRestarts", groups, ["T_0": 0]) }
                == "T_0 of at least 1 expected, got 0")
        #expect(
            message { try make("CosineAnnealingWarmRestarts", groups, ["T_0": 1, "T_mult": 0]) }
                == "T_mult of at least 1 expected, got 0")
        #expect(
            message { try make("LambdaLR", groups, ["lr_lambda": []]) }
                == "lr_lambda has 0 functions for 1 parameter groups")
        #expect(message { try make("ReduceLROnPlateau", groups, ["factor": 1]) } == "factor below 1 expected, got 1.0")
        #expect(
            message { try make("ReduceLROnPlateau", groups, ["min_lr": [0, 0]]) }
                == "min_lr has 2 numbers for 1 parameter groups")
        #expect(
            message { try make("ExponentialLR", groups, ["gamma": 1, "last_epoch": -2]) }
                == "last_epoch of at least -1 expected, got -2")
        // None of them has touched the groups.
        #expect(groups.rates == [0.1] && groups.initials == [nil] && groups.momenta == [0.9])
    }

    @Test("Options that no cycle can have, and its end")
    func oneCycle() throws {
        func cycle(_ steps: Int? = nil, pctStart: Double = 0.3, _ groups: PlainGroups? = nil) throws -> LRScheduler {
            try make(
                "OneCycleLR", groups ?? self.groups,
                ["max_lr": 0.1, "total_steps": steps.map { .integer($0) }, "pct_start": .number(pctStart)])
        }
        #expect(message { try cycle() } == "total_steps, or both epochs and steps_per_epoch, expected")
        #expect(message { try cycle(0) } == "total_steps of at least 1 expected, got 0")
        #expect(message { try cycle(9, pctStart: 1.5) } == "pct_start from 0 to 1 expected, got 1.5")
        #expect(
            message {
                try make(
                    "OneCycleLR", groups,
                    ["max_lr": 0.1, "epochs": .integer(1 << 40), "steps_per_epoch": .integer(1 << 40)])
            }
                == "epochs times steps_per_epoch of at most 2^53 expected, got \(Int.max)")
        #expect(
            message { try make("OneCycleLR", groups, ["max_lr": 0.1, "total_steps": 9, "div_factor": 0]) }
                == "div_factor and final_div_factor above 0 expected, got 0.0 and 10000.0")
        #expect(
            message { try make("OneCycleLR", groups, ["max_lr": [0.1, 0.2], "total_steps": 9]) }
                == "max_lr has 2 numbers for 1 parameter groups")
        #expect(
            message { try cycle(9, PlainGroups(momentum: nil)) }
                == "the optimizer has neither momentum nor betas to be changed; say cycle_momentum = false")
        // PyTorch divides by zero here: the first phase begins and ends at step 0.
        #expect(
            message { try cycle(10, pctStart: 0.1) }
                == "phase 1 of the schedule has no steps; choose another pct_start")
        let three = try cycle(3)
        for _ in 0..<3 { try three.step() }
        #expect(message { try three.step() } == "step 4 of a schedule that was made for 3")
    }

    @Test("What cannot come one after the other")
    func sequential() throws {
        let other = PlainGroups()
        let one = try make("ExponentialLR", groups, ["gamma": 0.5])
        let two = try make("ExponentialLR", groups, ["gamma": 0.5])
        func sequence(_ schedules: [LRScheduler], _ milestones: [Int]) -> String {
            message {
                try make(
                    "SequentialLR", groups,
                    ["schedulers": .objects(schedules), "milestones": .list(milestones.map { .integer($0) })])
            }
        }
        #expect(sequence([], []) == "at least one schedule expected, got none")
        #expect(sequence([one, two], []) == "2 schedules have 1 milestones between them, got 0")
        #expect(sequence([one, two, one], [5, 3]) == "milestones that rise expected, got 3 after 5")
        #expect(
            try sequence([one, make("ExponentialLR", other, ["gamma": 1])], [5])
                == "schedule 2 (ExponentialLR) is for another optimizer")
        #expect(
            try sequence([make("ReduceLROnPlateau", groups)], [])
                == "schedule 1 is a ReduceLROnPlateau, which needs a number for each step")
        let inner = try make("SequentialLR", groups, ["schedulers": .objects([two]), "milestones": []])
        let outer = try make("SequentialLR", groups, ["schedulers": .objects([one, inner]), "milestones": [1]])
        #expect(message { try outer.step() } == "a SequentialLR can only be the first schedule of another")
    }

    @Test("A schedule waits for its number")
    func plateau() throws {
        let made = try make("ReduceLROnPlateau", groups, ["factor": 0.5, "patience": 0])
        let plateau = try #require(made as? ReduceLROnPlateau)
        #expect(message { try plateau.step() } == "the number that is to get better expected, as in step(loss)")
        try plateau.step(1)
        try plateau.step(.nan)
        #expect(plateau.getLastLR() == [0.05] && groups.initials == [nil])
    }

    @Test("A rate that is no number ends the schedule, and the groups keep theirs")
    func notFinite() throws {
        let zero = try make("ConstantLR", groups, ["factor": 0, "total_iters": 1])
        #expect(groups.rates == [0])
        #expect(message { try zero.step() } == "the learning rate would be nan at epoch 1")
        #expect(groups.rates == [0])
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try make("LambdaLR", PlainGroups(), ["lr_lambda": .object(ScheduleFunction { _ in throw Stop() })])
        }
    }

    @Test("A run that goes on needs the initial rates")
    func goingOn() {
        #expect(
            message { try make("StepLR", groups, ["step_size": 3, "last_epoch": 4]) }
                == "last_epoch 4 goes on from an earlier run, but parameter group 1 has no initial_lr: load the "
                + "optimizer's state first, or leave last_epoch out")
    }

    @Test("Groups that come later")
    func newGroups() throws {
        let step = try make("StepLR", groups, ["step_size": 1, "gamma": 0.5])
        let exact = try make("CosineAnnealingWarmRestarts", groups, ["T_0": 3])
        groups.rates.append(1)
        groups.initials.append(nil)
        try step.step()
        #expect(groups.rates == [0.05, 0.5])
        #expect(
            message { try exact.step() } == "the schedule was made for 1 parameter groups, the optimizer has 2")
    }

    @Test("A state that does not fit changes nothing")
    func states() throws {
        let schedule = try make("StepLR", groups, ["step_size": 3])
        let before = schedule.stateDict
        func loaded(_ name: String, _ value: ScheduleValue) -> String {
            message { try schedule.loadStateDict([.init("last_epoch", .integer(7)), .init(name, value)]) }
        }
        #expect(loaded("T_max", .integer(1)) == "'T_max' is not in the state of StepLR")
        #expect(loaded("gamma", .string("x")) == "'gamma' in the state is not a number")
        #expect(loaded("step_size", .number(0.5)) == "'step_size' in the state is not an integer")
        #expect(loaded("step_size", .integer(0)) == "step_size of at least 1 expected, got 0")
        #expect(loaded("last_epoch", .integer(.max)) == "last_epoch of at most 2^53 expected, got \(Int.max)")
        #expect(loaded("base_lrs", .list([.null])) == "'base_lrs' in the state is not a list, each item a number")
        #expect(
            loaded("base_lrs", .list([.number(1), .number(2)]))
                == "'base_lrs' in the state has 2 numbers for 1 parameter groups")
        #expect(schedule.stateDict == before)
        #expect(loaded("step_size", .number(5)) == "no error")
        #expect(schedule.lastEpoch == 7 && schedule.stateDict.first?.value == .integer(5))
    }

    @Test("A state of several schedules is loaded whole or not at all")
    func sequentialStates() throws {
        let schedules = [
            try make("ExponentialLR", groups, ["gamma": 0.5]), try make("StepLR", groups, ["step_size": 2]),
        ]
        let sequence = try make("SequentialLR", groups, ["schedulers": .objects(schedules), "milestones": [4]])
        let before = sequence.stateDict
        let good = ScheduleValue.entries([.init("gamma", .number(0.9))])
        let bad = ScheduleValue.entries([.init("step_size", .integer(-1))])
        #expect(
            message { try sequence.loadStateDict([.init("_schedulers", .list([good, bad]))]) }
                == "step_size of at least 1 expected, got -1")
        #expect(
            message { try sequence.loadStateDict([.init("_schedulers", .list([good]))]) }
                == "'_schedulers' in the state is not a list of 2 states")
        #expect(sequence.stateDict == before)
        try sequence.loadStateDict([.init("_schedulers", .list([good, .entries([])]))])
        #expect(schedules[0].stateDict.first == .init("gamma", .number(0.9)))
    }

    @Test("Numbers at the ends of their ranges")
    func extremes() throws {
        let made = try make(
            "CosineAnnealingWarmRestarts", groups, ["T_0": .integer(1 << 50), "T_mult": .integer(1 << 50)])
        let restarts = try #require(made as? CosineAnnealingWarmRestarts)
        try restarts.step(to: 0x1p53)
        try restarts.step()
        #expect(restarts.lastEpoch == 1 << 53 + 1)
        #expect(message { try restarts.step(to: .nan) } == "an epoch from 0 to 2^53 expected, got nan")
        #expect(message { try restarts.step(to: -1) } == "an epoch from 0 to 2^53 expected, got -1.0")
        let cosine = try make("CosineAnnealingLR", groups, ["T_max": .integer(1 << 53)])
        try cosine.step()
        let milestones = try make("MultiStepLR", groups, ["milestones": [.integer(.max), .integer(.min), 1]])
        try milestones.step()
        let linear = try make("LinearLR", groups, ["total_iters": .integer(.min)])
        try linear.step()
        #expect(groups.rates.allSatisfy { $0.isFinite })
    }
}
