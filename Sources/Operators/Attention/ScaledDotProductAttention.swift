extension Operators {
    static let scaledDotProductAttention = Operator(
        "scaled_dot_product_attention",
        doc: "softmax(q·kᵀ · scale + mask)·v, of q [..., l, e], k [..., s, e] and v [..., s, f].",
        [
            .tensor("query"), .tensor("key"), .tensor("value"),
            .tensor("attn_mask", "bool: which places count; or numbers that are added").optional,
            .number("dropout_p", "probability that a weight is set to 0", min: 0, max: 1, default: 0.0),
            .boolean("is_causal", "whether later places do not count", default: false),
        ], options: [.number("scale", "1 / sqrt(e) by default").optional], faces: [.functional],
        examples: [
            .init(.values(2, 3, 4), .values(2, 5, 4), .values(2, 5, 2)),
            .init(
                .values(3, 4), .values(3, 4), .values(3, 4),
                options: ["dropout_p": 0.0, "is_causal": true, "scale": 0.3]),
            .init(.values(3, 4), .values(2, 4), .values(2, 4), .values(3, 2)),
        ]
    ) { a, context in
        let (query, key, value) = (try a.tensor("query"), try a.tensor("key"), try a.tensor("value"))
        guard query.dim >= 2, key.dim >= 2, value.dim >= 2 else {
            throw TensorError(
                "tensors [..., places, features] expected, got \(query.shape), \(key.shape) and \(value.shape)")
        }
        var mask = try a.optionalTensor("attn_mask")?.asAddedMask(query.dtype, keeps: true)
        if try a.boolean("is_causal") {
            guard mask == nil else { throw TensorError("either attn_mask or is_causal expected, got both") }
            mask = try .laterPlaces(query.shape[query.dim - 2], key.shape[key.dim - 2], query.dtype)
        }
        let features = Double(query.shape[query.dim - 1])
        return .tensor(
            try query.attention(
                key, value, mask: mask, scale: a.optionalNumber("scale") ?? 1 / features.squareRoot(),
                dropout: a.number("dropout_p"), context.generator
            ).result)
    }
}

extension Tensor {
    /// Attention (Vaswani et al., 2017): `softmax(q·kᵀ · scale + mask)·v`, and the weights. Where nothing counts, the
    /// weights are 0.
    ///
    /// - Parameters:
    ///   - mask: what is added to the scores.
    ///   - dropout: probability that a weight is set to 0; the weights returned are those after it.
    public func attention(
        _ key: Tensor, _ value: Tensor, mask: Tensor?, scale: Double, dropout: Double, _ generator: Generator
    ) throws -> (result: Tensor, weights: Tensor) {
        var scores = try (self * scale).matmul(key.transpose(-2, -1))
        if let mask { scores = try scores + mask }
        var highest: Tensor?
        if mask != nil, scores.shape[scores.dim - 1] > 0 {
            highest = try scores.detach().extreme(.maximum, -1, keepDimension: true).values
        }
        if let highest { scores = try whereAnythingCounts(scores, highest) }
        var weights = try scores.softmax(-1)
        if let highest { weights = try whereAnythingCounts(weights, highest) }
        if dropout > 0 { weights = try weights.dropped(dropout, weights.shape, generator) }
        return (try weights.matmul(value), weights)
    }

    /// A mask as numbers to be added: negative infinity for a place that does not count.
    ///
    /// - Parameter keeps: whether true says that a place counts.
    public func asAddedMask(_ dtype: DType, keeps: Bool) throws -> Tensor {
        if self.dtype.isFloatingPoint { return try to(dtype) }
        guard self.dtype == .bool else {
            throw TensorError("a mask of type bool or \(dtype.rawValue) expected, got \(self.dtype.rawValue)")
        }
        return try (keeps ? wherefalse : whereTrue)(to(dtype))
    }

    /// The mask `[rows, columns]` that hides what comes later.
    public static func laterPlaces(_ rows: Int, _ columns: Int, _ dtype: DType) throws -> Tensor {
        try Tensor.ones([rows, columns], dtype: .bool).triangle(1, upper: true).asAddedMask(dtype, keeps: false)
    }
}

private let hidden = Expression.constant(-.infinity)
private let whereTrue = PointwiseFunction("mask", inputs: 1, value: .select(.variable(0), hidden, 0))
private let wherefalse = PointwiseFunction("mask", inputs: 1, value: .select(.variable(0), 0, hidden))
private let whereAnythingCounts = PointwiseFunction(
    "safe_softmax", inputs: 2, value: .select(.variable(1) .== hidden, 0, .variable(0)))
