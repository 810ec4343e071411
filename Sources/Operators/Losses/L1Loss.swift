extension Operators {
    static let l1Loss = Operator(
        "l1_loss", doc: "The absolute difference.",
        [.tensor("input"), .tensor("target")], options: [.reduction, .elementWeight],
        faces: [.functional, .layer("L1Loss", inputs: 2)],
        examples: [
            .init(.values(3, 4), .values(3, 4)), .init(.values(3), .values(3), options: ["reduction": "sum"]),
            .init(.values(2, 3), .values(3), options: ["reduction": "none", "weight": .positive(2, 3)]),
        ]
    ) { a, _ in
        return .tensor(
            try l1LossElements(a.tensor("input"), a.tensor("target")).reduced(
                a.reduction(), weightedBy: a.elementWeight()))
    }

    static let l1LossElements: PointwiseFunction = {
        let difference = Expression.variable(0) - .variable(1)
        return PointwiseFunction("l1_loss", inputs: 2, parameters: 0, accepts: .floating, value: .abs(difference))
    }()
}
