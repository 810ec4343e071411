extension Operators {
    static let cosineSimilarity = Operator(
        "cosine_similarity", doc: "The cosine of the angle between the vectors along a dimension.",
        [
            .tensor("x1"), .tensor("x2"), .integer("dim", default: 1),
            .number("eps", "the least length that is divided by", default: 1e-8),
        ], faces: [.function, .functional, .layer("CosineSimilarity", inputs: 2)],
        examples: [.init(.values(3, 4), .values(3, 4)), .init(.values(3, 4), .values(3, 1), 0, 0.1)]
    ) { a, _ in
        .tensor(try a.tensor("x1").cosineSimilarity(a.tensor("x2"), a.integer("dim"), least: a.number("eps")))
    }

    static let cosineEmbeddingLoss = Operator(
        "cosine_embedding_loss",
        doc:
            "1 - cos of the angle between both vectors where the target is 1; where it is -1, the cosine less `margin`, "
            + "at least 0.",
        [.tensor("input1"), .tensor("input2"), .tensor("target"), .number("margin", default: 0)],
        options: [.reduction], faces: [.functional, .layer("CosineEmbeddingLoss", inputs: 3)],
        examples: [
            .init(.values(2, 4), .values(2, 4), .signs(2)),
            .init(.values(4), .values(4), .sign, 0.2, options: ["reduction": "sum"]),
        ]
    ) { a, _ in
        let (x, y, target) = (try a.tensor("input1"), try a.tensor("input2"), try a.tensor("target"))
        guard x.dim == target.dim + 1, y.dim == x.dim, x.dim <= 2, x.dim > 0 else {
            throw TensorError(
                "vectors [n, size] and targets [n], or [size] and one target expected, got \(x.shape), \(y.shape) and "
                    + "\(target.shape)")
        }
        let squares = try (x * x).sum([-1]) + 1e-12
        let cosines = try (x * y).sum([-1]) / Operators.lengthRoot(squares * ((y * y).sum([-1]) + 1e-12))
        return try .tensor(
            embedded([.tensor(cosines), .tensor(target)], parameters: [a.number("margin")]), a.reduction())
    }

    private static let embedded: PointwiseFunction = {
        let (cosine, target) = (Expression.variable(0), Expression.variable(1))
        return PointwiseFunction(
            "cosine_embedding_loss", inputs: 2, parameters: 1,
            value: .select(
                target .== 1, 1 - cosine, .select(target .== -1, .maximum(cosine - .parameter(0), 0), 0)))
    }()

    /// A square lengthRoot whose slope at 0 is 0.
    static let lengthRoot: PointwiseFunction = {
        let (y, g) = (Expression.variable(1), Expression.variable(2))
        return PointwiseFunction(
            "sqrt", inputs: 1, value: .sqrt(.variable(0)), gradients: [.select(y .== 0, 0, g * 0.5 / y)])
    }()

    /// The larger of a number and an element, which has the whole gradient.
    static let atLeast = PointwiseFunction(
        "clamp", inputs: 1, parameters: 1, value: .maximum(.variable(0), .parameter(0)), gradients: [.variable(2)])
}

extension Example.Given {
    /// 1 and -1.
    static func signs(_ count: Int) -> Example.Given { .uniform([count], 1, 1, away: nil) }
    static var sign: Example.Given { .uniform([], -1, -1, away: nil) }
}

extension Tensor {
    func cosineSimilarity(_ other: Tensor, _ dimension: Int, least: Double) throws -> Tensor {
        let common = try broadcastShape(shape, other.shape)
        let (x, y) = (try expand(common), try other.expand(common))
        try x.expectFloatingPoint()
        func direction(_ x: Tensor) throws -> Tensor {
            let length = try Operators.lengthRoot((x * x).sum([dimension], keepDimensions: true))
            return try x / Operators.atLeast(length, parameters: [least])
        }
        return try (direction(x) * direction(y)).sum([dimension])
    }
}
