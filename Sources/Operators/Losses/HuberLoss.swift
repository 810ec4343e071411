extension Operators {
    static let huberLoss = Operator(
        "huber_loss",
        doc:
            "Half the squared difference; where it is `delta` or more, `delta` · (|difference| - `delta` / 2) (Huber, 1964).",
        [.tensor("input"), .tensor("target"), .reduction, .number("delta", default: 1)], options: [.elementWeight],
        faces: [.functional, .layer("HuberLoss", inputs: 2)],
        examples: [
            .init(.values(3, 4), .values(3, 4)), .init(.values(3, 4), .values(3, 4), "none", 0.3),
            .init(.values(2, 3), .values(3), options: ["weight": .positive(2, 3)]),
        ]
    ) { a, _ in
        guard try a.number("delta") > 0 else {
            throw TensorError("a positive 'delta' expected, got \(try a.number("delta"))")
        }
        let losses = try huberLossElements(a.tensor("input"), a.tensor("target"), parameters: [a.number("delta")])
        // Other than for mse_loss and l1_loss, the mean is not one by weights.
        return try .tensor(a.elementWeight().map { try losses * $0 } ?? losses, a.reduction())
    }

    static let huberLossElements: PointwiseFunction = {
        let difference = Expression.variable(0) - .variable(1)
        return PointwiseFunction(
            "huber_loss", inputs: 2, parameters: 1, accepts: .floating,
            value: .select(
                .abs(difference) < .parameter(0), 0.5 * (difference * difference),
                .parameter(0) * (.abs(difference) - 0.5 * .parameter(0))))
    }()
}
