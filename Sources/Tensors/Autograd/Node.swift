/// One operation in the history of its results: where its inputs came from, and what its gradient needs.
final class Node {
    let operation: any Operation
    /// Nodes are numbered as they are made, so that a node's inputs always have lower numbers.
    let sequence: Int
    private(set) var edges: [Edge]
    let inputSpecs: [Spec]
    let outputSpecs: [Spec]
    private(set) var savedInputs: [Saved?]
    private(set) var savedOutputs: [Saved]
    private(set) var isReleased = false
    /// Called with the gradient of an output when it is complete; what they return takes its place.
    var hooks: [(output: Int, hook: GradientHookHandle)] = []
    /// Outputs that keep their gradients.
    var retaining: [Retaining] = []

    var name: String { operation.name }
    var needs: [Bool] { edges.map(\.isNeeded) }

    struct Retaining {
        let output: Int
        weak var tensor: Tensor?
    }

    /// Where an input came from.
    enum Edge {
        case none
        case leaf(Tensor)
        case node(Node, output: Int)

        init(_ tensor: Tensor) {
            if let history = tensor.history {
                self = .node(history.node, output: history.output)
            } else {
                self = tensor.isLeafRequiringGrad ? .leaf(tensor) : .none
            }
        }

        var isNeeded: Bool {
            if case .none = self { return false }
            return true
        }
    }

    private init(_ operation: any Operation, _ inputs: [Tensor], _ outputs: [Tensor], edges: [Edge]? = nil) {
        self.operation = operation
        let edges = edges ?? inputs.map { Edge($0) }
        self.edges = edges
        inputSpecs = inputs.map(\.spec)
        outputSpecs = outputs.map(\.spec)
        let saves = operation.saves(edges.map(\.isNeeded))
        savedInputs = inputs.enumerated().map { saves.inputs.contains($0) ? Saved($1) : nil }
        // Without their histories, which lead here.
        savedOutputs = saves.outputs ? outputs.map { Saved($0.detach()) } : []
        sequence =
            edges.reduce(0) { highest, edge in
                if case .node(let node, _) = edge { return max(highest, node.sequence) }
                return highest
            } + 1
    }

    /// Makes a node the history of the outputs that can have gradients.
    ///
    /// - Parameter edges: where the inputs came from, where that is not what their histories say now.
    @discardableResult
    static func record(
        _ operation: any Operation, _ inputs: [Tensor], _ outputs: [Tensor], edges: [Edge]? = nil
    ) -> Node {
        let node = Node(operation, inputs, outputs, edges: edges)
        for (place, output) in outputs.enumerated() where output.dtype.isFloatingPoint {
            output.ownHistory = Tensor.History(node: node, output: place)
        }
        return node
    }

    /// Lets go of what the gradient needed. A node that needed nothing can be passed again, as in PyTorch.
    func release() {
        let isEmpty = savedInputs.allSatisfy { $0 == nil } && savedOutputs.isEmpty && hooks.isEmpty
        guard !isEmpty || !operation.isReusable else { return }
        savedInputs = []
        savedOutputs = []
        // They may lead back here.
        for (_, hook) in hooks { hook.remove() }
        hooks = []
        retaining = []
        operation.release()
        isReleased = true
    }

    /// Lets go of everything and hands over the nodes among the inputs. What was saved goes while they are still held:
    /// it leads to the same nodes.
    private func dissolve() -> [Node] {
        let nodes = edges.compactMap { edge -> Node? in
            if case .node(let node, _) = edge { return node }
            return nil
        }
        edges = []
        release()
        return nodes
    }

    /// A long chain must not be freed by recursion, which would end in a stack overflow.
    deinit {
        var waiting = dissolve()
        while var node = waiting.popLast() {
            if isKnownUniquelyReferenced(&node) { waiting += node.dissolve() }
        }
    }
}

/// A tensor that a backward pass will need, and how often it had been changed in place when it was kept.
struct Saved {
    private let tensor: Tensor
    private let version: Int

    init(_ tensor: Tensor) {
        self.tensor = tensor
        version = tensor.storage.version
    }

    /// - Throws: `TensorError` where it has been changed since.
    func unwrap() throws -> Tensor {
        guard tensor.storage.version == version else {
            throw TensorError(
                "a \(tensor.shape) tensor that the backward pass needs was changed in place after its use; "
                    + "use the operation that makes a new tensor instead")
        }
        return tensor
    }
}

extension Tensor {
    /// The operation that made a tensor, and which of its results it is.
    struct History {
        let node: Node
        let output: Int
    }

    /// The name of the operation that made this tensor; nil where it has no history.
    public var historyName: String? { history?.node.name }

    /// Makes this tensor one without a history, in its place.
    ///
    /// - Throws: `TensorError` for a view, whose history is that of the tensor it looks at.
    public func detachInPlace() throws {
        guard parent == nil else { throw TensorError("a view cannot be detached in place; use detach()") }
        ownHistory = nil
        isLeafRequiringGrad = false
    }

    /// Puts another gradient in the place of this tensor's, or none.
    ///
    /// - Throws: `TensorError` for one of another shape or type.
    public func setGrad(_ gradient: Tensor?) throws {
        if let gradient, gradient.shape != shape || gradient.dtype != dtype {
            throw TensorError(
                "a \(dtype.rawValue) gradient of shape \(shape) expected, got \(gradient.dtype.rawValue) "
                    + "\(gradient.shape)")
        }
        guard gradient !== self else { throw TensorError("a tensor cannot be its own gradient") }
        grad = gradient
    }

    /// Whether gradients flow through this tensor.
    public var requiresGrad: Bool { isLeafRequiringGrad || history != nil }

    /// Whether it was made by hand and not by an operation with a history.
    public var isLeaf: Bool { history == nil }

    /// Makes this tensor one that backward passes leave a gradient at, or no longer one.
    ///
    /// - Throws: `TensorError` for a type that has no gradients, or for the result of an operation.
    @discardableResult
    public func requireGrad(_ required: Bool = true) throws -> Tensor {
        if required, !dtype.isFloatingPoint {
            throw TensorError("only a floating-point tensor can have a gradient, this one is \(dtype.rawValue)")
        }
        guard history == nil else {
            if required { return self }
            throw TensorError("the result of an operation keeps its history; use detach")
        }
        isLeafRequiringGrad = required
        return self
    }
}
