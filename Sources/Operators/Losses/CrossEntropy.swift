extension Operators {
    static let crossEntropy = Operator(
        "cross_entropy",
        doc: "The negative log-likelihood of the right classes, for scores [n, classes, ...] and targets [n, ...], or "
            + "[classes] and one target. Targets of the scores' shape are probabilities.",
        [.tensor("input"), .tensor("target", "int64 classes, or probabilities"), .classWeight],
        options: [
            .ignoreIndex, .reduction,
            .number("label_smoothing", "how much of a target goes to all classes alike", min: 0, max: 1, default: 0),
        ], faces: [.functional, .layer("CrossEntropyLoss", inputs: 2)],
        examples: [
            .init(.values(3, 4), .integers(3, below: 4)),
            .init(.values(2, 3, 2), .integers(2, 2, below: 3), .positive(3), options: ["ignore_index": 1]),
            .init(.values(4, 3), .integers(4, below: 3), options: ["label_smoothing": 0.2, "ignore_index": 1]),
            .init(.values(3, 4), .values(3, 4, from: 0, to: 1), .positive(4), options: ["label_smoothing": 0.1]),
            .init(.values(4), .integers(below: 4), options: ["reduction": "none"]),
        ]
    ) { a, _ in
        .tensor(
            try a.tensor("input").crossEntropy(
                a.tensor("target"), weight: a.optionalTensor("weight"), ignoreIndex: a.integer("ignore_index"),
                reduction: a.reduction(), labelSmoothing: a.number("label_smoothing")))
    }

    private static let weighted = PointwiseFunction(
        "mul", inputs: 3, value: -(.variable(0) * .variable(1) * .variable(2)))
    fileprivate static let products = PointwiseFunction("mul", inputs: 2, value: -(.variable(0) * .variable(1)))

    /// `-(a · b · weight)`.
    fileprivate static func losses(_ a: Tensor, _ b: Tensor, _ weight: Tensor?) throws -> Tensor {
        guard let weight else { return try products(a, b) }
        return try weighted([.tensor(a), .tensor(b), .tensor(weight)])
    }
}

extension Tensor {
    /// The negative log-likelihood, for scores: that of their log_softmax over the classes. Targets are classes as those
    /// of `nllLoss`, or where they have the scores' shape, probabilities.
    ///
    /// - Parameter labelSmoothing: how much of each target goes to all classes alike (Szegedy et al., 2016).
    /// - Throws: `TensorError` for shapes that do not fit or a target that is no class, with its row.
    public func crossEntropy(
        _ targets: Tensor, weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean,
        labelSmoothing smoothing: Double = 0
    ) throws -> Tensor {
        if dim > 0, shape == targets.shape {
            return try crossEntropy(probabilities: targets, weight, ignoreIndex, reduction, smoothing)
        }
        let labels = try ClassLabels(targets, of: self, weight, ignoreIndex: ignoreIndex, "scores")
        let classes = dim == 1 ? 0 : 1
        let logarithms = try logSoftmax(classes)
        let loss = try labels.nllLoss(logarithms, reduction)
        if smoothing == 0 { return loss }
        let ones = try weight.map { try byClass($0.detach()) } ?? Tensor.ones([], dtype: dtype)
        var rest = try Operators.products(logarithms, ones).sum([classes])
        let isIgnored = try Operators.eq(labels.targets, Double(ignoreIndex))
        rest = try Operators.chosen(isIgnored, .number(0), .tensor(rest))
        if reduction != .none { rest = try rest.sum() }
        if reduction == .mean { rest = try rest / labels.total }
        return try loss * (1 - smoothing) + rest * (smoothing / Double(shape[classes]))
    }

    private func crossEntropy(
        probabilities: Tensor, _ weight: Tensor?, _ ignoreIndex: Int, _ reduction: Reduction, _ smoothing: Double
    ) throws -> Tensor {
        try expectFloatingPoint()
        guard probabilities.dtype.isFloatingPoint else {
            throw TensorError(
                "targets of the scores' shape are probabilities: float32 expected, got \(probabilities.dtype.rawValue)")
        }
        guard ignoreIndex < 0 else { throw TensorError("an 'ignore_index' is for targets that are classes") }
        if let weight, weight.dim != 1 || weight.count != shape[dim == 1 ? 0 : 1] {
            throw TensorError("a weight [\(shape[dim == 1 ? 0 : 1])] expected, one for each class, got \(weight.shape)")
        }
        let classes = dim == 1 ? 0 : 1
        let share = smoothing / Double(max(1, shape[classes]))
        let targets = smoothing == 0 ? probabilities : try probabilities * (1 - smoothing) + share
        let losses = try Operators.losses(logSoftmax(classes), targets, weight.map { try byClass($0) })
        switch reduction {
        case .none: return try losses.sum([classes])
        case .sum: return try losses.sum()
        case .mean: return try losses.sum() / (Double(count) / Double(shape[classes]))
        }
    }

    /// One number for each class, to be repeated to this shape.
    private func byClass(_ weight: Tensor) throws -> Tensor {
        guard dim > 1 else { return weight }
        var sizes = Shape(shape.map { _ in 1 })
        sizes[1] = weight.count
        return try weight.reshape(sizes)
    }
}
