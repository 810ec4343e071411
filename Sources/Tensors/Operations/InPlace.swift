import Kernels

/// Operations that change a tensor's own elements. They leave no history, so they are refused where one would be
/// needed.
extension Tensor {
    private func changeable() throws -> Tensor {
        if requiresGrad && GradMode.isEnabled {
            throw TensorError(
                "a tensor that requires a gradient cannot be changed in place here; do it under no_grad")
        }
        storage.version += 1
        return self
    }

    @discardableResult
    public func fillInPlace(_ value: Double) throws -> Tensor {
        let target = try changeable()
        if isContiguous {
            fillWithoutCheck(value)
        } else {
            copyElementsWithoutCheck(from: try Tensor.full([], value, dtype: dtype).expand(shape))
        }
        return target
    }

    /// Takes over the elements of another tensor of the same type, repeated to this one's shape.
    @discardableResult
    public func copyInPlace(_ source: Tensor) throws -> Tensor {
        let target = try changeable()
        try copyElements(from: source.detach())
        return target
    }

    @discardableResult
    public func addInPlace(_ other: Tensor, scale: Double = 1) throws -> Tensor {
        try changeInPlace(.add, scale == 1 ? other : GradMode.set(false) { try other.multiplied(by: scale) })
    }

    @discardableResult
    public func multiplyInPlace(_ other: Tensor) throws -> Tensor { try changeInPlace(.multiply, other) }

    @discardableResult
    public func divideInPlace(_ other: Tensor) throws -> Tensor { try changeInPlace(.divide, other) }

    private func changeInPlace(_ operation: BinaryOperation, _ other: Tensor) throws -> Tensor {
        guard try broadcastShape(shape, other.shape) == shape else {
            throw TensorError("\(describe(other.shape)) does not fit into \(describe(shape))")
        }
        let changed = try combined(operation, with: other)
        let target = try changeable()
        copyElementsWithoutCheck(from: changed)
        return target
    }
}
