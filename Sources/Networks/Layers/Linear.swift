import Tensors

extension Layers {
    static let linear = Layer(
        "Linear", doc: "x·Wᵀ + b over the last dimension.",
        [.integer("in_features", min: 1), .integer("out_features", min: 1), .boolean("bias", default: true)]
    ) { a, context in
        try Linear(
            a.integer("in_features"), a.integer("out_features"), bias: a.boolean("bias"),
            generator: context.generator)
    }
}

/// `x·Wᵀ + b` over the last dimension. Parameters: `weight` `[outFeatures, inFeatures]` and `bias` `[outFeatures]`.
public final class Linear: Module {
    private let features: (in: Int, out: Int)

    /// - Throws: `TensorError` where a size is not positive.
    public init(_ inFeatures: Int, _ outFeatures: Int, bias: Bool = true, generator: Generator) throws {
        try requirePositive(inFeatures, "in_features")
        try requirePositive(outFeatures, "out_features")
        features = (inFeatures, outFeatures)
        super.init(kind: "Linear")
        try registerParameter("weight", .defaultWeight([outFeatures, inFeatures], fanIn: inFeatures, generator))
        if bias { try registerParameter("bias", .defaultBias(outFeatures, fanIn: inFeatures, generator)) }
    }

    public override var details: String { "\(features.in)->\(features.out)" }

    public override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        .tensor(try Module.only(inputs, kind).linear(ownParameter("weight"), parameter("bias")))
    }
}
