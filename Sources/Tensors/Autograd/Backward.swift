extension Tensor {
    /// Works out the gradient of this tensor with respect to every leaf that it came from and that requires one, and
    /// adds it to the leaf's `grad` (reverse-mode differentiation).
    ///
    /// - Parameters:
    ///   - gradient: the gradient of the final value with respect to this tensor. Default: 1, for a tensor with one
    ///     element.
    ///   - retainGraph: whether the history stays usable for another pass. Default: false.
    /// - Throws: `TensorError` where there is no history, or it has been used up.
    public func backward(_ gradient: Tensor? = nil, retainGraph: Bool = false) throws {
        guard requiresGrad else {
            throw TensorError(
                "this tensor has no history to go back through: nothing it was made from requires a gradient, "
                    + "or it was made under no_grad")
        }
        guard let start = try gradient ?? (count == 1 ? Tensor.ones(shape) : nil) else {
            throw TensorError(
                "only a tensor with one element has a backward pass without a gradient, this one is "
                    + "\(describe(shape)); use sum or mean, or give a gradient")
        }
        guard start.shape == shape, start.dtype == .float32 else {
            throw TensorError(
                "a float32 gradient of shape \(describe(shape)) expected, got "
                    + "\(start.dtype.rawValue) \(describe(start.shape))")
        }
        try GradMode.set(false) {
            guard let root = node else {
                try accumulate(start, isFresh: false)
                return
            }
            var arrived: [ObjectIdentifier: Tensor] = [ObjectIdentifier(root): start]
            for node in orderedHistory(of: root) {
                guard let incoming = arrived.removeValue(forKey: ObjectIdentifier(node)) else { continue }
                guard let function = node.backward else {
                    throw TensorError(
                        "the history was used up by an earlier backward; say retain_graph = true there to use it twice")
                }
                let outgoing = try function(incoming)
                if !retainGraph { node.release() }
                for (i, (input, gradient)) in zip(node.inputs, outgoing).enumerated() {
                    guard let gradient else { continue }
                    switch input {
                    case .none: break
                    case .leaf(let leaf):
                        let isFresh =
                            gradient.storage !== incoming.storage
                            && !outgoing[..<i].contains { $0?.storage === gradient.storage }
                        try leaf.accumulate(gradient, isFresh: isFresh)
                    case .node(let next):
                        let key = ObjectIdentifier(next)
                        arrived[key] = try arrived[key].map { try $0.adding(gradient) } ?? gradient
                    }
                }
            }
        }
    }

    private func accumulate(_ gradient: Tensor, isFresh: Bool) throws {
        if let grad {
            self.grad = try grad.adding(gradient)
        } else {
            grad = isFresh ? gradient : try gradient.clone()
        }
    }
}

/// All nodes that lead to `root`, each before those that it came from.
private func orderedHistory(of root: Node) -> [Node] {
    var (found, seen): ([Node], Set<ObjectIdentifier>) = ([root], [ObjectIdentifier(root)])
    var next = 0
    while next < found.count {
        for case .node(let node) in found[next].inputs where seen.insert(ObjectIdentifier(node)).inserted {
            found.append(node)
        }
        next += 1
    }
    return found.sorted { $0.sequence > $1.sequence }
}
