extension Tensor {
    /// Has this tensor look at its own elements in another way, as PyTorch's `transpose_` and its like do. It becomes a
    /// view of what it was, so that its history goes on, and so do those of other views.
    ///
    /// - Parameter view: the new look at the tensor it is given.
    /// - Throws: `TensorError` where a backward pass is to leave a gradient at the unchanged tensor.
    @discardableResult
    public func changeView(_ view: (Tensor) throws -> Tensor) throws -> Tensor {
        if GradMode.isEnabled, isPartOfLeafRequiringGrad {
            throw TensorError(
                "the shape of a tensor that requires a gradient cannot be changed in place; use the method without "
                    + "the underscore, or do it under no_grad")
        }
        let before = detach()
        before.ownHistory = history
        (before.parent, before.rebases) = (parent, rebases)
        let after = try view(before)
        if after === before { return self }
        storage.willChange()
        (offset, shape, strides) = (after.offset, after.shape, after.strides)
        // What nothing leads to or from need not be remembered.
        if isViewed || parent != nil || after.ownHistory != nil {
            (parent, ownHistory) = (after.parent, after.ownHistory)
            reshapes += 1
        }
        return self
    }
}
