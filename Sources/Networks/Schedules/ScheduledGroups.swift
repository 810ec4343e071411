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

/// A number for every parameter group: the same for all, or one for each.
public enum PerGroup: Sendable, Equatable, ExpressibleByFloatLiteral, ExpressibleByArrayLiteral {
    case all(Double)
    case each([Double])

    public init(floatLiteral value: Double) { self = .all(value) }
    public init(arrayLiteral values: Double...) { self = .each(values) }

    /// One number for each of the groups.
    ///
    /// - Throws: `ScheduleError` where there is another number of them.
    func values(_ name: String, for groups: any ScheduledGroups) throws -> [Double] {
        switch self {
        case .all(let value): return Array(repeating: value, count: groups.groupCount)
        case .each(let values):
            guard values.count == groups.groupCount else {
                throw ScheduleError("\(name) has \(values.count) numbers for \(groups.groupCount) parameter groups")
            }
            return values
        }
    }
}
