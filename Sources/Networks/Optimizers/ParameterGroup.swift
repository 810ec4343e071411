import Operators

/// Parameters of an optimiser that have their options in common.
public final class ParameterGroup {
    public let parameters: [Tensor]
    public private(set) var options: OptimizerOptions
    /// The rate that schedules start from; nil before the first schedule.
    public var initialLearningRate: Double?
    private let kind: OptimizerKind

    /// What a group is made of.
    public struct Declaration {
        public let parameters: [Tensor]
        /// The options in which it differs from the optimiser's own.
        public let options: [(name: String, value: Value)]

        public init(_ parameters: [Tensor], options: [(name: String, value: Value)] = []) {
            self.parameters = parameters
            self.options = options
        }
    }

    init(_ declaration: Declaration, _ kind: OptimizerKind, _ defaults: OptimizerOptions) throws {
        parameters = declaration.parameters
        options = defaults
        self.kind = kind
        for (name, value) in declaration.options { try set(name, value) }
    }

    /// Sets an option, from the next step on.
    ///
    /// - Throws: `TensorError` for a name that the optimiser's kind does not have, or a value of another kind.
    public func set(_ name: String, _ value: Value) throws {
        if name == "initial_lr" {
            guard let rate = value.number else { throw TensorError("initial_lr: a number expected") }
            initialLearningRate = rate
            return
        }
        guard try options.set(name, value) else {
            let known = kind.options.map { "\($0.name)" }.joined(separator: ", ")
            throw TensorError("\(kind.schema.name) has no option '\(name)' (there are: \(known))")
        }
    }

    public var learningRate: Double {
        get { options["lr"]?.number ?? .nan }
        set { _ = try? options.set("lr", .number(newValue)) }
    }

    /// All options with their values, and the initial rate where there is one.
    public var values: [(name: String, value: Value)] {
        options.all + (initialLearningRate.map { [("initial_lr", .number($0))] } ?? [])
    }
}
