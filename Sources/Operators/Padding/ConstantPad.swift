extension Tensor {
    /// The tensor with places of one value put before and behind, or taken away where a number is negative.
    ///
    /// - Parameter widths: before and behind, for the last dimension, then for the one before it, and so on.
    /// - Throws: `TensorError` where more is taken away than there is.
    public func padded(_ widths: [Int], value: Double = 0) throws -> Tensor {
        guard widths.contains(where: { $0 != 0 }) else { return self }
        var inside = self
        var (before, behind) = (Shape(repeating: 0, count: dim), Shape(repeating: 0, count: dim))
        for i in 0..<widths.count / 2 {
            let (d, low, high) = (dim - 1 - i, widths[2 * i], widths[2 * i + 1])
            (before[d], behind[d]) = (max(0, low), max(0, high))
            guard low < 0 || high < 0 else { continue }
            let (start, end) = (low < 0 ? low.magnitude : 0, high < 0 ? high.magnitude : 0)
            let (taken, overflow) = start.addingReportingOverflow(end)
            guard !overflow, taken <= UInt(shape[d]) else {
                throw TensorError("a padding of \(low) and \(high) leaves nothing of dimension \(d) (shape \(shape))")
            }
            inside = try inside.narrow(d, start: Int(start), length: shape[d] - Int(taken))
        }
        guard (before + behind).contains(where: { $0 > 0 }) else { return try inside.clone() }
        return try .applyOne(ConstantPadOperation(before: before, behind: behind, value: value), [inside])
    }
}

package struct ConstantPadOperation: Operation {
    package let before: Shape, behind: Shape
    package let value: Double
    package var name: String { "constant_pad_nd" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        var shape = inputs[0].shape
        for d in shape.indices {
            let size = before[d].addingReportingOverflow(behind[d])
            let sum = shape[d].addingReportingOverflow(size.partialValue)
            guard !size.overflow, !sum.overflow else { throw TensorError("the padded tensor is too large") }
            shape[d] = sum.partialValue
        }
        return [Spec(shape, inputs[0].dtype)]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        outputs[0].fillWithoutCheck(value)
        try inside(outputs[0].detach(), inputs[0].shape).copyElementsWithoutCheck(from: inputs[0])
    }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        [try gradients[0].map { try inside($0, kept.inputSpecs[0].shape) }]
    }

    private func inside(_ tensor: Tensor, _ shape: Shape) throws -> Tensor {
        try shape.indices.reduce(tensor) { part, d in
            part.shape[d] == shape[d] ? part : try part.narrow(d, start: before[d], length: shape[d])
        }
    }
}
