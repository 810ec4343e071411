/// Several schedules at once: each changes what the one before left (`torch.optim.lr_scheduler.ChainedScheduler`).
public final class ChainedScheduler: LRScheduler {
    private let schedules: [LRScheduler]

    /// - Throws: `ScheduleError` where there is none, they are for different optimisers, or one is a
    ///   `ReduceLROnPlateau`, which needs a number to step.
    public init(_ schedules: [LRScheduler]) throws {
        guard let first = schedules.first else { throw ScheduleError("at least one schedule expected, got none") }
        for (index, schedule) in schedules.enumerated() {
            guard !(schedule is ReduceLROnPlateau) else {
                throw ScheduleError("schedule \(index + 1) is a ReduceLROnPlateau, which needs a number for each step")
            }
            guard schedule.groups === first.groups else {
                throw ScheduleError("schedule \(index + 1) (\(schedule.kind)) is for another optimizer")
            }
        }
        self.schedules = schedules
        super.init(unstepped: first.groups, lastEpoch: 0)
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
