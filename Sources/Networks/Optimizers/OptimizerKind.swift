import Operators

/// A kind of optimiser that can be made: its options, as scripts know them, and its rule.
public struct OptimizerKind: Sendable {
    /// What a step does with one parameter that has a gradient, where the options are known.
    typealias Rule = (ParameterStep) throws -> Void

    /// The parameter `params` and the options, in PyTorch's order.
    public let schema: Schema
    /// The names of what is remembered of each parameter: numbers, and tensors of the parameter's shape.
    let numbers: [String]
    let tensors: [String]
    private let validate: @Sendable (OptimizerOptions) throws -> Void
    let rule: @Sendable (OptimizerOptions) throws -> Rule

    /// - Parameters:
    ///   - name: PyTorch's.
    ///   - arguments: PyTorch's after `params`, in its order.
    ///   - options: those that PyTorch takes by name only.
    ///   - numbers: what is remembered besides tensors.
    ///   - validate: refuses numbers that the ranges of the parameters do not.
    ///   - rule: reads a group's options and gives what a step does with one parameter.
    init(
        _ name: String, doc: String, _ arguments: [Argument], options: [Argument] = [.maximize],
        numbers: [String] = ["step"], tensors: [String],
        validate: @escaping @Sendable (OptimizerOptions) throws -> Void = { _ in },
        rule: @escaping @Sendable (OptimizerOptions) throws -> Rule
    ) {
        let params: Argument = .anyOf(
            "params", "tensors, as net:parameters() returns them, or groups { params = tensors, lr = 0.1 }",
            of: [.objects(Tensor.self), .list])
        schema = Schema(
            name, doc: doc, arguments: [params] + arguments, options: options, returns: .object(Optimizer.self))
        self.numbers = numbers
        self.tensors = tensors
        self.validate = validate
        self.rule = rule
    }

    /// The parameters that are a group's options.
    public var options: [Argument] { Array(schema.parameters.dropFirst()) }

    /// - Throws: `TensorError` for numbers out of range.
    func check(_ values: OptimizerOptions) throws {
        for parameter in options {
            switch parameter.kind {
            case .number(let range):
                try Self.check(values.number(parameter.name), "\(parameter.name)", range)
            case .numbers:
                let (first, second) = try values.pair(parameter.name)
                for (place, value) in [first, second].enumerated() {
                    guard value >= 0, value < 1 else {
                        throw TensorError("\(parameter.name)[\(place + 1)] from 0 to below 1.0 expected, got \(value)")
                    }
                }
            default: break
            }
        }
        try validate(values)
    }

    private static func check(_ value: Double, _ name: String, _ range: ClosedRange<Double>) throws {
        guard value.isFinite, range.contains(value) else {
            let wanted = range.lowerBound.isFinite ? "\(name) of \(Int(range.lowerBound)) or more" : "a finite \(name)"
            let upper = range.upperBound.isFinite ? "\(name) from \(range.lowerBound) to \(range.upperBound)" : wanted
            // A NaN has a sign, which says nothing.
            throw TensorError("\(upper) expected, got \(value.isNaN ? "nan" : "\(value)")")
        }
    }
}

/// The one list of optimisers.
public enum Optimizers {
    public static let all: [OptimizerKind] = [
        sgd, adam, adamW, rmsprop, adagrad, adadelta, adamax, nadam, radam,
    ]
}

extension Argument {
    static func lr(_ value: Double) -> Argument { .number("lr", "learning rate", min: 0, default: value) }
    static func eps(_ value: Double = 1e-8) -> Argument {
        .number("eps", "added to the denominator", min: 0, default: value)
    }
    static func weightDecay(_ value: Double = 0) -> Argument {
        .number("weight_decay", "pull towards 0", min: 0, default: value)
    }
    static let betas: Argument = .numbers(
        "betas", "how much of the means of gradients and of squares is kept; {0.9, 0.999} by default"
    ).optional
    static let maximize: Argument = .boolean("maximize", "goes up the gradient instead of down", default: false)
    static let decoupled: Argument = .boolean(
        "decoupled_weight_decay", "pulls the parameter itself instead of adding to the gradient", default: false)
}

/// The options of a parameter group, by their declared names.
public struct OptimizerOptions {
    private let parameters: [Argument]
    private var values: [Value]

    /// The defaults of a kind.
    init(_ kind: OptimizerKind) {
        parameters = kind.options
        values = parameters.map { $0.defaultValue.map { Value($0) } ?? .list([.number(0.9), .number(0.999)]) }
    }

    /// All names and values, in order.
    public var all: [(name: String, value: Value)] { zip(parameters, values).map { ("\($0.name)", $1) } }

    public subscript(name: String) -> Value? {
        parameters.firstIndex { "\($0.name)" == name }.map { values[$0] }
    }

    /// Sets an option.
    ///
    /// - Returns: false where there is none of this name.
    /// - Throws: `TensorError` for a value of another kind.
    mutating func set(_ name: String, _ value: Value) throws -> Bool {
        guard let place = parameters.firstIndex(where: { "\($0.name)" == name }) else { return false }
        switch parameters[place].kind {
        case .boolean:
            guard case .boolean = value else { throw TensorError("\(name): a boolean expected") }
        case .numbers:
            guard case .list(let items) = value, items.count == 2, items.allSatisfy({ $0.number != nil }) else {
                let got = if case .list(let items) = value { plural(items.count, "element") } else { "another value" }
                throw TensorError("\(name): a list of two numbers expected, got \(got)")
            }
        default:
            guard value.number != nil else { throw TensorError("\(name): a number expected") }
        }
        values[place] = value
        return true
    }

    /// Found by the literal's address where that can be: a step asks for each.
    private func value(_ name: StaticString) throws -> Value {
        guard
            let place = parameters.firstIndex(where: { $0.name.utf8Start == name.utf8Start })
                ?? parameters.firstIndex(where: { "\($0.name)" == "\(name)" })
        else { throw TensorError("no option '\(name)' is declared") }
        return values[place]
    }

    func number(_ name: StaticString) throws -> Double { try value(name).number ?? .nan }

    func boolean(_ name: StaticString) throws -> Bool {
        if case .boolean(true) = try value(name) { return true }
        return false
    }

    func pair(_ name: StaticString) throws -> (Double, Double) {
        guard case .list(let items) = try value(name), items.count == 2 else { return (.nan, .nan) }
        return (items[0].number ?? .nan, items[1].number ?? .nan)
    }
}
