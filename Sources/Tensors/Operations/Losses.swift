/// How the losses of single examples become the loss of a batch.
public enum Reduction: String, Sendable, CaseIterable {
    case mean, sum, none
}

extension Tensor {
    /// The negative log-likelihood of the right classes: `-x[i, target[i]]` for log-probabilities `[n, classes]` and
    /// int64 targets `[n]`.
    ///
    /// - Throws: `TensorError` for shapes that do not fit or a target that is no class, with its row.
    public func nllLoss(_ targets: Tensor, reduction: Reduction = .mean) throws -> Tensor {
        try expect(.float32)
        guard targets.dtype == .int64 else {
            throw TensorError("int64 targets expected, got \(targets.dtype.rawValue)")
        }
        guard dim == 2, targets.shape == [shape[0]] else {
            throw TensorError(
                "log-probabilities [n, classes] and targets [n] expected, got \(describe(shape)) and "
                    + describe(targets.shape))
        }
        let (rows, classes) = (shape[0], shape[1])
        let (x, classesOf) = (try contiguous(), try targets.contiguous())
        let (values, target) = (x.floats, classesOf.address(as: Int64.self))
        var losses = [Float](repeating: 0, count: rows)
        for row in 0..<rows {
            guard target[row] >= 0 && target[row] < classes else {
                throw TensorError("target \(target[row]) at row \(row) is outside 0..\(classes - 1)")
            }
            losses[row] = -values[row * classes + Int(target[row])]
        }
        extendLifetime(x)
        let each = try Tensor(losses, [rows])
        let result =
            switch reduction {
            case .none: each
            case .sum: try each.sum()
            case .mean: try each.mean()
            }
        return recorded(result, "nll_loss", [self]) { gradient in
            let dx = try Tensor.zeros([rows, classes])
            let incoming = try gradient.expand([rows])
            let (g, step, to) = (incoming.floats, incoming.strides[0], dx.floats)
            let target = classesOf.address(as: Int64.self)
            let scale: Float = reduction == .mean ? 1 / Float(rows) : 1
            for row in 0..<rows { to[row * classes + Int(target[row])] = -g[row * step] * scale }
            extendLifetime(incoming)
            return [dx]
        }
    }

    /// The negative log-likelihood of `logSoftmax(1)`.
    public func crossEntropy(_ targets: Tensor, reduction: Reduction = .mean) throws -> Tensor {
        guard dim == 2 else {
            throw TensorError("scores [n, classes] expected, got \(describe(shape))")
        }
        return try logSoftmax(1).nllLoss(targets, reduction: reduction)
    }

    /// The squared difference.
    public func mseLoss(_ targets: Tensor, reduction: Reduction = .mean) throws -> Tensor {
        guard shape == targets.shape else {
            throw TensorError("targets of shape \(describe(shape)) expected, got \(describe(targets.shape))")
        }
        let difference = try subtracting(targets)
        let squares = try difference.multiplied(by: difference)
        switch reduction {
        case .none: return squares
        case .sum: return try squares.sum()
        case .mean: return try squares.mean()
        }
    }
}
