import Operators

/// One schedule after the other, each from its milestone on (`torch.optim.lr_scheduler.SequentialLR`).
final class SequentialLR: LRScheduler {
    private let schedules: [LRScheduler]
    private var milestones: [Int]
    /// Whether another `SequentialLR` holds this one, which then counts its steps.
    private var isInner = false

    static let declaration = ScheduleKind(
        "SequentialLR", doc: "One schedule after the other, each from its milestone on.",
        [.schedulers, .integers("milestones")]
    ) { try SequentialLR($0, $1) }

    /// The first steps of the schedules are undone. The milestones, at which the second and further ones begin, rise.
    ///
    /// - Throws: `ScheduleError` for schedules of another optimiser, for a `ReduceLROnPlateau`, which needs a number to
    ///   step, and for milestones that do not fit.
    init(_ groups: any ScheduledGroups, _ a: Arguments) throws {
        (schedules, milestones) = (try a.objects("schedulers"), try a.integers("milestones"))
        let lastEpoch = try a.integer("last_epoch")
        try groups.expectSteppable(schedules)
        try ScheduleError.check(lastEpoch, "last_epoch", atLeast: -1)
        super.init(unstepped: groups, lastEpoch: lastEpoch + 1)
        try validate()
        for group in 0..<groups.groupCount {
            guard let initial = groups.initialLearningRate(group) else {
                throw ScheduleError("parameter group \(group + 1) has no initial_lr")
            }
            groups.setLearningRate(group, initial)
        }
        undoSteps()
        let first = schedules[place(of: 0)]
        try first.initialStep()
        lastLR = first.getLastLR()
    }

    /// The constructors of the schedules made their first steps, though only one of them is to begin.
    private func undoSteps() {
        for schedule in schedules {
            if let inner = schedule as? SequentialLR { inner.undoSteps() } else { schedule.lastEpoch -= 1 }
        }
    }

    /// The place of the schedule that an epoch belongs to.
    private func place(of epoch: Int) -> Int { milestones.count { $0 <= epoch } }

    override func initialStep() throws {
        isInner = true
        try super.initialStep()
    }

    public override func step() throws {
        lastEpoch += 1
        let place = place(of: lastEpoch)
        let schedule = schedules[place]
        if place > 0, milestones[place - 1] == lastEpoch {
            guard !(schedule is SequentialLR) else {
                throw ScheduleError("a SequentialLR can only be the first schedule of another")
            }
            try schedule.update(to: 0)
        } else {
            try schedule.step()
        }
        lastLR = schedule.getLastLR()
    }

    override func validate() throws {
        try super.validate()
        guard milestones.count == schedules.count - 1 else {
            throw ScheduleError(
                "\(schedules.count) schedules have \(schedules.count - 1) milestones between them, got \(milestones.count)"
            )
        }
        if let place = milestones.indices.dropFirst().first(where: { milestones[$0] < milestones[$0 - 1] }) {
            throw ScheduleError(
                "milestones that rise expected, got \(milestones[place]) after \(milestones[place - 1])")
        }
    }

    override var fields: [ScheduleField] {
        let own = [
            ScheduleField("_milestones", self, \.milestones), ScheduleField("last_epoch", self, \.lastEpoch),
            ScheduleField("_last_lr", self, \.lastLR),
        ]
        let counted = [
            ScheduleField("_step_count", self, \.stepCount), ScheduleField("_is_initial", constant: .bool(false)),
        ]
        let inner = ScheduleField("_schedulers", of: schedules)
        return own + (isInner ? counted : []) + [inner]
    }
}

extension ScheduleField {
    /// The states of the schedules that a schedule is made of.
    init(_ name: String, of schedules: [LRScheduler]) {
        self.init(
            name, read: { .list(schedules.map { .entries($0.stateDict) }) },
            prepare: { try Self.prepare(name, $0, schedules) })
    }

    private static func prepare(_ name: String, _ value: ScheduleValue, _ schedules: [LRScheduler]) throws -> () -> Void
    {
        guard case .list(let states) = value, states.count == schedules.count else {
            throw ScheduleError("'\(name)' in the state is not a list of \(schedules.count) states")
        }
        let parts = try zip(schedules, states).map { schedule, state in
            guard case .entries(let entries) = state else {
                throw ScheduleError("'\(name)' in the state is not a list of \(schedules.count) states")
            }
            return (schedule, entries)
        }
        // Tried and taken back, so that a later part that does not fit leaves the earlier ones as they were.
        let before = parts.map { $0.0.stateDict }
        defer { for ((schedule, _), state) in zip(parts, before) { try? schedule.loadStateDict(state) } }
        for (schedule, entries) in parts { try schedule.loadStateDict(entries) }
        return { for (schedule, entries) in parts { try? schedule.loadStateDict(entries) } }
    }
}
