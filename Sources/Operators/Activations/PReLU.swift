extension Operators {
    public static let prelu = Operator(
        "prelu",
        doc: "Negative elements times a slope: `weight` has one for all, or one for each channel, dimension 1.",
        [.tensor("input"), .tensor("weight")], faces: .usual + [.functional],
        examples: [
            .init(.values(2, 3, 2, away: 0), .values(3)), .init(.values(2, 3, away: 0), .values(1)),
        ]
    ) { a, _ in .tensor(try a.tensor("input").prelu(a.tensor("weight"))) }

    fileprivate static let rectified: PointwiseFunction = {
        let (x, weight, g) = (Expression.variable(0), Expression.variable(1), Expression.variable(3))
        return PointwiseFunction(
            "prelu", inputs: 2, accepts: .floating, value: .select(x > 0, x, weight * x),
            gradients: [.select(x > 0, g, g * weight), .select(x > 0, 0, g * x)])
    }()
}

extension Tensor {
    /// Negative elements times a slope (He et al., 2015): that of a weight with one element, or with one for each channel,
    /// which dimension 1 counts.
    public func prelu(_ weight: Tensor) throws -> Tensor {
        guard weight.dtype == dtype else {
            throw TensorError("a weight of type \(dtype.rawValue) expected, got \(weight.dtype.rawValue)")
        }
        guard weight.dim <= 1 else { throw TensorError("a weight [channels] expected, got \(weight.shape)") }
        if weight.count == 1 { return try Operators.rectified(self, weight.reshape([])) }
        let channels = dim > 1 ? shape[1] : 1
        guard weight.count == channels else {
            throw TensorError(
                "a weight of \(plural(channels, "element")) expected, one a channel, got \(weight.count)")
        }
        var sizes = Shape(shape.map { _ in 1 })
        sizes[1] = channels
        return try Operators.rectified(self, weight.reshape(sizes))
    }
}
