import Tensors

extension Layers {
    static let embedding = Layer(
        "Embedding", doc: "A row of numbers for each integer below num_embeddings.",
        [
            .integer("num_embeddings", min: 1), .integer("embedding_dim", min: 1),
            .integer("padding_idx", "a row that is zeros and stays so; a negative one counts from the end").optional,
            .number("max_norm", "rows that are longer are shortened to it when used").optional,
            .number("norm_type", "which norm", default: 2.0),
            .boolean("scale_grad_by_freq", "whether a row's gradient is divided by its uses", default: false),
        ],
        options: [
            .parameterType, .tensor("_weight", "the rows, instead of drawn ones").optional,
            .boolean("_freeze", "whether the rows are not learned", default: false),
        ]
    ) { a, context in
        let module = try Embedding(
            a.integer("num_embeddings"), a.integer("embedding_dim"), a.optionalTensor("_weight"),
            padding: a.optionalInteger("padding_idx"),
            maxNorm: a.optionalNumber("max_norm").map { ($0, try a.number("norm_type")) },
            scales: a.boolean("scale_grad_by_freq"), Initializer(a, context))
        if try a.boolean("_freeze") { try module.ownParameter("weight").requireGrad(false) }
        return module
    }

    static let pretrainedEmbedding = Layer(
        "Embedding.from_pretrained", doc: "An Embedding of given rows [entries, size], frozen by default.",
        [
            .tensor("embeddings", "the rows"),
            .boolean("freeze", "whether the rows are not learned", default: true),
            .integer("padding_idx", "a row that is never learned; a negative one counts from the end").optional,
            .number("max_norm", "rows that are longer are shortened to it when used").optional,
            .number("norm_type", "which norm", default: 2.0),
            .boolean("scale_grad_by_freq", "whether a row's gradient is divided by its uses", default: false),
        ]
    ) { a, context in
        let rows = try a.tensor("embeddings")
        guard rows.dim == 2, rows.dtype.isFloatingPoint else {
            throw TensorError("float32 rows [entries, size] expected, got \(rows.dtype.rawValue) \(rows.shape)")
        }
        let module = try Embedding(
            rows.shape[0], rows.shape[1], rows, padding: a.optionalInteger("padding_idx"),
            maxNorm: a.optionalNumber("max_norm").map { ($0, try a.number("norm_type")) },
            scales: a.boolean("scale_grad_by_freq"), Initializer(context.generator, rows.dtype))
        if try a.boolean("freeze") { try module.ownParameter("weight").requireGrad(false) }
        return module
    }

    static let bilinear = Layer(
        "Bilinear", doc: "Σ x1_i · W_oij · x2_j + b_o over the last dimensions of two inputs.",
        [
            .integer("in1_features", min: 1), .integer("in2_features", min: 1), .integer("out_features", min: 1),
            .boolean("bias", default: true),
        ], options: [.parameterType]
    ) { a, context in
        try Bilinear(
            a.integer("in1_features"), a.integer("in2_features"), a.integer("out_features"), bias: a.boolean("bias"),
            Initializer(a, context))
    }
}

/// A row of numbers for each integer. Parameter: `weight` `[entries, size]`, normally distributed.
private final class Embedding: Module {
    private let sizes: (entries: Int, size: Int)
    private let padding: Int?
    private let maxNorm: (Double, norm: Double)?
    private let scales: Bool

    init(
        _ entries: Int, _ size: Int, _ rows: Tensor?, padding: Int?, maxNorm: (Double, norm: Double)?, scales: Bool,
        _ initial: Initializer
    ) throws {
        try requirePositive(entries, "num_embeddings")
        try requirePositive(size, "embedding_dim")
        if let padding, padding < -entries || padding >= entries {
            throw TensorError("a padding_idx within \(-entries)..\(entries - 1) expected, got \(padding)")
        }
        (sizes, self.maxNorm, self.scales) = ((entries, size), maxNorm, scales)
        self.padding = padding.map { $0 < 0 ? $0 + entries : $0 }
        super.init(kind: "Embedding")
        if let rows {
            guard rows.shape == [entries, size], rows.dtype.isFloatingPoint else {
                throw TensorError(
                    "a float32 _weight of shape [\(entries), \(size)] expected, got \(rows.dtype.rawValue) \(rows.shape)"
                )
            }
            try registerParameter("weight", rows.detach())
        } else {
            let weight = try initial.normal([entries, size])
            if let padding = self.padding { try weight.select(0, padding).assign(.zeros([size], dtype: weight.dtype)) }
            try registerParameter("weight", weight)
        }
        settings = [("num_embeddings", .integer(entries)), ("embedding_dim", .integer(size))]
        if let padding = self.padding { settings.append(("padding_idx", .integer(padding))) }
    }

    override var details: String {
        "\(sizes.entries)->\(sizes.size)" + (padding.map { ", padding_idx=\($0)" } ?? "")
            + (maxNorm.map { ", max_norm=\($0.0)" } ?? "") + (scales ? ", scale_grad_by_freq=true" : "")
    }

    override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        .tensor(
            try Module.only(inputs, kind).embedding(
                ownParameter("weight"), paddingIndex: padding, maxNorm: maxNorm, scalesByFrequency: scales))
    }
}

/// `Σ x_i · W_oij · y_j + b_o`. Parameters: `weight` `[out, in1, in2]` and `bias` `[out]`.
private final class Bilinear: Module {
    private let features: (first: Int, second: Int, out: Int)

    init(_ first: Int, _ second: Int, _ out: Int, bias: Bool, _ initial: Initializer) throws {
        for (size, name) in [(first, "in1_features"), (second, "in2_features"), (out, "out_features")] {
            try requirePositive(size, name)
        }
        features = (first, second, out)
        super.init(kind: "Bilinear")
        let bound = 1 / Double(first).squareRoot()
        try registerParameter("weight", initial.uniform([out, first, second], bound: bound))
        if bias { try registerParameter("bias", initial.uniform([out], bound: bound)) }
    }

    override var details: String { "\(features.first)x\(features.second)->\(features.out)" }

    override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        guard inputs.count == 2 else { throw TensorError("2 inputs expected, got \(inputs.count)") }
        return .tensor(try inputs[0].bilinear(inputs[1], ownParameter("weight"), parameter("bias")))
    }
}
