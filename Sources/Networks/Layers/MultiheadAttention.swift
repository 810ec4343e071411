import Tensors

extension Layers {
    static let attention = Layer(
        "MultiheadAttention", doc: "Attention of several heads on [places, n, embed_dim] or [places, embed_dim].",
        [
            .integer("embed_dim", min: 1), .integer("num_heads", min: 1),
            .number("dropout", "probability that a weight is set to 0", min: 0, max: 1, default: 0.0),
            .boolean("bias", default: true),
        ],
        options: [
            .boolean("batch_first", "whether the batch comes before the places", default: false), .parameterType,
        ]
    ) { a, context in
        try MultiheadAttention(
            a.integer("embed_dim"), a.integer("num_heads"), dropout: a.number("dropout"), bias: a.boolean("bias"),
            batchFirst: a.boolean("batch_first"), Initializer(a, context))
    }
}

/// Attention of several heads (Vaswani et al., 2017). Parameters: `in_proj_weight` `[3·size, size]`, `in_proj_bias`
/// `[3·size]`; `out_proj` is a linear layer.
final class MultiheadAttention: DeclaredModule {
    private let size: Int, heads: Int
    private let dropout: Double
    private let batchFirst: Bool

    init(_ size: Int, _ heads: Int, dropout: Double, bias: Bool, batchFirst: Bool, _ initial: Initializer) throws {
        try requirePositive(size, "embed_dim")
        guard heads >= 1, size % heads == 0 else {
            throw TensorError("an embed_dim that num_heads divides expected, got \(size) and \(heads)")
        }
        (self.size, self.heads, self.dropout, self.batchFirst) = (size, heads, dropout, batchFirst)
        super.init(
            kind: "MultiheadAttention",
            call: [
                .tensor("query"), .tensor("key"), .tensor("value"),
                .tensor("key_padding_mask", "[n, places]: true for a key that does not count").optional,
                .boolean("need_weights", "whether the weights come too", default: true),
                .tensor("attn_mask", "[l, s] or [n · heads, l, s]: true for what does not count").optional,
                .boolean("average_attn_weights", "whether the weights are means over the heads", default: true),
                .boolean("is_causal", "that attn_mask hides later places, which is taken from it", default: false),
            ])
        let out = try Linear(size, size, bias: bias, initial)
        // Glorot and Bengio, 2010.
        let bound = (6 / Double(4 * size)).squareRoot()
        try registerParameter("in_proj_weight", initial.uniform([3 * size, size], bound: bound))
        if bias {
            try registerParameter("in_proj_bias", initial.full([3 * size], 0))
            try out.registerParameter("bias", initial.full([size], 0))
        }
        try register("out_proj", out)
    }

    override var details: String {
        "\(size), \(heads) heads" + (dropout == 0 ? "" : ", dropout=\(dropout)")
            + (batchFirst ? ", batch_first=true" : "")
    }

    override func forward(_ a: Arguments, _ scope: Scope) throws -> Outcome {
        let given = [try a.tensor("query"), try a.tensor("key"), try a.tensor("value")]
        let isSingle = given[0].dim == 2
        for x in given where x.dim != given[0].dim || !(2...3).contains(x.dim) || x.shape[x.dim - 1] != size {
            throw TensorError(
                "a query, key and value [places, n, \(size)] or [places, \(size)] expected, got "
                    + given.map { "\($0.shape)" }.joined(separator: ", "))
        }
        // [n, places, size]
        let inputs = try given.map { isSingle ? try $0.unsqueeze(0) : batchFirst ? $0 : try $0.transpose(0, 1) }
        let (batch, queries, keys) = (inputs[0].shape[0], inputs[0].shape[1], inputs[1].shape[1])
        guard inputs[1].shape == inputs[2].shape, inputs[1].shape[0] == batch else {
            throw TensorError(
                "a key and a value of one shape and as many as the query expected, got "
                    + given.map { "\($0.shape)" }.joined(separator: ", "))
        }
        let weight = try ownParameter("in_proj_weight")
        let parts = try inputs.enumerated().map { place, x in
            let bias = try parameter("in_proj_bias")?.narrow(0, start: place * size, length: size)
            return try x.linear(weight.narrow(0, start: place * size, length: size), bias)
                .reshape([batch, x.shape[1], heads, size / heads]).transpose(1, 2)
        }
        let mask = try mask(a, batch, queries, keys, inputs[0].dtype)
        let found = try parts[0].attention(
            parts[1], parts[2], mask: mask, scale: 1 / Double(size / heads).squareRoot(),
            dropout: isTraining ? dropout : 0, scope.context.generator)
        // In PyTorch's order, for a dropout of the result draws in it.
        let joined = try found.result.permute([2, 0, 1, 3]).reshape([queries, batch, size])
        guard let out = child("out_proj") else { throw TensorError("its out_proj was taken away") }
        let y = try out.forward([joined], scope).tensors[0]
        let result = isSingle ? try y.squeeze([1]) : batchFirst ? try y.transpose(0, 1) : y
        guard try a.boolean("need_weights") else { return .tuple([.tensor(result), .nothing]) }
        let weights = try a.boolean("average_attn_weights") ? found.weights.mean([1]) : found.weights
        return .several([result, isSingle ? try weights.squeeze([0]) : weights])
    }

    /// Both masks as numbers to be added, `[n, heads, queries, keys]` or what repeats to it.
    private func mask(_ a: Arguments, _ batch: Int, _ queries: Int, _ keys: Int, _ dtype: DType) throws -> Tensor? {
        var mask = try a.optionalTensor("attn_mask")?.asAddedMask(dtype, keeps: false)
        if let given = mask {
            switch given.shape {
            case [queries, keys]: break
            case [batch * heads, queries, keys]: mask = try given.reshape([batch, heads, queries, keys])
            default:
                throw TensorError(
                    "an attn_mask [\(queries), \(keys)] or [\(batch * heads), \(queries), \(keys)] expected, got "
                        + "\(given.shape)")
            }
        } else if try a.boolean("is_causal") {
            throw TensorError("is_causal says what attn_mask holds: give attn_mask too")
        }
        guard let padding = try a.optionalTensor("key_padding_mask")?.asAddedMask(dtype, keeps: false) else {
            return mask
        }
        guard padding.shape == [batch, keys] || padding.shape == [keys] else {
            throw TensorError("a key_padding_mask [\(batch), \(keys)] expected, got \(padding.shape)")
        }
        let spread = try padding.reshape([batch, 1, 1, keys])
        return try mask.map { try $0 + spread } ?? spread
    }
}
