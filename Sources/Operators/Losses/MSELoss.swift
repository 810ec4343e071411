extension Operators {
    static let mseLoss = Operator(
        "mse_loss", doc: "The squared difference.", [.tensor("input"), .tensor("target")], options: [.reduction],
        faces: [.functional, .layer("MSELoss", inputs: 2)],
        examples: [.init(.values(3, 4), .values(3, 4)), .init(.values(3), .values(3), options: ["reduction": "sum"])]
    ) { a, _ in .tensor(try a.tensor("input").mseLoss(a.tensor("target"), reduction: a.reduction())) }
}

extension Tensor {
    /// The squared difference.
    public func mseLoss(_ targets: Tensor, reduction: Reduction = .mean) throws -> Tensor {
        guard shape == targets.shape else {
            throw TensorError("targets of shape \(shape) expected, got \(targets.shape)")
        }
        return try Operators.squared(self - targets).reduced(reduction)
    }
}
