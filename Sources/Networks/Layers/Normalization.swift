import Tensors

extension Layers {
    static let normalizations = [
        perChannel("BatchNorm1d", "Batch normalisation of [n, c] or [n, c, l].", ranks: 2...3, isBatch: true),
        perChannel("BatchNorm2d", "Batch normalisation of [n, c, h, w].", ranks: 4...4, isBatch: true),
        perChannel("InstanceNorm1d", "Instance normalisation of [n, c, l] or [c, l].", ranks: 2...3, isBatch: false),
        perChannel(
            "InstanceNorm2d", "Instance normalisation of [n, c, h, w] or [c, h, w].", ranks: 3...4, isBatch: false),
        groupNorm, layerNorm, rmsNorm,
    ]

    private static func perChannel(_ name: String, _ doc: String, ranks: ClosedRange<Int>, isBatch: Bool) -> Layer {
        Layer(
            name, doc: doc,
            [
                .integer("num_features", min: 1), eps(1e-5),
                Argument(
                    "momentum",
                    "how fast the running statistics follow; false for the mean of all batches",
                    .anyOf([.number, .boolean]), .number(0.1)),
                .boolean("affine", "whether there are a weight and a bias", default: isBatch),
                .boolean("track_running_stats", "whether there are running statistics", default: isBatch),
            ], options: [.parameterType, .boolean("bias", "whether there is a bias", default: true)]
        ) { a, context in
            try ChannelNorm(
                name, ranks: ranks, isBatch: isBatch, a.integer("num_features"), eps: a.number("eps"),
                momentum: a.optionalNumber("momentum"), affine: a.boolean("affine"), bias: a.boolean("bias"),
                tracks: a.boolean("track_running_stats"), Initializer(a, context))
        }
    }

    private static let groupNorm = Layer(
        "GroupNorm", doc: "Group normalisation of [n, num_channels, ...].",
        [
            .integer("num_groups", min: 1), .integer("num_channels", min: 1), eps(1e-5),
            .boolean("affine", "whether there are a weight and a bias", default: true),
        ], options: [.parameterType, .boolean("bias", "whether there is a bias", default: true)]
    ) { a, context in
        let (groups, channels, eps) = (try a.integer("num_groups"), try a.integer("num_channels"), try a.number("eps"))
        guard channels % groups == 0 else {
            throw TensorError("\(plural(channels, "channel")) cannot be divided into \(plural(groups, "group"))")
        }
        return try ScaledNorm(
            "GroupNorm", "\(groups) of \(channels)\(describe(eps))", [channels], weight: a.boolean("affine"),
            bias: a.boolean("affine") && a.boolean("bias"), Initializer(a, context)
        ) { x, weight, bias in
            guard x.dim >= 2, x.shape[1] == channels else {
                throw TensorError("an input [n, \(channels), ...] expected, got \(x.shape)")
            }
            return try x.groupNorm(groups, weight, bias, eps: eps)
        }
    }

    private static let layerNorm = Layer(
        "LayerNorm", doc: "Layer normalisation of the last dimensions.",
        [
            Operators.normalizedShape, eps(1e-5),
            .boolean("elementwise_affine", "whether there are a weight and a bias", default: true),
            .boolean("bias", "whether there is a bias", default: true),
        ], options: [.parameterType]
    ) { a, context in
        let (shape, eps) = (try a.shape("normalized_shape"), try a.number("eps"))
        let isAffine = try a.boolean("elementwise_affine")
        return try ScaledNorm(
            "LayerNorm", "\(shape)\(describe(eps))", shape, weight: isAffine, bias: isAffine && a.boolean("bias"),
            Initializer(a, context)
        ) { try $0.layerNorm(shape, $1, $2, eps: eps) }
    }

    private static let rmsNorm = Layer(
        "RMSNorm", doc: "The last dimensions divided by the root of the mean of their squares.",
        [
            Operators.normalizedShape,
            .number("eps", "added to the mean; the type's smallest step from 1 by default").optional,
            .boolean("elementwise_affine", "whether there is a weight", default: true),
        ], options: [.parameterType]
    ) { a, context in
        let (shape, eps) = (try a.shape("normalized_shape"), try a.optionalNumber("eps"))
        return try ScaledNorm(
            "RMSNorm", "\(shape)\(eps.map { ", eps=\($0)" } ?? "")", shape,
            weight: a.boolean("elementwise_affine"), bias: false, Initializer(a, context)
        ) { x, weight, _ in try x.rmsNorm(shape, weight, eps: eps) }
    }

    private static func eps(_ usual: Double) -> Argument {
        .number("eps", "added to the variance", default: usual)
    }

    private static func describe(_ eps: Double) -> String { eps == 1e-5 ? "" : ", eps=\(eps)" }
}

/// A normalisation without running statistics. Parameters: `weight` and `bias`, where there are such.
final class ScaledNorm: Module {
    private let text: String
    private let body: (Tensor, _ weight: Tensor?, _ bias: Tensor?) throws -> Tensor

    init(
        _ kind: String, _ details: String, _ shape: Shape, weight: Bool, bias: Bool, _ initial: Initializer,
        body: @escaping (Tensor, _ weight: Tensor?, _ bias: Tensor?) throws -> Tensor
    ) throws {
        text = details
        self.body = body
        super.init(kind: kind)
        for size in shape { try requirePositive(size, "a size") }
        if weight { try registerParameter("weight", initial.full(shape, 1)) }
        if bias { try registerParameter("bias", initial.full(shape, 0)) }
    }

    override var details: String { text }

    override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        .tensor(try body(Module.only(inputs, kind), parameter("weight"), parameter("bias")))
    }
}

/// Batch or instance normalisation. Parameters: `weight` and `bias` `[features]`; buffers: `running_mean`, `running_var`
/// `[features]` and `num_batches_tracked` (int64), where there are such.
private final class ChannelNorm: Module {
    private let features: Int, ranks: ClosedRange<Int>
    private let isBatch: Bool
    private let eps: Double
    /// Nil for the mean of all batches.
    private let momentum: Double?

    init(
        _ kind: String, ranks: ClosedRange<Int>, isBatch: Bool, _ features: Int, eps: Double, momentum: Double?,
        affine: Bool, bias: Bool, tracks: Bool, _ initial: Initializer
    ) throws {
        try requirePositive(features, "num_features")
        (self.features, self.ranks, self.isBatch, self.eps, self.momentum) = (features, ranks, isBatch, eps, momentum)
        super.init(kind: kind)
        if affine {
            try registerParameter("weight", initial.full([features], 1))
            if bias { try registerParameter("bias", initial.full([features], 0)) }
        }
        guard tracks else { return }
        try registerBuffer("running_mean", initial.full([features], 0))
        try registerBuffer("running_var", initial.full([features], 1))
        try registerBuffer("num_batches_tracked", .zeros([], dtype: .int64))
    }

    override var details: String {
        var text = "\(features)"
        if eps != 1e-5 { text += ", eps=\(eps)" }
        if momentum != 0.1 { text += ", momentum=\(momentum.map { "\($0)" } ?? "false")" }
        if isBatch != (parameter("weight") != nil) { text += ", affine=\(!isBatch)" }
        if isBatch != (buffer("running_mean") != nil) { text += ", track_running_stats=\(!isBatch)" }
        return text
    }

    override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        let input = try Module.only(inputs, kind)
        guard ranks.contains(input.dim) else {
            let forms = ranks.map { $0 == 2 ? "\(isBatch ? "[n, c]" : "[c, l]")" : form($0) }
            throw TensorError("an input \(forms.joined(separator: " or ")) expected, got \(input.shape)")
        }
        let isSingle = !isBatch && input.dim == ranks.lowerBound
        let x = isSingle ? try input.unsqueeze(0) : input
        guard x.shape[1] == features || !isBatch && parameter("weight") == nil && buffer("running_mean") == nil else {
            throw TensorError("expected \(plural(features, "channel")), got \(x.shape[1]) (input \(input.shape))")
        }
        let (mean, variance) = (buffer("running_mean"), buffer("running_var"))
        let usesInput = isTraining || mean == nil && variance == nil
        // Instance normalisation counts nothing, as PyTorch's does not.
        let factor = isTraining && isBatch && mean != nil ? try countBatch() : momentum ?? 0
        let (weight, bias) = (parameter("weight"), parameter("bias"))
        let y =
            try isBatch
            ? x.batchNorm(
                mean: isTraining || !usesInput ? mean : nil, variance: isTraining || !usesInput ? variance : nil,
                weight, bias, training: usesInput, momentum: factor, eps: eps)
            : x.instanceNorm(
                mean: mean, variance: variance, weight, bias, training: usesInput, momentum: factor, eps: eps)
        return .tensor(isSingle ? try y.squeeze([0]) : y)
    }

    private func form(_ rank: Int) -> String {
        let spatial = kind.hasSuffix("1d") ? "l" : "h, w"
        return rank == ranks.upperBound ? "[n, c, \(spatial)]" : "[c, \(spatial)]"
    }

    /// Counts a batch. - Returns: how much of the running statistics it replaces.
    private func countBatch() throws -> Double {
        guard let tracked = buffer("num_batches_tracked") else { return momentum ?? 0 }
        let count = try tracked.item() + 1
        try tracked.assign(.full([], count, dtype: .int64))
        return momentum ?? 1 / count
    }
}
