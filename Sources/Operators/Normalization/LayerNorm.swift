extension Operators {
    static let layerNorm = Operator(
        "layer_norm", doc: "The last dimensions brought to mean 0 and variance 1 together.",
        [
            .tensor("input"), normalizedShape, .tensor("weight", "of that shape").optional,
            .tensor("bias", "of that shape").optional, .number("eps", "added to the variance", default: 1e-5),
        ], faces: [.functional],
        examples: [
            .init(.values(3, 4), [4], options: ["eps": 0.1]),
            .init(.values(2, 2, 3), [2, 3], .values(2, 3), .values(2, 3)),
        ]
    ) { a, _ in
        .tensor(
            try a.tensor("input").layerNorm(
                a.shape("normalized_shape"), a.optionalTensor("weight"), a.optionalTensor("bias"), eps: a.number("eps"))
        )
    }

    static let groupNorm = Operator(
        "group_norm", doc: "Groups of channels of [n, c, ...] brought to mean 0 and variance 1.",
        [
            .tensor("input"), .integer("num_groups", min: 1), .tensor("weight", "[c]").optional,
            .tensor("bias", "[c]").optional, .number("eps", "added to the variance", default: 1e-5),
        ], faces: [.functional],
        examples: [
            .init(.values(2, 4, 3), 2, options: ["eps": 0.1]), .init(.values(2, 4), 2, .values(4), .values(4)),
        ]
    ) { a, _ in
        .tensor(
            try a.tensor("input").groupNorm(
                a.integer("num_groups"), a.optionalTensor("weight"), a.optionalTensor("bias"), eps: a.number("eps")))
    }

    static let rmsNorm = Operator(
        "rms_norm", doc: "The last dimensions divided by the root of the mean of their squares.",
        [
            .tensor("input"), normalizedShape, .tensor("weight", "of that shape").optional,
            .number("eps", "added to the mean; the type's smallest step from 1 by default").optional,
        ], faces: [.functional],
        examples: [
            .init(.values(3, 4), [4]), .init(.values(2, 2, 3), [2, 3], .values(2, 3), 0.1),
        ]
    ) { a, _ in
        .tensor(
            try a.tensor("input").rmsNorm(
                a.shape("normalized_shape"), a.optionalTensor("weight"), eps: a.optionalNumber("eps")))
    }

    /// A size or a list of them.
    public static let normalizedShape = Argument.anyOf(
        "normalized_shape", "the sizes of the last dimensions", of: [.integer(1 ... .max), .integers])
}

extension Tensor {
    /// Layer normalisation (Ba et al., 2016) over the last dimensions, which have the sizes `normalized`.
    public func layerNorm(_ normalized: Shape, _ weight: Tensor?, _ bias: Tensor?, eps: Double = 1e-5) throws -> Tensor
    {
        try expectEnd(normalized, [("weight", weight), ("bias", bias)])
        let members = normalized.product
        let rows: Shape = [1, shape.dropLast(normalized.count).reduce(1, *), members]
        return try reshape(rows).standardized(eps: eps).result.reshape(shape).scaled(weight, bias, normalized)
    }

    /// Group normalisation (Wu and He, 2018) of `[n, c, …]`.
    public func groupNorm(_ groups: Int, _ weight: Tensor?, _ bias: Tensor?, eps: Double = 1e-5) throws -> Tensor {
        guard dim >= 2 else { throw TensorError("an input [n, channels, ...] expected, got \(shape)") }
        let (items, channels) = (shape[0], shape[1])
        guard groups >= 1, groups <= max(1, channels), channels % groups == 0 else {
            throw TensorError("\(plural(channels, "channel")) cannot be divided into \(plural(groups, "group"))")
        }
        try expectChannels([("weight", weight), ("bias", bias)], channels)
        let members = channels / groups * shape[2...].reduce(1, *)
        guard items * members != 1 else {
            throw TensorError("more than one value in each group expected, got an input of \(shape)")
        }
        let found = try reshape([1, items * groups, members]).standardized(eps: eps)
        let form = Shape([channels] + shape.dropFirst(2).map { _ in 1 })
        return try found.result.reshape(shape).scaled(weight, bias, form)
    }

    /// Root mean square normalisation (Zhang and Sennrich, 2019) over the last dimensions.
    ///
    /// - Parameter eps: default: the distance from 1 to the next number of the type.
    public func rmsNorm(_ normalized: Shape, _ weight: Tensor?, eps: Double? = nil) throws -> Tensor {
        try expectEnd(normalized, [("weight", weight)])
        let smallest = dtype == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne)
        let dimensions = Array(dim - normalized.count..<dim)
        let squares = try (self * self).mean(dimensions, keepDimensions: true)
        return try rootMeanSquare(self, squares, parameters: [eps ?? smallest]).scaled(weight, nil, normalized)
    }

    /// - Throws: `TensorError` where the last dimensions do not have these sizes, or a parameter does not.
    private func expectEnd(_ sizes: Shape, _ parameters: [(name: String, tensor: Tensor?)]) throws {
        try expectFloatingPoint()
        guard !sizes.isEmpty, dim >= sizes.count, Shape(shape.suffix(sizes.count)) == sizes else {
            throw TensorError("an input whose last sizes are \(sizes) expected, got \(shape)")
        }
        for (name, tensor) in parameters {
            guard let tensor, tensor.shape != sizes || tensor.dtype != dtype else { continue }
            throw TensorError(
                "a \(dtype.rawValue) \(name) of shape \(sizes) expected, got \(tensor.dtype.rawValue) \(tensor.shape)")
        }
    }
}

private let rootMeanSquare = PointwiseFunction(
    "rms_norm", inputs: 2, parameters: 1, value: .variable(0) / .sqrt(.variable(1) + .parameter(0)))
