/// One operation in the history of a result: where its inputs came from, and how a gradient of the result becomes
/// gradients of the inputs.
final class Node {
    /// The operation's name, for messages.
    let name: String
    /// Nodes are numbered as they are made, so that a node's inputs always have lower numbers.
    let sequence: Int
    private(set) var inputs: [Input]
    /// Nil once a backward pass has used it.
    private(set) var backward: ((Tensor) throws -> [Tensor?])?

    enum Input {
        case none
        case leaf(Tensor)
        case node(Node)
    }

    init(_ name: String, _ inputs: [Tensor], _ backward: @escaping (Tensor) throws -> [Tensor?]) {
        self.name = name
        self.backward = backward
        self.inputs = inputs.map { input in
            if let node = input.node { return .node(node) }
            return input.isLeafRequiringGrad ? .leaf(input) : .none
        }
        let newest = self.inputs.reduce(0) { highest, input in
            if case .node(let node) = input { return max(highest, node.sequence) }
            return highest
        }
        sequence = newest + 1
    }

    /// Lets go of what the backward pass needed.
    func release() { backward = nil }

    /// Lets go of everything and hands over the nodes among the inputs. The function goes while they are still held:
    /// the tensors that it kept lead to the same nodes.
    private func dissolve() -> [Node] {
        let nodes = inputs.compactMap { input -> Node? in
            if case .node(let node) = input { return node }
            return nil
        }
        inputs = []
        backward = nil
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
                "a \(describe(tensor.shape)) tensor that the backward pass needs was changed in place after its use; "
                    + "use the operation that makes a new tensor instead")
        }
        return tensor
    }
}

/// Whether operations remember their history.
public enum GradMode {
    @TaskLocal public static var isEnabled = true

    /// Runs `body` with histories switched on or off.
    public static func set<R>(_ enabled: Bool, _ body: () throws -> R) rethrows -> R {
        try $isEnabled.withValue(enabled) { try body() }
    }
}

extension Tensor {
    /// Whether gradients flow through this tensor.
    public var requiresGrad: Bool { node != nil || isLeafRequiringGrad }

    /// Whether it was made by hand and not by an operation with a history.
    public var isLeaf: Bool { node == nil }

    /// Makes this tensor one that backward passes leave a gradient at, or no longer one.
    ///
    /// - Throws: `TensorError` for a type other than float32, or for the result of an operation.
    @discardableResult
    public func requireGrad(_ required: Bool = true) throws -> Tensor {
        if required, dtype != .float32 {
            throw TensorError("only a float32 tensor can have a gradient, this one is \(dtype.rawValue)")
        }
        guard node == nil else {
            if required { return self }
            throw TensorError("the result of an operation keeps its history; use detach")
        }
        isLeafRequiringGrad = required
        return self
    }

    /// `result` with its history, if one is to be kept.
    ///
    /// - Parameter backward: makes the gradient of each input from the result's, in the order of `inputs`; nil for
    ///   none.
    func record(
        _ result: Tensor, _ name: String, _ inputs: [Tensor], _ backward: @escaping (Tensor) throws -> [Tensor?]
    ) -> Tensor {
        recorded(result, name, inputs, backward)
    }
}

func recorded(
    _ result: Tensor, _ name: String, _ inputs: [Tensor], _ backward: @escaping (Tensor) throws -> [Tensor?]
) -> Tensor {
    guard inputs.contains(where: \.requiresGrad), GradMode.isEnabled, result.dtype == .float32 else { return result }
    result.node = Node(name, inputs, backward)
    return result
}
