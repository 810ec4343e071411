extension Tensor {
    /// Works out the gradient of this tensor with respect to every leaf that it came from and that requires one, and
    /// adds it to the leaf's `grad` (reverse-mode differentiation).
    ///
    /// - Parameters:
    ///   - gradient: the gradient of the final value with respect to this tensor. Default: 1, for a tensor with one
    ///     element.
    ///   - retainGraph: whether the history stays usable for another pass. Default: as `createGraph`.
    ///   - createGraph: whether the gradients get a history themselves. Default: false.
    ///   - inputs: the only tensors that get a gradient, leaves or not. Default: all leaves.
    /// - Throws: `TensorError` where there is no history, or it has been used up.
    public func backward(
        _ gradient: Tensor? = nil, retainGraph: Bool? = nil, createGraph: Bool = false, inputs: [Tensor]? = nil
    ) throws {
        if let inputs {
            let found = try Tensor.gradients(
                of: [self], [gradient], withRespectTo: inputs, retainGraph: retainGraph, createGraph: createGraph)
            for (input, gradient) in zip(inputs, found) {
                if let gradient { try input.accumulate(gradient, isFresh: false) }
            }
            return
        }
        let start = try checkedGradient(gradient)
        try GradMode.set(createGraph) {
            guard let root = history else { return try accumulate(runHooks(start), isFresh: false) }
            var pass = BackwardPass(retainGraph: retainGraph ?? createGraph)
            pass.start(root, start)
            try pass.run { leaf, gradient, isFresh in try leaf.accumulate(gradient, isFresh: isFresh) }
        }
    }

    /// The gradients of the sum of some tensors, weighted by `gradients`, with respect to `inputs`, which need not be
    /// leaves (`torch.autograd.grad`). Nothing is added to any `grad`.
    ///
    /// - Returns: a gradient for each input; nil for one that the outputs do not come from.
    public static func gradients(
        of outputs: [Tensor], _ gradients: [Tensor?], withRespectTo inputs: [Tensor], retainGraph: Bool? = nil,
        createGraph: Bool = false
    ) throws -> [Tensor?] {
        guard gradients.count == outputs.count else {
            throw TensorError(
                "\(plural(outputs.count, "gradient")) of the outputs expected, one for each, got \(gradients.count)")
        }
        return try GradMode.set(createGraph) {
            var pass = BackwardPass(retainGraph: retainGraph ?? createGraph)
            var found = [Tensor?](repeating: nil, count: inputs.count)
            var leaves: [ObjectIdentifier: [Int]] = [:]
            for (place, input) in inputs.enumerated() {
                guard input.requiresGrad else { throw TensorError("input \(place + 1) does not require a gradient") }
                if let history = input.history {
                    pass.wanted.append((history, place))
                } else {
                    leaves[ObjectIdentifier(input), default: []].append(place)
                }
            }
            pass.leaves = Set(leaves.keys)
            func take(_ leaf: Tensor, _ gradient: Tensor) throws {
                for place in leaves[ObjectIdentifier(leaf)] ?? [] {
                    found[place] = try found[place].map { try $0 + gradient } ?? gradient
                }
            }
            for (output, gradient) in zip(outputs, gradients) {
                let start = try output.checkedGradient(gradient)
                if let root = output.history {
                    pass.start(root, start)
                } else {
                    try take(output, output.runHooks(start))
                }
            }
            try pass.run { leaf, gradient, _ in try take(leaf, gradient) }
            for (place, gradient) in pass.captured { found[place] = gradient }
            return found
        }
    }

    private func checkedGradient(_ gradient: Tensor?) throws -> Tensor {
        guard requiresGrad else {
            throw TensorError(
                "this tensor has no history to go back through: nothing it was made from requires a gradient, "
                    + "or it was made under no_grad")
        }
        guard let start = try gradient ?? (count == 1 ? Tensor.ones(shape, dtype: dtype) : nil) else {
            throw TensorError(
                "only a tensor with one element has a backward pass without a gradient, this one is "
                    + "\(shape); use sum or mean, or give a gradient")
        }
        guard start.shape == shape, start.dtype == dtype else {
            throw TensorError(
                "a \(dtype.rawValue) gradient of shape \(shape) expected, got \(start.dtype.rawValue) \(start.shape)")
        }
        return start
    }

    fileprivate func accumulate(_ gradient: Tensor, isFresh: Bool) throws {
        if let grad {
            self.grad = try grad + gradient
        } else {
            let dense = try gradient.contiguous()
            grad = isFresh || dense !== gradient ? dense : try gradient.clone()
        }
    }
}

/// One walk back through a history.
private struct BackwardPass {
    let retainGraph: Bool
    /// Results whose gradients are asked for themselves.
    var wanted: [(history: Tensor.History, place: Int)] = []
    /// The leaves whose gradients are asked for; nil for all.
    var leaves: Set<ObjectIdentifier>?
    private(set) var captured: [(place: Int, gradient: Tensor)] = []
    private var arrived: [ObjectIdentifier: [Tensor?]] = [:]
    /// Gradients that are not written out, of nodes where nothing else has arrived.
    private var deferred: [ObjectIdentifier: any DeferredGradient] = [:]
    private var roots: [Node] = []
    private var pending: [(Node, Int, Tensor)] = []
    /// The nodes that lead to what is asked for; nil for all.
    private var leading: Set<ObjectIdentifier>?

    init(retainGraph: Bool) { self.retainGraph = retainGraph }

    mutating func start(_ root: Tensor.History, _ gradient: Tensor) {
        roots.append(root.node)
        // Two outputs of one node, or the same twice, come together like any gradients.
        pending.append((root.node, root.output, gradient))
    }

    private mutating func arrive(_ node: Node, _ output: Int, _ gradient: Tensor) throws {
        let key = ObjectIdentifier(node)
        if let first = deferred.removeValue(forKey: key) { arrived[key] = [try first.written()] }
        var gradients = arrived[key] ?? [Tensor?](repeating: nil, count: node.outputSpecs.count)
        gradients[output] = try gradients[output].map { try $0 + gradient } ?? gradient
        arrived[key] = gradients
    }

    mutating func run(_ accumulate: (Tensor, Tensor, _ isFresh: Bool) throws -> Void) throws {
        for (node, output, gradient) in pending { try arrive(node, output, gradient) }
        let nodes = orderedHistory()
        if leaves != nil { findLeading(nodes) }
        for node in nodes {
            var waiting = deferred.removeValue(forKey: ObjectIdentifier(node))
            var incoming = arrived.removeValue(forKey: ObjectIdentifier(node)) ?? []
            guard waiting != nil || !incoming.isEmpty else { continue }
            if let gradient = waiting, !node.hooks.isEmpty || !node.retaining.isEmpty {
                // They were added by a hook that ran after the gradient had been passed on.
                incoming = [try gradient.written()]
                waiting = nil
            }
            try runHooks(of: node, &incoming)
            for (history, place) in wanted where history.node === node {
                if let gradient = incoming[history.output] { captured.append((place, gradient)) }
            }
            let mask = leading == nil ? nil : node.edges.map { isAskedFor($0) }
            if let mask, !mask.contains(true) { continue }
            guard !node.isReleased else {
                throw TensorError(
                    "the history was used up by an earlier backward; say retain_graph = true there to use it twice")
            }
            let outcome = try outcome(of: node, waiting, incoming, Kept(node: node, mask: mask))
            let edges = node.edges
            if !retainGraph { node.release() }
            guard case .written(let outgoing) = outcome else {
                if case .deferred(let gradient) = outcome, case .node(let next, _) = edges[0] {
                    deferred[ObjectIdentifier(next)] = gradient
                }
                continue
            }
            for (i, (edge, gradient)) in zip(edges, outgoing).enumerated() {
                guard let gradient, mask?[i] ?? true else { continue }
                switch edge {
                case .none: break
                case .leaf(let leaf):
                    let isFresh =
                        !incoming.contains { $0?.storage === gradient.storage }
                        && !outgoing[..<i].contains { $0?.storage === gradient.storage } && leaf.leafHooks.isEmpty
                    try accumulate(leaf, leaf.runHooks(gradient), isFresh)
                case .node(let next, let output): try arrive(next, output, gradient)
                }
            }
        }
    }

    /// What a node brings back. A gradient stays deferred only where the next node takes it so.
    private func outcome(
        of node: Node, _ waiting: (any DeferredGradient)?, _ incoming: [Tensor?], _ kept: Kept
    ) throws -> GradientOutcome {
        let passesOn = canPassOn(node.edges, kept)
        var incoming = incoming
        if let waiting {
            switch try node.operation.gradient(deferred: waiting, kept) {
            case .deferred(let gradient)?:
                return passesOn ? .deferred(gradient) : .written([kept.needs[0] ? try gradient.written() : nil])
            case .written(let gradients)?: return .written(gradients)
            case nil: incoming = [try waiting.written()]
            }
        }
        if passesOn, let gradient = try node.operation.deferredGradient(incoming, kept) { return .deferred(gradient) }
        return .written(try node.operation.gradient(incoming, kept))
    }

    /// Whether the node that the first edge leads to takes a gradient that is not written out.
    private func canPassOn(_ edges: [Node.Edge], _ kept: Kept) -> Bool {
        guard case .node(let next, 0)? = edges.first, next.operation.takesDeferredGradients, !GradMode.isEnabled,
            kept.needs[0], next.hooks.isEmpty, next.retaining.isEmpty
        else { return false }
        let key = ObjectIdentifier(next)
        return arrived[key] == nil && deferred[key] == nil && !wanted.contains { $0.history.node === next }
    }

    private func runHooks(of node: Node, _ incoming: inout [Tensor?]) throws {
        for (output, hook) in node.hooks {
            if let gradient = incoming[output] { incoming[output] = try hook(gradient) }
        }
        for retaining in node.retaining {
            if let tensor = retaining.tensor, let gradient = incoming[retaining.output] {
                try tensor.accumulate(gradient, isFresh: false)
            }
        }
    }

    /// All nodes that lead to the roots, each before those that it came from.
    private func orderedHistory() -> [Node] {
        var (found, seen): ([Node], Set<ObjectIdentifier>) = ([], [])
        for root in roots where seen.insert(ObjectIdentifier(root)).inserted { found.append(root) }
        var next = 0
        while next < found.count {
            for case .node(let node, _) in found[next].edges where seen.insert(ObjectIdentifier(node)).inserted {
                found.append(node)
            }
            next += 1
        }
        return found.sorted { $0.sequence > $1.sequence }
    }

    private mutating func findLeading(_ nodes: [Node]) {
        leading = Set(wanted.map { ObjectIdentifier($0.history.node) })
        for node in nodes.reversed() where node.edges.contains(where: isAskedFor) {
            leading?.insert(ObjectIdentifier(node))
        }
    }

    /// Whether what is asked for lies behind an edge.
    private func isAskedFor(_ edge: Node.Edge) -> Bool {
        switch edge {
        case .none: false
        case .leaf(let leaf): leaves?.contains(ObjectIdentifier(leaf)) ?? true
        case .node(let node, _): leading?.contains(ObjectIdentifier(node)) ?? true
        }
    }
}
