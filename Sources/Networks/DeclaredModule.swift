import Operators

/// A module whose calls take more than tensors one after the other: states, masks, options.
open class DeclaredModule: Module {
    /// What a call takes, by position or by name in a trailing table; nothing where it takes tensors like any module.
    public let callParameters: [Argument]
    /// What the call that is running got.
    private var given: Arguments?

    public init(kind: String, call: [Argument]) {
        callParameters = call
        super.init(kind: kind)
    }

    /// The output for what a call got.
    ///
    /// - Throws: `TensorError` where the arguments do not fit.
    open func forward(_ arguments: Arguments, _ scope: Scope) throws -> Outcome {
        throw TensorError("\(kind) has no forward function")
    }

    /// Runs `body`, a call of this module with tensors, with these arguments instead.
    public func with<Result>(_ arguments: Arguments, _ body: () throws -> Result) rethrows -> Result {
        let outer = given
        given = arguments
        defer { given = outer }
        return try body()
    }

    public override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        guard inputs.count <= callParameters.count else {
            throw TensorError("at most \(plural(callParameters.count, "input")) expected, got \(inputs.count)")
        }
        let arguments = given ?? Arguments(callParameters, inputs.map { .object($0) })
        given = nil
        return try forward(arguments, scope)
    }
}
