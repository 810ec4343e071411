/// A call that an example describes, with its arguments made: what tests hold against differences and PyTorch.
public struct ExampleCall: CustomStringConvertible {
    /// What the arguments are drawn from, and, anew, what the call draws.
    public static let seed: UInt64 = 1

    public let operation: Operator
    /// In the order of the parameters; nil for one that is left out.
    public var arguments: [Value?]

    /// - Parameter dtype: the type of floating-point tensors.
    public init(_ operation: Operator, _ example: Example, dtype: DType = .float32) throws {
        self.operation = operation
        arguments = try example.values(for: operation.schema.parameters, dtype, Generator(seed: Self.seed))
    }

    /// Makes the call.
    public func callAsFunction() throws -> Outcome { try operation.body(given, context) }

    /// Makes it in the form that changes the first argument.
    public func inPlace() throws { try operation.changeInPlace(given, context) }

    private var given: Arguments { Arguments(operation.schema.parameters, arguments) }
    private var context: Context { Context(generator: Generator(seed: Self.seed)) }

    /// The tensors among the arguments, those in lists too, in order.
    public var tensors: [Tensor] { arguments.compactMap { $0 }.flatMap(\.tensors) }

    /// The same call with other tensors in their places.
    public func replacing(_ tensors: [Tensor]) -> ExampleCall {
        var (copy, rest) = (self, tensors[...])
        copy.arguments = arguments.map { $0?.replacingTensors(&rest) }
        return copy
    }

    /// The call with its arguments in short: "add(input: float32 [2, 3] of -1.25, other: 1.5)", where a tensor is known
    /// by the sum of its elements.
    public var description: String {
        let texts = zip(operation.schema.parameters, arguments).compactMap { parameter, value in
            value.map { "\(parameter.name): \($0.short)" }
        }
        return "\(operation.schema.name)(\(texts.joined(separator: ", ")))"
    }
}

extension Value {
    fileprivate var tensors: [Tensor] {
        switch self {
        case .object(let object): (object as? Tensor).map { [$0] } ?? []
        case .list(let items): items.flatMap(\.tensors)
        default: []
        }
    }

    fileprivate func replacingTensors(_ tensors: inout ArraySlice<Tensor>) -> Value {
        switch self {
        case .object(let object): object is Tensor ? .object(tensors.popFirst() ?? object) : self
        case .list(let items): .list(items.map { $0.replacingTensors(&tensors) })
        default: self
        }
    }

    fileprivate var short: String {
        switch self {
        case .boolean(let value): return "\(value)"
        case .integer(let value): return "\(value)"
        case .number(let value): return "\(value)"
        case .string(let value): return "'\(value)'"
        case .list(let items): return "[\(items.map(\.short).joined(separator: ", "))]"
        case .object(let object):
            guard let tensor = object as? Tensor else { return "\(type(of: object))" }
            let sum = (try? tensor.detach().to(.float64).sum().item()) ?? .nan
            return "\(tensor.dtype.rawValue) \(tensor.shape) of \(Float(sum))"
        }
    }
}
