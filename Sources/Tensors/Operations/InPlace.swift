import Kernels

/// Operations that change a tensor's own elements. They leave no history, so they are refused where one would be
/// needed.
extension Tensor {
    /// - Throws: `TensorError` where a history would be needed, be it only for `source`, or where several elements lie
    ///   in one place.
    func expectChangeable(by source: Tensor? = nil) throws {
        if requiresGrad && GradMode.isEnabled {
            throw TensorError(
                "a tensor that requires a gradient cannot be changed in place here; do it under no_grad")
        }
        if let source, source.requiresGrad, GradMode.isEnabled {
            throw TensorError(
                "a change in place would lose the gradient of what is put in; use the operation that makes a new "
                    + "tensor, or detach it")
        }
        if zip(shape, strides).contains(where: { $0 > 1 && $1 == 0 }) {
            throw TensorError(
                "an expanded tensor cannot be changed in place: several of its elements lie in one place; use clone "
                    + "before")
        }
    }

    private func changeable(by source: Tensor? = nil) throws -> Tensor {
        try expectChangeable(by: source)
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
        let target = try changeable(by: source)
        try copyElements(from: source.storage === storage ? source.detach().clone() : source.detach())
        return target
    }

    @discardableResult
    public func addInPlace(_ other: Tensor, scale: Double = 1) throws -> Tensor {
        try expectChangeable(by: other)
        return try changeInPlace(.add, scale == 1 ? other : GradMode.set(false) { try other.multiplied(by: scale) })
    }

    @discardableResult
    public func subtractInPlace(_ other: Tensor) throws -> Tensor { try changeInPlace(.subtract, other) }

    @discardableResult
    public func multiplyInPlace(_ other: Tensor) throws -> Tensor { try changeInPlace(.multiply, other) }

    @discardableResult
    public func divideInPlace(_ other: Tensor) throws -> Tensor { try changeInPlace(.divide, other) }

    private func changeInPlace(_ operation: BinaryOperation, _ other: Tensor) throws -> Tensor {
        guard try broadcastShape(shape, other.shape) == shape else {
            throw TensorError("\(describe(other.shape)) does not fit into \(describe(shape))")
        }
        try expectChangeable(by: other)
        let changed = try combined(operation, with: other)
        let target = try changeable()
        copyElementsWithoutCheck(from: changed)
        return target
    }
}
