import Tensors

extension Layers {
    /// The operator `prelu` with a weight of its own.
    static let prelu = Operators.all.filter { $0.name == "prelu" }.map { operation in
        Layer(
            "PReLU", doc: operation.schema.doc,
            [
                .integer("num_parameters", "one slope, or one for each channel", min: 1, default: 1),
                .number("init", "the slopes at first", default: 0.25),
            ], options: [.parameterType]
        ) { a, context in
            try PReLU(
                operation, a.integer("num_parameters"), a.number("init"), Initializer(context.generator, a.dtype()))
        }
    }
}

/// Negative elements times a slope that is learned (He et al., 2015). Parameter: `weight` `[parameters]`.
private final class PReLU: Module {
    private let operation: Operator
    private let count: Int

    init(_ operation: Operator, _ count: Int, _ first: Double, _ initial: Initializer) throws {
        try requirePositive(count, "num_parameters")
        (self.operation, self.count) = (operation, count)
        super.init(kind: "PReLU")
        try registerParameter("weight", initial.full([count], first))
    }

    override var details: String { count == 1 ? "" : "\(count)" }

    override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        let values: [Value?] = [.object(try Module.only(inputs, kind)), .object(try ownParameter("weight"))]
        return try operation.body(Arguments(operation.schema.parameters, values), scope.context)
    }
}
