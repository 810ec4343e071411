import Kernels

extension Operators {
    static let nllLoss = Operator(
        "nll_loss", doc: "The negative log-likelihood of the targets, for log-probabilities [n, classes].",
        [.tensor("input"), .tensor("target")], options: [.reduction],
        faces: [.functional, .layer("NLLLoss", inputs: 2)],
        examples: [
            .init(.values(3, 4), .integers(3, below: 4)),
            .init(.values(3, 4), .integers(3, below: 4), options: ["reduction": "none"]),
        ]
    ) { a, _ in .tensor(try a.tensor("input").nllLoss(a.tensor("target"), reduction: a.reduction())) }

    static let crossEntropy = Operator(
        "cross_entropy", doc: "The negative log-likelihood of the targets, for scores [n, classes].",
        [.tensor("input"), .tensor("target")], options: [.reduction],
        faces: [.functional, .layer("CrossEntropyLoss", inputs: 2)],
        examples: [.init(.values(3, 4), .integers(3, below: 4))]
    ) { a, _ in .tensor(try a.tensor("input").crossEntropy(a.tensor("target"), reduction: a.reduction())) }
}

extension Tensor {
    /// The negative log-likelihood of the right classes: `-x[i, target[i]]` for log-probabilities `[n, classes]` and
    /// int64 targets `[n]`.
    ///
    /// - Throws: `TensorError` for shapes that do not fit or a target that is no class, with its row.
    public func nllLoss(_ targets: Tensor, reduction: Reduction = .mean) throws -> Tensor {
        try expectFloatingPoint()
        guard targets.dtype == .int64 else {
            throw TensorError("int64 targets expected, got \(targets.dtype.rawValue)")
        }
        guard dim == 2, targets.shape == [shape[0]] else {
            throw TensorError(
                "log-probabilities [n, classes] and targets [n] expected, got \(shape) and \(targets.shape)")
        }
        let places = try targets.detach().contiguous()
        let values = places.address(as: Int64.self)
        for row in 0..<places.count where values[row] < 0 || values[row] >= shape[1] {
            throw TensorError("target \(values[row]) at row \(row) is outside 0..\(shape[1] - 1)")
        }
        let chosen = try Tensor.applyOne(GatherOperation(dimension: 1), [self, places.unsqueeze(1)])
        return try (-chosen.squeeze([1])).reduced(reduction)
    }

    /// The negative log-likelihood of `logSoftmax(1)`.
    public func crossEntropy(_ targets: Tensor, reduction: Reduction = .mean) throws -> Tensor {
        guard dim == 2 else { throw TensorError("scores [n, classes] expected, got \(shape)") }
        return try logSoftmax(1).nllLoss(targets, reduction: reduction)
    }
}
