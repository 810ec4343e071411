/// Changes of a tensor's own elements. A history goes on through them as PyTorch's does: the changed tensor becomes the
/// result of the operation that changed it, and where it is a view, so does the part of the tensor it looks at.
extension Tensor {
    /// - Throws: `TensorError` where several elements lie in one place, or where a backward pass is to leave a gradient
    ///   at the unchanged tensor.
    public func expectChangeable() throws {
        if GradMode.isEnabled, isPartOfLeafRequiringGrad {
            throw TensorError(
                "a tensor that requires a gradient cannot be changed in place here; do it under no_grad")
        }
        if zip(shape, strides).contains(where: { $0 > 1 && $1 == 0 }) {
            throw TensorError(
                "an expanded tensor cannot be changed in place: several of its elements lie in one place; use clone "
                    + "before")
        }
    }

    /// Takes over the elements of another tensor, converted to this one's type and repeated to its shape, and its
    /// history. To what this one was before goes a gradient of 0.
    ///
    /// - Throws: `TensorError` where it does not fit.
    @discardableResult
    public func assign(_ source: Tensor) throws -> Tensor {
        try expectChangeable()
        var source = try source.to(dtype)
        if source.shape != shape { source = try source.expand(shape) }
        if GradMode.isEnabled, requiresGrad, parent == nil {
            source = try .applyOne(ReplaceOperation(), [self, source])
        }
        return try take(source)
    }

    private func take(_ source: Tensor) throws -> Tensor {
        let isOverlapping = source.storage === storage
        let elements = isOverlapping ? try GradMode.set(false) { try source.clone() } : source
        elements.storage.settle()
        storage.willChange()
        copyElementsWithoutCheck(from: elements)
        Listening.listener?.changed(self, by: CloneOperation(), [source])
        guard GradMode.isEnabled, source.requiresGrad || requiresGrad else { return self }
        if parent == nil {
            ownHistory = source.history
            if ownHistory == nil, source.requiresGrad { Node.record(CloneOperation(), [source], [self]) }
            rebases += 1
            return self
        }
        try root.rebase(changing: viewPath, to: source)
        return self
    }

    /// The same with what an operation made of this tensor, which must have its shape and a type that it can hold.
    @discardableResult
    public func put(_ result: Tensor) throws -> Tensor {
        guard result.shape == shape else {
            throw TensorError("a result of shape \(result.shape) does not fit into \(shape)")
        }
        guard dtype.canHold(result.dtype) else {
            throw TensorError(
                "a result of type \(result.dtype.rawValue) cannot be put into a tensor of type "
                    + dtype.rawValue)
        }
        try expectChangeable()
        let result = try result.to(dtype)
        let hasLostHistory = GradMode.isEnabled && requiresGrad && !result.requiresGrad && parent == nil
        return try take(hasLostHistory ? .applyOne(ReplaceOperation(), [self, result]) : result)
    }

    /// Whether it, or one of those that it is a view of, is to get a gradient from backward passes.
    var isPartOfLeafRequiringGrad: Bool {
        var tensor = self
        while !tensor.isLeafRequiringGrad {
            guard let parent = tensor.parent else { return false }
            tensor = parent.tensor
        }
        return true
    }

    /// The tensor that this one is a view of in the end.
    var root: Tensor {
        var tensor = self
        while let parent = tensor.parent { tensor = parent.tensor }
        return tensor
    }

    /// The views that lead from the root here.
    private var viewPath: [any ViewOperation] {
        var path: [any ViewOperation] = []
        var tensor = self
        while let parent = tensor.parent {
            path.append(parent.view)
            tensor = parent.tensor
        }
        return path.reversed()
    }

    /// Makes this tensor the result of putting `source` into a part of what it was.
    private func rebase(changing path: [any ViewOperation], to source: Tensor) throws {
        let before = Node.Edge(self)
        Node.record(PutOperation(path: path), [self, source], [self], edges: [before, Node.Edge(source)])
        rebases += 1
    }
}

/// The second input in the place of the first.
private struct ReplaceOperation: Operation {
    var name: String { "copy" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { [inputs[1]] }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        outputs[0].copyElementsWithoutCheck(from: inputs[1])
    }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        return [kept.needs[0] ? try .zeros(gradient.shape, dtype: gradient.dtype) : nil, gradient]
    }
}

/// A tensor with a part, which views lead to, replaced by another.
private struct PutOperation: Operation {
    let path: [any ViewOperation]
    var name: String { "copy_slices" }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        var part = gradient
        for view in path { part = try part.viewed(by: view) }
        let dtype = kept.inputSpecs[0].dtype
        return [
            kept.needs[0] ? try Tensor.applyOne(PutZerosOperation(path: path), [gradient]) : nil,
            kept.needs[1] ? try part.to(dtype) : nil,
        ]
    }
}

/// A copy with a part set to 0.
private struct PutZerosOperation: Operation {
    let path: [any ViewOperation]
    var name: String { "copy_slices_backward" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { inputs }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        outputs[0].copyElementsWithoutCheck(from: inputs[0])
        var part = outputs[0].detach()
        for view in path { part = try part.viewed(by: view) }
        part.copyElementsWithoutCheck(from: try Tensor.zeros([], dtype: part.dtype).expand(part.shape))
    }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        [try gradients[0].map { try Tensor.applyOne(self, [$0]) }]
    }
}
