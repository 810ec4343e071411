import Tensors

extension Layers {
    /// The operator `prelu` with a weight of its own.
    static let prelu = Layer(
        "PReLU", doc: Operators.prelu.schema.doc,
        [
            .integer("num_parameters", "one slope, or one for each channel", min: 1, default: 1),
            .number("init", "the slopes at first", default: 0.25),
        ], options: [.parameterType]
    ) { a, context in try PReLU(a.integer("num_parameters"), a.number("init"), Initializer(a, context)) }
}

/// Negative elements times a slope that is learned (He et al., 2015). Parameter: `weight` `[parameters]`.
private final class PReLU: Module {
    private let count: Int

    init(_ count: Int, _ first: Double, _ initial: Initializer) throws {
        try requirePositive(count, "num_parameters")
        self.count = count
        super.init(kind: "PReLU")
        try registerParameter("weight", initial.full([count], first))
    }

    override var details: String { count == 1 ? "" : "\(count)" }

    override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        .tensor(try Module.only(inputs, kind).prelu(ownParameter("weight")))
    }
}
