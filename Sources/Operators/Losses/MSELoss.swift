extension Operators {
    static let mseLoss = Operator(
        "mse_loss", doc: "The squared difference.",
        [.tensor("input"), .tensor("target")], options: [.reduction, .elementWeight],
        faces: [.functional, .layer("MSELoss", inputs: 2)],
        examples: [
            .init(.values(3, 4), .values(3, 4)), .init(.values(3), .values(3), options: ["reduction": "sum"]),
            .init(.values(2, 3), .values(3), options: ["reduction": "none", "weight": .positive(2, 3)]),
        ]
    ) { a, _ in
        return .tensor(
            try mseLossElements(a.tensor("input"), a.tensor("target")).reduced(
                a.reduction(), weightedBy: a.elementWeight()))
    }

    static let mseLossElements: PointwiseFunction = {
        let difference = Expression.variable(0) - .variable(1)
        return PointwiseFunction(
            "mse_loss", inputs: 2, parameters: 0, accepts: .floating, value: difference * difference)
    }()
}

extension Tensor {
    /// The squared difference; shapes are repeated to a common one.
    public func mseLoss(_ targets: Tensor, reduction: Reduction = .mean) throws -> Tensor {
        try Operators.mseLossElements(self, targets).reduced(reduction)
    }
}
