extension Operators {
    static let binaryCrossEntropy = Operator(
        "binary_cross_entropy",
        doc: "The negative log-likelihood of targets from 0 to 1, for probabilities of their shape; logarithms are at "
            + "least -100.",
        [.tensor("input"), .tensor("target"), .elementWeight], options: [.reduction],
        faces: [.functional, .layer("BCELoss", inputs: 2)],
        examples: [
            .init(.values(3, 4, from: 0.1, to: 0.9), .values(3, 4, from: 0.1, to: 0.9)),
            .init(.values(3, 4, from: 0.1, to: 0.9), .values(3, 4, from: 0.1, to: 0.9), .positive(4)),
            .init(
                .values(3, from: 0.1, to: 0.9), .values(3, from: 0.1, to: 0.9), .positive(3),
                options: ["reduction": "none"]),
        ]
    ) { a, _ in
        let (x, targets) = (try a.tensor("input"), try a.tensor("target"))
        try expectSameShape(x, targets)
        guard x.dtype == targets.dtype else {
            throw TensorError("targets of type \(x.dtype.rawValue) expected, got \(targets.dtype.rawValue)")
        }
        guard try !outside(x.detach()).containsTrue() else {
            throw TensorError("probabilities from 0 to 1 expected; for any scores use binary_cross_entropy_with_logits")
        }
        let losses = try logarithms(x, targets)
        return try .tensor(a.optionalTensor("weight").map { try losses * $0 } ?? losses, a.reduction())
    }

    static let binaryCrossEntropyWithLogits = Operator(
        "binary_cross_entropy_with_logits",
        doc: "The negative log-likelihood of targets from 0 to 1, for scores whose sigmoids are the probabilities.",
        [.tensor("input"), .tensor("target"), .elementWeight],
        options: [.reduction, .tensor("pos_weight", "what a target of 1 counts, to be repeated").optional],
        faces: [.functional, .layer("BCEWithLogitsLoss", inputs: 2)],
        examples: [
            .init(.values(3, 4), .values(3, 4, from: 0, to: 1)),
            .init(.values(3, 4), .values(3, 4, from: 0, to: 1), .positive(4), options: ["reduction": "sum"]),
            .init(
                .values(3, 4), .values(3, 4, from: 0, to: 1),
                options: ["reduction": "none", "pos_weight": .positive(4)]),
        ]
    ) { a, _ in
        let (x, targets) = (try a.tensor("input"), try a.tensor("target"))
        try expectSameShape(x, targets)
        let losses =
            try a.optionalTensor("pos_weight").map { try weightedScores([.tensor(x), .tensor(targets), .tensor($0)]) }
            ?? scores(x, targets)
        return try .tensor(a.optionalTensor("weight").map { try losses * $0 } ?? losses, a.reduction())
    }

    private static func expectSameShape(_ x: Tensor, _ targets: Tensor) throws {
        guard x.shape == targets.shape else {
            throw TensorError("targets of shape \(x.shape) expected, got \(targets.shape)")
        }
    }

    private static let x = Expression.variable(0), target = Expression.variable(1)

    private static let outside = PointwiseFunction(
        "binary_cross_entropy", inputs: 1, typing: .truth, accepts: .floating,
        value: .call(.not, (x >= 0) .& (x <= 1)))

    private static let logarithms: PointwiseFunction = {
        let yes = Expression.maximum(.log(x), -100)
        let no = Expression.maximum(.log1p(-x), -100)
        let g = Expression.variable(3)
        return PointwiseFunction(
            "binary_cross_entropy", inputs: 2, accepts: .floating, value: (target - 1) * no - target * yes,
            gradients: [g * (x - target) / .maximum((1 - x) * x, 1e-12), g * (no - yes)])
    }()

    private static let scores = PointwiseFunction(
        "binary_cross_entropy_with_logits", inputs: 2, accepts: .floating,
        value: (1 - target) * x + .softplus(-x),
        gradients: [.variable(3) * (.sigmoid(x) - target), .variable(3) * -x])

    private static let weightedScores: PointwiseFunction = {
        let (positive, g) = (Expression.variable(2), Expression.variable(4))
        let weight = (positive - 1) * target + 1
        return PointwiseFunction(
            "binary_cross_entropy_with_logits", inputs: 3, accepts: .floating,
            value: (1 - target) * x + weight * .softplus(-x),
            gradients: [
                g * ((1 - target) - weight * .sigmoid(-x)), g * ((positive - 1) * .softplus(-x) - x),
                g * (target * .softplus(-x)),
            ])
    }()
}

extension Outcome {
    /// The losses of single examples as the loss of a batch.
    static func tensor(_ losses: Tensor, _ reduction: Reduction) throws -> Outcome {
        .tensor(try losses.reduced(reduction))
    }
}
