import Operators

/// Several schedules at once: each changes what the one before left (`torch.optim.lr_scheduler.ChainedScheduler`).
final class ChainedScheduler: LRScheduler {
    private let schedules: [LRScheduler]

    static let declaration = ScheduleKind(
        "ChainedScheduler", doc: "Several schedules at once: each changes what the one before left.",
        [.schedulers, .object("optimizer", Optimizer.self, "theirs, which need not be named").optional]
    ) { try ChainedScheduler($0) }

    /// - Throws: `ScheduleError` where there is none, they are for different optimisers, or one is a
    ///   `ReduceLROnPlateau`, which needs a number to step.
    init(_ a: Arguments) throws {
        schedules = try a.objects("schedulers")
        guard let groups = schedules.first?.groups else {
            throw ScheduleError("at least one schedule expected, got none")
        }
        try groups.expectSteppable(schedules)
        super.init(unstepped: groups, lastEpoch: 0)
    }

    public override func step() throws {
        lastEpoch += 1
        for schedule in schedules { try schedule.step() }
        noteRates()
    }

    override var fields: [ScheduleField] {
        [
            ScheduleField("_last_lr", self, \.lastLR),
            ScheduleField("_schedulers", of: schedules),
        ]
    }
}
