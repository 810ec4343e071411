import Operators

/// A kind of schedule that can be made: its constructor, as scripts know it.
public struct ScheduleKind: Sendable {
    /// The optimiser, or the schedules that this one is made of, come first.
    public let schema: Schema
    private let body: @Sendable (Arguments) throws -> LRScheduler

    init(
        _ name: String, doc: String, _ arguments: [Argument],
        body: @escaping @Sendable (Arguments) throws -> LRScheduler
    ) {
        schema = Schema(name, doc: doc, arguments: arguments, returns: .object(LRScheduler.self))
        self.body = body
    }

    /// A kind for one optimiser.
    ///
    /// - Parameter arguments: PyTorch's between `optimizer` and `last_epoch`, in its order.
    init(
        _ name: String, doc: String, _ arguments: [Argument], takesLastEpoch: Bool = true,
        make: @escaping @Sendable (any ScheduledGroups, Arguments) throws -> LRScheduler
    ) {
        let last: Argument = .integer(
            "last_epoch", "-1 to begin, or the last epoch of a run that goes on", default: -1)
        self.init(
            name, doc: doc, [.object("optimizer", Optimizer.self)] + arguments + (takesLastEpoch ? [last] : [])
        ) { a in
            guard let groups = try a.object("optimizer", as: AnyObject.self) as? any ScheduledGroups else {
                throw ScheduleError("'optimizer' has no parameter groups")
            }
            return try make(groups, a)
        }
    }

    /// A kind whose rates follow from its options and the epoch.
    ///
    /// - Parameters:
    ///   - validate: refuses options that the ranges of the parameters do not.
    ///   - closedForm: the rates reckoned from the initial ones, where there is such a form.
    ///   - rates: those of `lastEpoch`, reckoned from the present ones.
    init(
        _ name: String, doc: String, _ arguments: [Argument],
        validate: @escaping @Sendable (RuleSchedule) throws -> Void = { _ in },
        closedForm: RuleSchedule.Rates? = nil, rates: @escaping RuleSchedule.Rates
    ) {
        let rule = RuleSchedule.Rule(
            name: name, options: arguments, validate: validate, closedForm: closedForm, rates: rates)
        self.init(name, doc: doc, arguments) { try RuleSchedule(rule, $0, $1) }
    }

    /// - Parameter arguments: the optimiser is one of any `ScheduledGroups`, a function a `ScheduleFunction`.
    public func make(_ arguments: Arguments) throws -> LRScheduler { try body(arguments) }
}

/// A function of the epoch that a schedule calls.
public final class ScheduleFunction {
    let factor: (_ epoch: Int) throws -> Double

    public init(_ factor: @escaping (_ epoch: Int) throws -> Double) { self.factor = factor }
}

/// The one list of schedules.
public enum Schedules {
    public static let all: [ScheduleKind] = [
        step, multiStep, exponential, cosine, CosineAnnealingWarmRestarts.declaration, OneCycleLR.declaration, linear,
        constant, polynomial, CyclicLR.declaration, lambda, multiplicative, SequentialLR.declaration,
        ChainedScheduler.declaration, ReduceLROnPlateau.declaration,
    ]
}

extension Argument {
    static let gamma: Argument = .number("gamma", "what the rate is multiplied with", default: 0.1)
    static let etaMin: Argument = .number("eta_min", "the lowest rate", default: 0)
    static let totalIters: Argument = .integer("total_iters", "epochs that it takes", default: 5)
    static let cycleMomentum: Argument = .boolean(
        "cycle_momentum", "whether momentum, or beta1, goes the other way", default: true)
    static let schedulers: Argument = .objects("schedulers", LRScheduler.self)
    static let lambda: Argument = .anyOf(
        "lr_lambda", "a function of the epoch, or one for each group", of: [.function, .list])

    static func perGroup(_ name: StaticString, _ doc: String = "", default value: Double? = nil) -> Argument {
        Argument(name, doc, .anyOf([.number, .numbers]), value.map { .number($0) })
    }
}

extension Arguments {
    /// A number for every parameter group: the same for all, or one for each.
    ///
    /// - Throws: `ScheduleError` where there is another number of them.
    func perGroup(_ name: StaticString, for groups: any ScheduledGroups) throws -> [Double] {
        guard case .list = try value(name) else {
            return Array(repeating: try number(name), count: groups.groupCount)
        }
        let values = try numbers(name)
        guard values.count == groups.groupCount else {
            throw ScheduleError("\(name) has \(values.count) numbers for \(groups.groupCount) parameter groups")
        }
        return values
    }
}
