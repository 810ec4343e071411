// Losses that ask for a margin between what belongs together and what does not.
extension Operators {
    static let marginRankingLoss = Operator(
        "margin_ranking_loss",
        doc: "`margin` - target · (input1 - input2), at least 0: the target 1 wants the first larger, -1 the other.",
        [.tensor("input1"), .tensor("input2"), .tensor("target"), .number("margin", default: 0)],
        options: [.reduction], faces: [.functional, .layer("MarginRankingLoss", inputs: 3)],
        examples: [
            .init(.values(3), .values(3), .signs(3)),
            .init(.values(4), .values(4), .signs(4), 0.5, options: ["reduction": "sum"]),
        ]
    ) { a, _ in
        let tensors = [try a.tensor("input1"), try a.tensor("input2"), try a.tensor("target")]
        guard tensors[0].dim == tensors[1].dim, tensors[0].dim == tensors[2].dim else {
            throw TensorError(
                "tensors of as many dimensions expected, got \(tensors.map(\.shape.description).joined(separator: ", "))"
            )
        }
        let losses = try ranked(tensors.map { .tensor($0) }, parameters: [a.number("margin")])
        return try .tensor(losses, a.reduction())
    }

    static let hingeEmbeddingLoss = Operator(
        "hinge_embedding_loss",
        doc: "The element where the target is 1; where it is -1, `margin` less the element, at least 0.",
        [.tensor("input"), .tensor("target"), .number("margin", default: 1)], options: [.reduction],
        faces: [.functional, .layer("HingeEmbeddingLoss", inputs: 2)],
        examples: [.init(.values(3), .signs(3)), .init(.values(), .sign, 0.5, options: ["reduction": "none"])]
    ) { a, _ in
        let losses = try hinged(a.tensor("input"), a.tensor("target"), parameters: [a.number("margin")])
        return try .tensor(losses, a.reduction())
    }

    static let softMarginLoss = Operator(
        "soft_margin_loss", doc: "log(1 + exp(-target · input)), for targets 1 and -1.",
        [.tensor("input"), .tensor("target")], options: [.reduction],
        faces: [.functional, .layer("SoftMarginLoss", inputs: 2)],
        examples: [.init(.values(3), .signs(3)), .init(.values(3), .signs(3), options: ["reduction": "sum"])]
    ) { a, _ in try .tensor(softened(a.tensor("input"), a.tensor("target")), a.reduction()) }

    static let tripletMarginLoss = Operator(
        "triplet_margin_loss",
        doc:
            "`margin` + the distance from the anchor to the positive - that to the negative, at least 0; distances are "
            + "`p`-norms of differences + `eps` along the last dimension. `swap`: the negative's distance is the smaller "
            + "one of those to the anchor and to the positive.",
        [
            .tensor("anchor"), .tensor("positive"), .tensor("negative"), .number("margin", default: 1),
            .number("p", default: 2), .number("eps", default: 1e-6), .boolean("swap", default: false),
        ], options: [.reduction], faces: [.functional, .layer("TripletMarginLoss", inputs: 3)],
        examples: [
            .init(.values(3, 4), .values(3, 4), .values(3, 4), 5),
            .init(
                .values(3, 4), .values(3, 4), .values(3, 4), 5, 3, 1e-5, options: ["swap": true, "reduction": "none"]),
        ]
    ) { a, _ in
        let (anchor, near, far) = (try a.tensor("anchor"), try a.tensor("positive"), try a.tensor("negative"))
        let (p, eps, margin) = (try a.number("p"), try a.number("eps"), try a.number("margin"))
        guard margin > 0 else { throw TensorError("a positive 'margin' expected, got \(margin)") }
        guard anchor.dim > 0, near.dim == anchor.dim, far.dim == anchor.dim else {
            throw TensorError(
                "three tensors [..., size] expected, got \(anchor.shape), \(near.shape) and \(far.shape)")
        }
        let toNear = try distance(anchor, near, p, eps)
        var toFar = try distance(anchor, far, p, eps)
        if try a.boolean("swap") { toFar = try minimum(toFar, distance(near, far, p, eps)) }
        return try .tensor(separated(toNear, toFar, parameters: [margin]), a.reduction())
    }

    static let pairwiseDistance = Operator(
        "pairwise_distance", doc: "The `p`-norm of x1 - x2 + `eps` along the last dimension.",
        [
            .tensor("x1"), .tensor("x2"), .number("p", default: 2), .number("eps", default: 1e-6),
            .boolean("keepdim", default: false),
        ], faces: [.function, .functional, .layer("PairwiseDistance", inputs: 2)],
        examples: [
            .init(.values(3, 4), .values(3, 4)), .init(.values(3, 4), .values(4), 1, 0.1),
            .init(.values(2, 4), .values(2, 4), 3, 1e-5, true), .init(.values(4), .values(4), 4),
        ]
    ) { a, _ in
        let difference = try a.tensor("x1") - a.tensor("x2") + a.number("eps")
        guard difference.dim > 0 else { throw TensorError("vectors [..., size] expected, got \(difference.shape)") }
        return .tensor(try difference.norm(a.number("p"), [-1], keepDimensions: a.boolean("keepdim")))
    }

    static let multilabelSoftMarginLoss = Operator(
        "multilabel_soft_margin_loss",
        doc:
            "The mean over the classes, the last dimension, of the binary cross-entropy of scores with targets 0 and 1.",
        [.tensor("input"), .tensor("target"), .classWeight], options: [.reduction],
        faces: [.functional, .layer("MultiLabelSoftMarginLoss", inputs: 2)],
        examples: [
            .init(.values(3, 4), .values(3, 4, from: 0, to: 1)),
            .init(.values(3, 4), .values(3, 4, from: 0, to: 1), .positive(4), options: ["reduction": "none"]),
            .init(.values(4), .values(4, from: 0, to: 1), options: ["reduction": "sum"]),
        ]
    ) { a, _ in
        let (x, target) = (try a.tensor("input"), try a.tensor("target"))
        guard x.dim > 0, target.shape == x.shape else {
            throw TensorError(
                "scores [..., classes] and targets of their shape expected, got \(x.shape) and \(target.shape)")
        }
        var losses = try crossed(x, target)
        if let weight = try a.optionalTensor("weight") { losses = try losses * weight }
        return .tensor(try losses.mean([-1]).reduced(a.reduction()))
    }

    private static func distance(_ a: Tensor, _ b: Tensor, _ p: Double, _ eps: Double) throws -> Tensor {
        let differences = try a - b + eps
        if p == 2 { return try lengthRoot((differences * differences).sum([-1])) }
        return try power(power(Operators.abs(differences), .number(p)).sum([-1]), .number(1 / p))
    }

    private static let x = Expression.variable(0), y = Expression.variable(1), margin = Expression.parameter(0)

    private static let ranked = PointwiseFunction(
        "margin_ranking_loss", inputs: 3, parameters: 1, value: positive(margin - .variable(2) * (x - y)))
    private static let hinged = PointwiseFunction(
        "hinge_embedding_loss", inputs: 2, parameters: 1,
        value: .select(y .!= 1, positive(margin - x), 0) + .select(y .!= -1, x, 0))
    private static let softened = PointwiseFunction(
        "soft_margin_loss", inputs: 2, accepts: .floating, value: .log1p(.exp(-(y * x))))
    // log(1 + exp(-|x|)) does not leave the type's range.
    private static let crossed = PointwiseFunction(
        "multilabel_soft_margin_loss", inputs: 2, accepts: .floating,
        value: .select(x > 0, x, 0) - x * y + .log1p(.exp(-.abs(x))),
        gradients: [.variable(3) * (.call(.sigmoid, x) - y), -.variable(3) * x])
    private static let separated = PointwiseFunction(
        "triplet_margin_loss", inputs: 2, parameters: 1, value: positive(margin + x - y))

    /// At least 0; no gradient where it would be less.
    private static func positive(_ x: Expression) -> Expression { .select(x <= 0, 0, x) }
}
