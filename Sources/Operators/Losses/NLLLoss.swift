import Kernels

extension Operators {
    static let nllLoss = Operator(
        "nll_loss",
        doc: "The negative log-likelihood of the right classes, for log-probabilities [n, classes, ...] and targets "
            + "[n, ...], or [classes] and one target.",
        [.tensor("input"), .tensor("target", "int64 classes"), .classWeight],
        options: [.ignoreIndex, .reduction], faces: [.functional, .layer("NLLLoss", inputs: 2)],
        examples: [
            .init(.values(3, 4), .integers(3, below: 4)),
            .init(.values(3, 4), .integers(3, below: 4), options: ["reduction": "none"]),
            .init(.values(3, 4), .integers(3, below: 4), .positive(4), options: ["ignore_index": 1]),
            .init(.values(2, 3, 2, 2), .integers(2, 2, 2, below: 3), options: ["reduction": "sum"]),
            .init(.values(4), .integers(below: 4)),
        ]
    ) { a, _ in
        .tensor(
            try a.tensor("input").nllLoss(
                a.tensor("target"), weight: a.optionalTensor("weight"), ignoreIndex: a.integer("ignore_index"),
                reduction: a.reduction()))
    }
}

extension Argument {
    static var classWeight: Argument { .tensor("weight", "one for each class, which multiplies its losses").optional }

    static var ignoreIndex: Argument {
        .integer("ignore_index", "a target that stands for none and does not count", default: -100)
    }
}

extension Tensor {
    /// The negative log-likelihood of the right classes: `-weight[t] · x[i, t]` for log-probabilities `[n, classes]` and
    /// targets `t` of `[n]`; likewise for `[n, classes, ...]` and `[n, ...]`, and for `[classes]` and one target. A mean is
    /// one by weights.
    ///
    /// - Parameter ignoreIndex: a target that stands for none and does not count.
    /// - Throws: `TensorError` for shapes that do not fit or a target that is no class, with its row.
    public func nllLoss(
        _ targets: Tensor, weight: Tensor? = nil, ignoreIndex: Int = -100, reduction: Reduction = .mean
    ) throws -> Tensor {
        let classes = try ClassLabels(targets, of: self, weight, ignoreIndex: ignoreIndex, "log-probabilities")
        return try classes.nllLoss(self, reduction)
    }
}

/// Targets that fit scores of classes, and how much they weigh.
struct ClassLabels {
    /// Contiguous, int64.
    let targets: Tensor
    let weight: Tensor?
    let ignored: Int64
    let slices: Slices
    /// The sum of the targets' weights.
    let total: Double

    /// - Parameter scores: what the scores are called in messages.
    /// - Throws: `TensorError` for shapes that do not fit or a target that is no class, with its row.
    init(_ targets: Tensor, of x: Tensor, _ weight: Tensor?, ignoreIndex: Int, _ scores: String) throws {
        try x.expectFloatingPoint()
        guard targets.dtype == .int64 || targets.dtype == .uint8 else {
            throw TensorError("int64 targets expected, got \(targets.dtype.rawValue)")
        }
        var expected = x.shape.array
        if !expected.isEmpty { expected.remove(at: x.dim == 1 ? 0 : 1) }
        guard x.dim > 0, targets.shape.array == expected else {
            let forms =
                x.dim == 1
                ? "[classes] and one target"
                : x.dim <= 2 ? "[n, classes] and targets [n]" : "[n, classes, ...] and targets [n, ...]"
            throw TensorError("\(scores) \(forms) expected, got \(x.shape) and \(targets.shape)")
        }
        slices = Slices(x.shape, x.dim == 1 ? 0 : 1)
        if let weight {
            guard weight.shape == [slices.length], weight.dtype == x.dtype else {
                throw TensorError(
                    "a weight [\(slices.length)] of type \(x.dtype.rawValue) expected, one for each class, got "
                        + "\(weight.shape) of type \(weight.dtype.rawValue)")
            }
        }
        try Listening.listener?.touches(targets)
        self.targets = try targets.detach().to(.int64).contiguous()
        self.weight = try weight?.detach().contiguous()
        ignored = Int64(ignoreIndex)
        let known = ClassTargets(
            slices, self.targets.address(as: Int64.self), weights: self.weight.map { UnsafeRawPointer($0.bytes) },
            ignored: ignored)
        let (total, wrong) = kernels.weigh(known, x.dtype.computeType)
        self.total = total
        if let wrong {
            let target = self.targets.address(as: Int64.self)[wrong]
            throw TensorError("target \(target)\(place(wrong)) is outside 0..\(slices.length - 1)")
        }
        extendLifetime(self.targets)
    }

    /// Where a target stands: " at row 3", " at [0, 2, 1]".
    private func place(_ position: Int) -> String {
        if targets.dim == 0 { return "" }
        if targets.dim == 1 { return " at row \(position)" }
        var (left, index) = (position, [Int]())
        for size in targets.shape.reversed() {
            index.insert(left % size, at: 0)
            left /= size
        }
        return " at \(describe(index))"
    }

    func nllLoss(_ x: Tensor, _ reduction: Reduction) throws -> Tensor {
        let divisor: Double? =
            switch reduction {
            case .none: nil
            case .sum: 1
            case .mean: total
            }
        let operation = NLLOperation(slices: slices, ignored: ignored, divisor: divisor)
        return try .applyOne(operation, [x, targets] + (weight.map { [$0] } ?? []))
    }
}

/// A linear function of the first input, which the gradient's own gradient is, too; targets and weights follow.
private struct NLLOperation: Operation {
    let slices: Slices
    let ignored: Int64
    /// Of the sum; nil where each place has its own loss.
    let divisor: Double?
    var readsPlaces: Bool { true }
    var name: String { "nll_loss" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { [Spec(divisor == nil ? inputs[1].shape : [], inputs[0].dtype)] }

    func targets(_ inputs: [Tensor]) -> ClassTargets {
        ClassTargets(
            slices, inputs[1].address(as: Int64.self),
            weights: inputs.count > 2 ? UnsafeRawPointer(inputs[2].bytes) : nil, ignored: ignored)
    }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let x = try inputs[0].detach().contiguous()
        let (type, targets) = (x.dtype.computeType, targets(inputs))
        defer { extendLifetime(x) }
        guard let divisor else { return kernels.nllLoss(type, targets, x.bytes, outputs[0].bytes) }
        let losses = try Tensor(uninitialized: inputs[1].shape, dtype: x.dtype)
        kernels.nllLoss(type, targets, x.bytes, losses.bytes)
        let all = Slices(outer: 1, length: losses.count, inner: 1)
        kernels.reduce(.sum, type, all, losses.bytes, outputs[0].bytes)
        extendLifetime(losses)
        if type == .double {
            outputs[0].address(as: Double.self)[0] /= divisor
        } else {
            outputs[0].floats[0] /= Float(divisor)
        }
    }

    func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [1, 2]) }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let backward = NLLBackwardOperation(forward: self, shape: kept.inputSpecs[0].shape)
        return [try .applyOne(backward, [gradient] + kept.inputSpecs.indices.dropFirst().map { try kept.input($0) })]
            + kept.inputSpecs.dropFirst().map { _ in nil }
    }
}

private struct NLLBackwardOperation: Operation {
    let forward: NLLOperation
    let shape: Shape
    var readsPlaces: Bool { true }
    var name: String { "nll_loss_backward" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { [Spec(shape, inputs[0].dtype)] }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let gradient = try inputs[0].detach().contiguous()
        kernels.nllLossBackward(
            gradient.dtype.computeType, forward.targets(inputs), gradient.bytes,
            step: forward.divisor == nil ? 1 : 0, divisor: forward.divisor ?? 1, outputs[0].bytes)
        extendLifetime(gradient)
    }

    func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [1, 2]) }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        return [try .applyOne(forward, [gradient] + kept.inputSpecs.indices.dropFirst().map { try kept.input($0) })]
            + kept.inputSpecs.dropFirst().map { _ in nil }
    }
}
