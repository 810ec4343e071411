import Operators

/// A rule for the first values of a tensor, as scripts know it (`torch.nn.init`).
public struct InitializationRule: Sendable {
    /// The tensor comes first.
    public let schema: Schema
    private let body: @Sendable (Tensor, Arguments, Generator) throws -> Void

    init(
        _ name: String, doc: String, _ arguments: [Argument] = [],
        body: @escaping @Sendable (Tensor, Arguments, Generator) throws -> Void
    ) {
        schema = Schema(
            name, doc: doc, arguments: [.tensor("tensor")] + arguments, returns: .object(Tensor.self, "the same tensor")
        )
        self.body = body
    }

    /// Fills the tensor. - Returns: the tensor.
    public func apply(_ arguments: Arguments, _ context: Context) throws -> Tensor {
        let tensor = try arguments.tensor("tensor")
        try GradMode.set(false) { try body(tensor, arguments, context.generator) }
        return tensor
    }
}

/// The one list of rules.
public enum Initializations {
    public static let all: [InitializationRule] = constants + distributions + fans + [orthogonal, sparse]
}

extension Tensor {
    func expectDimensions(_ allowed: ClosedRange<Int>, _ what: String) throws {
        guard allowed.contains(dim) else { throw TensorError("\(what) expected, got shape \(shape)") }
    }
}
