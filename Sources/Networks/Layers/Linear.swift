import Tensors

extension Layers {
    static let linear = Layer(
        "Linear", doc: "x·Wᵀ + b over the last dimension.",
        [.integer("in_features", min: 0), .integer("out_features", min: 0), .boolean("bias", default: true)],
        options: [.parameterType]
    ) { a, context in
        try Linear(
            a.integer("in_features"), a.integer("out_features"), bias: a.boolean("bias"),
            Initializer(a, context))
    }
}

/// `x·Wᵀ + b` over the last dimension. Parameters: `weight` `[outFeatures, inFeatures]` and `bias` `[outFeatures]`.
public final class Linear: Module {
    private let features: (in: Int, out: Int)

    /// - Throws: `TensorError` where a size is negative or too large.
    public convenience init(_ inFeatures: Int, _ outFeatures: Int, bias: Bool = true, generator: Generator) throws {
        try self.init(inFeatures, outFeatures, bias: bias, Initializer(generator))
    }

    init(_ inFeatures: Int, _ outFeatures: Int, bias: Bool = true, _ initial: Initializer) throws {
        if inFeatures != 0 { try requirePositive(inFeatures, "in_features") }
        if outFeatures != 0 { try requirePositive(outFeatures, "out_features") }
        features = (inFeatures, outFeatures)
        super.init(kind: "Linear")
        try registerParameter("weight", initial.weight([outFeatures, inFeatures], fanIn: inFeatures))
        if bias { try registerParameter("bias", initial.bias(outFeatures, fanIn: inFeatures)) }
    }

    public override var details: String { "\(features.in)->\(features.out)" }

    public override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        .tensor(try Module.only(inputs, kind).linear(ownParameter("weight"), parameter("bias")))
    }
}
