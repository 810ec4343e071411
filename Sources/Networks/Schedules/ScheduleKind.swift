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
        make: @escaping @Sendable (Optimizer, Arguments, _ lastEpoch: Int) throws -> LRScheduler
    ) {
        let last: [Argument] =
            takesLastEpoch
            ? [.integer("last_epoch", "-1 to begin, or the last epoch of a run that goes on", default: -1)] : []
        self.init(name, doc: doc, [.object("optimizer", Optimizer.self)] + arguments + last) { a in
            try make(a.object("optimizer"), a, takesLastEpoch ? a.integer("last_epoch") : -1)
        }
    }

    /// - Parameter arguments: a function among them is a `ScheduleFunction`.
    public func make(_ arguments: Arguments) throws -> LRScheduler { try body(arguments) }
}

/// A function of the epoch that a schedule calls.
public final class ScheduleFunction {
    let factor: LambdaLR.Factor

    public init(_ factor: @escaping LambdaLR.Factor) { self.factor = factor }
}

/// The one list of schedules.
public enum Schedules {
    public static let all: [ScheduleKind] = [
        step, multiStep, exponential, cosine, warmRestarts, oneCycle, linear, constant, polynomial, cyclic, lambda,
        multiplicative, sequential, chained, plateau,
    ]

    private static let gamma: Argument = .number("gamma", "what the rate is multiplied with", default: 0.1)
    private static let etaMin: Argument = .number("eta_min", "the lowest rate", default: 0)
    private static let totalIters: Argument = .integer("total_iters", "epochs that it takes", default: 5)
    private static let cycleMomentum: Argument = .boolean(
        "cycle_momentum", "whether momentum, or beta1, goes the other way", default: true)

    private static func perGroup(_ name: StaticString, _ doc: String, default value: Double? = nil) -> Argument {
        let argument = Argument(name, doc, .anyOf([.number, .numbers]), value.map { .number($0) })
        return argument
    }

    private static let step = ScheduleKind(
        "StepLR", doc: "The rate times `gamma` every `step_size` epochs.", [.integer("step_size", min: 1), gamma]
    ) { try StepLR($0, stepSize: $1.integer("step_size"), gamma: $1.number("gamma"), lastEpoch: $2) }

    private static let multiStep = ScheduleKind(
        "MultiStepLR", doc: "The rate times `gamma` at each of some epochs.", [.integers("milestones"), gamma]
    ) { try MultiStepLR($0, milestones: $1.integers("milestones"), gamma: $1.number("gamma"), lastEpoch: $2) }

    private static let exponential = ScheduleKind(
        "ExponentialLR", doc: "The rate times `gamma` every epoch.", [.number("gamma")]
    ) { try ExponentialLR($0, gamma: $1.number("gamma"), lastEpoch: $2) }

    private static let cosine = ScheduleKind(
        "CosineAnnealingLR", doc: "The rate falls along half a cosine over `T_max` epochs.",
        [.integer("T_max"), etaMin]
    ) { try CosineAnnealingLR($0, tMax: $1.integer("T_max"), etaMin: $1.number("eta_min"), lastEpoch: $2) }

    private static let warmRestarts = ScheduleKind(
        "CosineAnnealingWarmRestarts",
        doc: "The rate falls along half a cosine again and again, each time over `T_mult` times as many epochs.",
        [.integer("T_0", min: 1), .integer("T_mult", min: 1, default: 1), etaMin]
    ) {
        try CosineAnnealingWarmRestarts(
            $0, t0: $1.integer("T_0"), tMult: $1.integer("T_mult"), etaMin: $1.number("eta_min"), lastEpoch: $2)
    }

    private static let oneCycle = ScheduleKind(
        "OneCycleLR", doc: "The rate rises to `max_lr` and falls far below where it began; step it after every batch.",
        [
            perGroup("max_lr", "the highest rate, for all groups or for each"), .integer("total_steps").optional,
            .integer("epochs").optional, .integer("steps_per_epoch").optional,
            .number("pct_start", "the part of the steps in which the rate rises", default: 0.3),
            .choice("anneal_strategy", of: OneCycleLR.AnnealStrategy.allCases.map(\.rawValue), default: "cos"),
            cycleMomentum, perGroup("base_momentum", "", default: 0.85), perGroup("max_momentum", "", default: 0.95),
            .number("div_factor", "the first rate is max_lr divided by this", default: 25),
            .number("final_div_factor", "the last rate is the first divided by this", default: 1e4),
            .boolean("three_phase", default: false),
        ]
    ) {
        try OneCycleLR(
            $0, maxLR: $1.perGroup("max_lr"), totalSteps: $1.optionalInteger("total_steps"),
            epochs: $1.optionalInteger("epochs"), stepsPerEpoch: $1.optionalInteger("steps_per_epoch"),
            pctStart: $1.number("pct_start"),
            annealStrategy: OneCycleLR.AnnealStrategy(rawValue: $1.string("anneal_strategy")) ?? .cos,
            cycleMomentum: $1.boolean("cycle_momentum"), baseMomentum: $1.perGroup("base_momentum"),
            maxMomentum: $1.perGroup("max_momentum"), divFactor: $1.number("div_factor"),
            finalDivFactor: $1.number("final_div_factor"), threePhase: $1.boolean("three_phase"), lastEpoch: $2)
    }

    private static let linear = ScheduleKind(
        "LinearLR", doc: "The rate goes from one part of itself to another.",
        [.number("start_factor", default: 1.0 / 3), .number("end_factor", default: 1), totalIters]
    ) {
        try LinearLR(
            $0, startFactor: $1.number("start_factor"), endFactor: $1.number("end_factor"),
            totalIters: $1.integer("total_iters"), lastEpoch: $2)
    }

    private static let constant = ScheduleKind(
        "ConstantLR", doc: "A part of the rate for some epochs, then all of it.",
        [.number("factor", default: 1.0 / 3), totalIters]
    ) { try ConstantLR($0, factor: $1.number("factor"), totalIters: $1.integer("total_iters"), lastEpoch: $2) }

    private static let polynomial = ScheduleKind(
        "PolynomialLR", doc: "The rate falls to 0 by a power of the time that is left.",
        [totalIters, .number("power", default: 1)]
    ) { try PolynomialLR($0, totalIters: $1.integer("total_iters"), power: $1.number("power"), lastEpoch: $2) }

    private static let cyclic = ScheduleKind(
        "CyclicLR", doc: "The rate goes up and down between two ends; step it after every batch.",
        [
            perGroup("base_lr", "the lowest rate, for all groups or for each"), perGroup("max_lr", "the highest rate"),
            .integer("step_size_up", min: 1, default: 2000), .integer("step_size_down", min: 1).optional,
            .choice("mode", of: CyclicLR.Mode.allCases.map(\.rawValue), default: "triangular"),
            .number("gamma", default: 1), cycleMomentum, perGroup("base_momentum", "", default: 0.8),
            perGroup("max_momentum", "", default: 0.9),
        ]
    ) {
        try CyclicLR(
            $0, baseLR: $1.perGroup("base_lr"), maxLR: $1.perGroup("max_lr"), stepSizeUp: $1.integer("step_size_up"),
            stepSizeDown: $1.optionalInteger("step_size_down"),
            mode: CyclicLR.Mode(rawValue: $1.string("mode")) ?? .triangular, gamma: $1.number("gamma"),
            cycleMomentum: $1.boolean("cycle_momentum"), baseMomentum: $1.perGroup("base_momentum"),
            maxMomentum: $1.perGroup("max_momentum"), lastEpoch: $2)
    }

    private static let functions: Argument = .anyOf(
        "lr_lambda", "a function of the epoch, or one for each group", of: [.function, .list])

    private static let lambda = ScheduleKind(
        "LambdaLR", doc: "The first rate times a function of the epoch.", [functions]
    ) { try LambdaLR($0, factors: $1.functions(for: $0), lastEpoch: $2) }

    private static let multiplicative = ScheduleKind(
        "MultiplicativeLR", doc: "The rate times a function of the epoch, at each epoch.", [functions]
    ) { try MultiplicativeLR($0, factors: $1.functions(for: $0), lastEpoch: $2) }

    private static let sequential = ScheduleKind(
        "SequentialLR", doc: "One schedule after the other, each from its milestone on.",
        [.objects("schedulers", LRScheduler.self), .integers("milestones")]
    ) {
        try SequentialLR(
            $0, schedules: $1.objects("schedulers"), milestones: $1.integers("milestones"), lastEpoch: $2)
    }

    private static let chained = ScheduleKind(
        "ChainedScheduler", doc: "Several schedules at once: each changes what the one before left.",
        [
            .objects("schedulers", LRScheduler.self),
            .object("optimizer", Optimizer.self, "theirs, which need not be named").optional,
        ]
    ) { try ChainedScheduler($0.objects("schedulers")) }

    private static let plateau = ScheduleKind(
        "ReduceLROnPlateau", doc: "The rate times `factor` when a number has not become better for a while.",
        [
            .choice("mode", of: ReduceLROnPlateau.Mode.allCases.map(\.rawValue), default: "min"),
            .number("factor", default: 0.1), .integer("patience", "epochs that are let pass", default: 10),
            .number("threshold", "what an improvement is at least", default: 1e-4),
            .choice("threshold_mode", of: ReduceLROnPlateau.ThresholdMode.allCases.map(\.rawValue), default: "rel"),
            .integer("cooldown", "epochs after a change in which none is counted", default: 0),
            perGroup("min_lr", "below which no rate goes", default: 0),
            .number("eps", "a change that is not larger is not made", default: 1e-8),
        ],
        takesLastEpoch: false
    ) { optimizer, a, _ in
        try ReduceLROnPlateau(
            optimizer, mode: ReduceLROnPlateau.Mode(rawValue: a.string("mode")) ?? .min, factor: a.number("factor"),
            patience: a.integer("patience"), threshold: a.number("threshold"),
            thresholdMode: ReduceLROnPlateau.ThresholdMode(rawValue: a.string("threshold_mode")) ?? .rel,
            cooldown: a.integer("cooldown"), minLR: a.perGroup("min_lr"), eps: a.number("eps"))
    }
}

extension Arguments {
    fileprivate func perGroup(_ name: StaticString) throws -> PerGroup {
        if case .list = try value(name) { return .each(try numbers(name)) }
        return .all(try number(name))
    }

    /// The functions of `lr_lambda`, one for each group.
    fileprivate func functions(for groups: any ScheduledGroups) throws -> [LambdaLR.Factor] {
        let given: [Value]
        switch try value("lr_lambda") {
        case .list(let items)?: given = items
        case let one?: given = Array(repeating: one, count: groups.groupCount)
        case nil: given = []
        }
        return try given.map { item in
            guard case .object(let object) = item, let function = object as? ScheduleFunction else {
                throw ScheduleError("lr_lambda is a function or a list of functions")
            }
            return function.factor
        }
    }
}
