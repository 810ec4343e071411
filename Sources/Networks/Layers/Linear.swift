import Tensors

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

    public override func forward(_ input: Tensor) throws -> Tensor {
        guard let weight = parameter("weight") else { throw TensorError("its weight was taken away") }
        return try input.linear(weight, parameter("bias"))
    }
}
