import Tensors

extension Layers {
    static let transformerEncoder = Layer(
        "TransformerEncoderLayer",
        doc: "Attention to itself and two linear layers, each with what came in added and normalised.",
        [
            .integer("d_model", min: 1), .integer("nhead", min: 1), .integer("dim_feedforward", min: 1, default: 2048),
            .number("dropout", min: 0, max: 1, default: 0.1),
            .choice("activation", of: ["relu", "gelu"], default: "relu"),
            .number("layer_norm_eps", "added to the variance", default: 1e-5),
            .boolean("batch_first", "whether the batch comes before the places", default: false),
            .boolean("norm_first", "whether the parts normalise what comes in", default: false),
            .boolean("bias", default: true),
        ], options: [.parameterType]
    ) { a, context in
        try TransformerEncoderLayer(a, context, Initializer(a, context))
    }
}

/// A layer of an encoder (Vaswani et al., 2017). Parts: `self_attn`, `linear1`, `linear2`, `norm1`, `norm2`.
private final class TransformerEncoderLayer: DeclaredModule {
    private let text: String
    private let dropout: Double
    private let normalizesFirst: Bool
    private let activation: Operator
    private let attention: MultiheadAttention

    init(_ a: Arguments, _ context: Context, _ initial: Initializer) throws {
        let (size, heads, bias) = (try a.integer("d_model"), try a.integer("nhead"), try a.boolean("bias"))
        let (inner, name) = (try a.integer("dim_feedforward"), try a.string("activation"))
        guard let activation = Operators.all.first(where: { $0.name == name }) else {
            throw TensorError("'\(name)' is not in nightjar")
        }
        self.activation = activation
        (dropout, normalizesFirst) = (try a.number("dropout"), try a.boolean("norm_first"))
        attention = try MultiheadAttention(
            size, heads, dropout: dropout, bias: bias, batchFirst: a.boolean("batch_first"), initial)
        text = "\(size), \(heads) heads, dim_feedforward=\(inner)"
        super.init(
            kind: "TransformerEncoderLayer",
            call: [
                .tensor("src"), .tensor("src_mask", "[l, l]: true for what does not count").optional,
                .tensor("src_key_padding_mask", "[n, l]: true for a place that does not count").optional,
                .boolean("is_causal", "that src_mask hides later places, which is taken from it", default: false),
            ])
        try register("self_attn", attention)
        try register("linear1", Linear(size, inner, bias: bias, initial))
        try register("linear2", Linear(inner, size, bias: bias, initial))
        let eps = try a.number("layer_norm_eps")
        for name in ["norm1", "norm2"] {
            try register(
                name,
                ScaledNorm("LayerNorm", "[\(size)]", [size], weight: true, bias: bias, initial) {
                    try $0.layerNorm([size], $1, $2, eps: eps)
                })
        }
    }

    override var details: String { text }

    override func forward(_ a: Arguments, _ scope: Scope) throws -> Outcome {
        let masks = [try a.optionalTensor("src_mask"), try a.optionalTensor("src_key_padding_mask")]
        func attend(_ x: Tensor) throws -> Tensor {
            let values: [Value?] = [
                .object(x), .object(x), .object(x), masks[1].map { .object($0) }, .boolean(false),
                masks[0].map { .object($0) }, nil, nil,
            ]
            let given = Arguments(attention.callParameters, values)
            return try dropped(attention.forward(given, scope).tensors[0], scope)
        }
        func feed(_ x: Tensor) throws -> Tensor {
            let first = try run("linear1", x, scope)
            let active = try activation.body(Arguments(activation.schema.parameters, [.object(first)]), scope.context)
            return try dropped(run("linear2", dropped(active.tensors[0], scope), scope), scope)
        }
        var x = try a.tensor("src")
        if normalizesFirst {
            x = try x + attend(run("norm1", x, scope))
            return .tensor(try x + feed(run("norm2", x, scope)))
        }
        x = try run("norm1", x + attend(x), scope)
        return .tensor(try run("norm2", x + feed(x), scope))
    }

    private func run(_ part: String, _ x: Tensor, _ scope: Scope) throws -> Tensor {
        guard let module = child(part) else { throw TensorError("its \(part) was taken away") }
        return try module.forward([x], scope).tensors[0]
    }

    private func dropped(_ x: Tensor, _ scope: Scope) throws -> Tensor {
        isTraining && dropout > 0 ? try x.dropped(dropout, x.shape, scope.context.generator) : x
    }
}
