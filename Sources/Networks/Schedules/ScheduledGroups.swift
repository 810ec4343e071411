/// What a schedule acts on: the parameter groups of an optimiser, by their place from 0.
public protocol ScheduledGroups: AnyObject {
    /// How many groups there are.
    var groupCount: Int { get }

    /// How far a step goes (`lr`).
    func learningRate(_ group: Int) -> Double
    func setLearningRate(_ group: Int, _ value: Double)

    /// The rate that schedules start from (`initial_lr`); nil before the first schedule of the group.
    func initialLearningRate(_ group: Int) -> Double?
    func setInitialLearningRate(_ group: Int, _ value: Double)

    /// The momentum, or beta1 of an optimiser that has betas; nil where the optimiser has neither.
    func scheduledMomentum(_ group: Int) -> Double?
    func setScheduledMomentum(_ group: Int, _ value: Double)
}

extension ScheduledGroups {
    /// - Throws: `ScheduleError` where a group has no momentum that a schedule could change.
    func expectMomentum() throws {
        guard (0..<groupCount).allSatisfy({ scheduledMomentum($0) != nil }) else {
            throw ScheduleError(
                "the optimizer has neither momentum nor betas to be changed; say cycle_momentum = false")
        }
    }

    /// - Throws: `ScheduleError` unless there are schedules, all of these groups, that can step without a number.
    func expectSteppable(_ schedules: [LRScheduler]) throws {
        guard !schedules.isEmpty else { throw ScheduleError("at least one schedule expected, got none") }
        for (index, schedule) in schedules.enumerated() {
            guard !(schedule is ReduceLROnPlateau) else {
                throw ScheduleError("schedule \(index + 1) is a ReduceLROnPlateau, which needs a number for each step")
            }
            guard schedule.groups === self else {
                throw ScheduleError("schedule \(index + 1) (\(schedule.kind)) is for another optimizer")
            }
        }
    }
}
