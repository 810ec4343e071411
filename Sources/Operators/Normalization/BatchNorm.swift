extension Operators {
    static let batchNorm = Operator(
        "batch_norm",
        doc:
            "Every channel of [n, c, ...] brought to mean 0 and variance 1, by the batch's statistics or by running ones.",
        [
            .tensor("input"), .tensor("running_mean", "[c]; changed by training").optional,
            .tensor("running_var", "[c]; changed by training").optional,
            .tensor("weight", "[c]").optional, .tensor("bias", "[c]").optional,
            .boolean("training", "whether the batch's statistics count", default: false),
            .number("momentum", "how fast the running statistics follow", default: 0.1),
            .number("eps", "added to the variance", default: 1e-5),
        ], faces: [.functional],
        examples: [
            .init(.values(4, 3), options: ["training": true, "eps": 0.1]),
            .init(.values(2, 3, 4, 2), nil, nil, .values(3), .values(3), true, 0.3),
            .init(.values(2, 3, 2), .values(3), .positive(3), .values(3), .values(3)),
        ]
    ) { a, _ in
        .tensor(
            try a.tensor("input").batchNorm(
                mean: a.optionalTensor("running_mean"), variance: a.optionalTensor("running_var"),
                a.optionalTensor("weight"), a.optionalTensor("bias"), training: a.boolean("training"),
                momentum: a.number("momentum"), eps: a.number("eps")))
    }

    static let instanceNorm = Operator(
        "instance_norm", doc: "Every channel of every item of [n, c, ...] brought to mean 0 and variance 1.",
        [
            .tensor("input"), .tensor("running_mean", "[c]; changed where use_input_stats").optional,
            .tensor("running_var", "[c]; changed where use_input_stats").optional,
            .tensor("weight", "[c]").optional, .tensor("bias", "[c]").optional,
            .boolean("use_input_stats", "whether the items' own statistics count", default: true),
            .number("momentum", "how fast the running statistics follow", default: 0.1),
            .number("eps", "added to the variance", default: 1e-5),
        ], faces: [.functional],
        examples: [
            .init(.values(2, 3, 4), options: ["eps": 0.1]),
            .init(.values(2, 2, 3, 2), nil, nil, .values(2), .values(2), true, 0.3),
            .init(.values(2, 2, 3), .values(2), .positive(2), options: ["use_input_stats": false]),
        ]
    ) { a, _ in
        .tensor(
            try a.tensor("input").instanceNorm(
                mean: a.optionalTensor("running_mean"), variance: a.optionalTensor("running_var"),
                a.optionalTensor("weight"), a.optionalTensor("bias"), training: a.boolean("use_input_stats"),
                momentum: a.number("momentum"), eps: a.number("eps")))
    }
}

extension Tensor {
    /// Batch normalisation (Ioffe and Szegedy, 2015) of `[n, c, …]`.
    ///
    /// - Parameters:
    ///   - mean: running statistics `[c]`, used without `training` and changed by it; so is `variance`.
    ///   - momentum: the part of the running statistics that the batch's replace.
    /// - Throws: `TensorError` where the batch has one element a channel only, or shapes or types do not fit.
    public func batchNorm(
        mean: Tensor?, variance: Tensor?, _ weight: Tensor?, _ bias: Tensor?, training: Bool, momentum: Double = 0.1,
        eps: Double = 1e-5
    ) throws -> Tensor {
        guard dim >= 2 else { throw TensorError("an input [n, channels, ...] expected, got \(shape)") }
        let channels = shape[1]
        try expectChannels(
            [("running_mean", mean), ("running_var", variance), ("weight", weight), ("bias", bias)], channels)
        let form = Shape([channels] + shape.dropFirst(2).map { _ in 1 })
        guard training else {
            guard let mean, let variance else {
                throw TensorError("running_mean and running_var are needed where training is false")
            }
            if Listening.listener?.prefersLayers == true {
                let (scale, shift) = (
                    try weight ?? Tensor.ones([channels], dtype: dtype),
                    try bias ?? Tensor.zeros([channels], dtype: dtype)
                )
                return try .applyOne(BatchNormOperation(eps: eps), [contiguous(), scale, shift, mean, variance])
            }
            let scale = try weight.map { try $0 * rsqrt(variance, eps) } ?? rsqrt(variance, eps)
            let shift = try bias.map { try $0 - mean * scale } ?? -(mean * scale)
            return try scaled(scale, shift, form)
        }
        let members = shape[0] * shape[2...].reduce(1, *)
        guard members != 1 else {
            throw TensorError("more than one value for each channel expected for training, got an input of \(shape)")
        }
        let x = try contiguous()
        let found = try x.channelMoments()
        if members > 0 {
            let unbiased = Double(members) / Double(members - 1)
            try mean?.follow(found.mean, momentum)
            try variance?.follow(found.variance * unbiased, momentum)
        }
        let (scale, shift) = (
            try weight ?? Tensor.ones([channels], dtype: dtype), try bias ?? Tensor.zeros([channels], dtype: dtype)
        )
        return try .applyOne(
            BatchNormOperation(eps: eps), [x, scale.contiguous(), shift.contiguous(), found.mean, found.variance])
    }

    /// Instance normalisation (Ulyanov et al., 2016) of `[n, c, …]`, with the parameters of `batchNorm`.
    public func instanceNorm(
        mean: Tensor?, variance: Tensor?, _ weight: Tensor?, _ bias: Tensor?, training: Bool, momentum: Double = 0.1,
        eps: Double = 1e-5
    ) throws -> Tensor {
        guard dim >= 2 else { throw TensorError("an input [n, channels, ...] expected, got \(shape)") }
        guard training else {
            return try batchNorm(
                mean: mean, variance: variance, weight, bias, training: false, momentum: momentum, eps: eps)
        }
        let (items, channels, members) = (shape[0], shape[1], shape[2...].reduce(1, *))
        try expectChannels(
            [("running_mean", mean), ("running_var", variance), ("weight", weight), ("bias", bias)], channels)
        guard members > 1 else {
            throw TensorError("more than one place for each channel expected, got an input of \(shape)")
        }
        let found = try reshape([1, items * channels, members]).standardized(eps: eps)
        if mean != nil || variance != nil, items > 0 {
            let unbiased = Double(members) / Double(members - 1)
            try mean?.follow(found.mean.detach().reshape([items, channels]).mean([0]), momentum)
            try variance?.follow(found.variance.detach().reshape([items, channels]).mean([0]) * unbiased, momentum)
        }
        let form = Shape([channels] + shape.dropFirst(2).map { _ in 1 })
        return try found.result.reshape(shape).scaled(weight, bias, form)
    }

    /// Moves running statistics towards those of a batch.
    private func follow(_ other: Tensor, _ momentum: Double) throws {
        try GradMode.set(false) { _ = try assign(self * (1 - momentum) + other.detach() * momentum) }
    }
}

private func rsqrt(_ x: Tensor, _ eps: Double) throws -> Tensor { try inverseRoot(x, parameters: [eps]) }

private let inverseRoot = PointwiseFunction(
    "rsqrt", inputs: 1, parameters: 1, value: 1 / .sqrt(.variable(0) + .parameter(0)))
