extension Operators {
    static let smoothL1Loss = Operator(
        "smooth_l1_loss",
        doc:
            "The absolute difference, and where it is below `beta`, its square / (2 · `beta`), joined smoothly (Girshick, 2015).",
        [.tensor("input"), .tensor("target")], options: [.reduction, .number("beta", min: 0, default: 1)],
        faces: [.functional, .layer("SmoothL1Loss", inputs: 2)],
        examples: [
            .init(.values(3, 4), .values(3, 4)),
            .init(.values(3, 4), .values(3, 4), options: ["reduction": "none", "beta": 0.3]),
            .init(.values(3), .values(3), options: ["beta": 0]),
        ]
    ) { a, _ in
        return .tensor(
            try smoothL1LossElements(a.tensor("input"), a.tensor("target"), parameters: [a.number("beta")]).reduced(
                a.reduction()))
    }

    static let smoothL1LossElements: PointwiseFunction = {
        let difference = Expression.variable(0) - .variable(1)
        return PointwiseFunction(
            "smooth_l1_loss", inputs: 2, parameters: 1, accepts: .floating,
            value: .select(
                .abs(difference) < .parameter(0), 0.5 * (difference * difference) / .parameter(0),
                .abs(difference) - 0.5 * .parameter(0)))
    }()
}
