extension Operators {
    static let normalize = Operator(
        "normalize", doc: "Vectors along a dimension divided by their p-norm.",
        [
            .tensor("input"), .number("p", "exponent of the norm", default: 2.0), .integer("dim", default: 1),
            .number("eps", "the norm is no smaller", default: 1e-12),
        ], faces: [.functional],
        examples: [
            .init(.values(3, 4)), .init(.values(3, 4, away: 0), 3.0, 0), .init(.values(2, 3, away: 0), 1.0, -1, 0.001),
        ]
    ) { a, _ in
        let x = try a.tensor("input")
        try x.expectFloatingPoint()
        let norm = try x.lengths(a.number("p"), a.integer("dim"))
        return .tensor(try x / smallest(norm, parameters: [a.number("eps")]))
    }

    private static let smallest = PointwiseFunction(
        "clamp_min", inputs: 1, parameters: 1, value: .maximum(.variable(0), .parameter(0)))

    static let localResponseNorm = Operator(
        "local_response_norm", doc: "Elements divided by what neighbouring channels of [n, c, ...] have.",
        [
            .tensor("input"), .integer("size", "neighbouring channels", min: 1), .number("alpha", default: 1e-4),
            .number("beta", default: 0.75), .number("k", default: 1.0),
        ], faces: [.functional, .layer("LocalResponseNorm")],
        examples: [.init(.values(2, 4, 3), 2), .init(.values(2, 5, 2), 3, 0.5, 0.5, 2.0)]
    ) { a, _ in
        let x = try a.tensor("input")
        let size = try a.integer("size")
        guard x.dim >= 3 else { throw TensorError("an input [n, channels, length, ...] expected, got \(x.shape)") }
        let behind = x.shape.dropFirst(2).flatMap { _ in [0, 0] }
        // No channel has more neighbours than there are.
        let (before, after) = (Swift.min(size / 2, x.shape[1]), Swift.min((size - 1) / 2, x.shape[1]))
        let squares = try (x * x).padded(behind + [before, after])
        let means = try squares.unfold(1, size: before + after + 1, step: 1).sum([-1]) / Double(size)
        return .tensor(try response(x, means, parameters: [a.number("alpha"), a.number("beta"), a.number("k")]))
    }

    /// Krizhevsky et al., 2012.
    private static let response = PointwiseFunction(
        "local_response_norm", inputs: 2, parameters: 3, typing: .floating,
        value: .variable(0) / .call(.power, .variable(1) * .parameter(0) + .parameter(2), .parameter(1)))
}

extension Tensor {
    /// The p-norms of vectors along a dimension, which stays with size 1. At a vector of zeros the gradient is 0.
    func lengths(_ p: Double, _ dimension: Int) throws -> Tensor {
        if p == 2 { return try root((self * self).sum([dimension], keepDimensions: true)) }
        if p == 1 { return try Operators.abs(self).sum([dimension], keepDimensions: true) }
        if p == .infinity { return try Operators.abs(self).extreme(.maximum, dimension, keepDimension: true).values }
        guard p > 0 else { throw TensorError("a norm with p above 0 expected, got \(p)") }
        return try power(power(Operators.abs(self), p).sum([dimension], keepDimensions: true), 1 / p)
    }
}

private let root = PointwiseFunction(
    "norm", inputs: 1, value: .sqrt(.variable(0)),
    gradients: [.select(.variable(1) .== 0, 0, .variable(2) / (2 * .variable(1)))])
private let power = PointwiseFunction("pow", inputs: 2, value: .call(.power, .variable(0), .variable(1)))
