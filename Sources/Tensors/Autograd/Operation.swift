/// The form of a tensor without its elements.
public struct Spec: Sendable, Equatable {
    public var shape: Shape
    public var dtype: DType

    public init(_ shape: Shape, _ dtype: DType = .float32) {
        self.shape = shape
        self.dtype = dtype
    }
}

/// What of an operation's inputs and outputs its gradient needs, by number.
public struct Saves: Sendable {
    public var inputs: Set<Int>
    public var outputs: Bool

    public init(inputs: Set<Int> = [], outputs: Bool = false) {
        self.inputs = inputs
        self.outputs = outputs
    }
}

/// What makes tensors of tensors, with the rule that brings gradients of the results back to the inputs.
///
/// `Tensor.apply` is the one way to run an operation: it infers, allocates, runs and records. A gradient that is made of
/// operations has gradients itself.
public protocol Operation {
    /// As messages and printed tensors call it: "conv2d".
    var name: String { get }
    /// The outputs' forms; the only place that validates.
    ///
    /// - Throws: `TensorError` where the inputs do not fit.
    func infer(_ inputs: [Spec]) throws -> [Spec]
    /// Fills the outputs, which are contiguous. It allocates no results and keeps nothing.
    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws
    /// What fills the outputs later, or works them out together with the next operation; see `Deferral`. Default:
    /// nil, for `run`.
    ///
    /// - Throws: `TensorError` where the memory for what it needs cannot be had.
    func deferred(_ inputs: [Tensor], into outputs: [Tensor]) throws -> PendingValues?
    /// What the gradient needs, where `needs` says which inputs' gradients are asked for. Default: nothing.
    func saves(_ needs: [Bool]) -> Saves
    /// The inputs' gradients: nil for one that is not needed or does not depend. An output that nothing came from has no
    /// gradient.
    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?]
    /// Whether it can use a gradient of its only result that is not written out. Default: false.
    var takesDeferredGradients: Bool { get }
    /// The first input's gradient, not written out; asked for only where it has no history itself and goes to an operation
    /// that can use it. Default: nil, for what `gradient` gives.
    func deferredGradient(_ gradients: [Tensor?], _ kept: Kept) throws -> (any DeferredGradient)?
    /// The inputs' gradients from one that is not written out. Default: nil, for what `gradient` makes of the written one.
    func gradient(deferred: any DeferredGradient, _ kept: Kept) throws -> GradientOutcome?
    /// Whether some inputs are places in others, which whoever makes it has checked: `run` does not. Default: false.
    var readsPlaces: Bool { get }
    /// Whether another operation does the same. Default: what a type says that can be compared; nil for others, which
    /// only a look at their parts can tell.
    func isEqual(to other: any Operation) -> Bool?
    /// Lets go of what only the gradient needs. Default: there is nothing.
    func release()
    /// Whether the gradient can be asked for again after that. Default: true.
    var isReusable: Bool { get }
}

extension Operation {
    public func infer(_ inputs: [Spec]) throws -> [Spec] { throw TensorError("\(name) cannot be run") }
    public func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {}
    public func deferred(_ inputs: [Tensor], into outputs: [Tensor]) throws -> PendingValues? { nil }
    public func saves(_ needs: [Bool]) -> Saves { Saves() }
    public var takesDeferredGradients: Bool { false }
    public func deferredGradient(_ gradients: [Tensor?], _ kept: Kept) throws -> (any DeferredGradient)? { nil }
    public func gradient(deferred: any DeferredGradient, _ kept: Kept) throws -> GradientOutcome? { nil }
    public var readsPlaces: Bool { false }
    public func isEqual(to other: any Operation) -> Bool? { nil }
    public func release() {}
    public var isReusable: Bool { true }
    /// For operations whose results have no gradients.
    public func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        throw TensorError("\(name) has no gradient")
    }
}

extension Operation where Self: Equatable {
    public func isEqual(to other: any Operation) -> Bool? { other as? Self == self }
}

/// What a gradient finds of the call that it belongs to.
public struct Kept {
    let node: Node
    /// Which of the inputs that can have gradients this pass is about; nil for all.
    var mask: [Bool]?

    /// Which inputs' gradients are asked for.
    public var needs: [Bool] { mask ?? node.needs }
    public var inputSpecs: [Spec] { node.inputSpecs }
    public var outputSpecs: [Spec] { node.outputSpecs }

    /// An input that `saves` named.
    ///
    /// - Throws: `TensorError` where it has been changed since.
    public func input(_ place: Int) throws -> Tensor {
        guard let saved = node.savedInputs[place] else { throw TensorError("input \(place) was not kept") }
        return try saved.unwrap()
    }

    /// An output, where `saves` asked for them; with its history, so that it has gradients itself.
    public func output(_ place: Int) throws -> Tensor {
        guard place < node.savedOutputs.count else { throw TensorError("output \(place) was not kept") }
        let saved = try node.savedOutputs[place].unwrap()
        guard GradMode.isEnabled, saved.dtype.isFloatingPoint else { return saved }
        // Another tensor: the node must not keep one whose history it is.
        let output = saved.detach()
        output.ownHistory = .init(node: node, output: place)
        return output
    }
}

extension Tensor {
    /// Runs an operation: infers the results' forms, allocates them, fills them, and remembers where they came from if
    /// gradients flow.
    public static func apply(_ operation: some Operation, _ inputs: [Tensor]) throws -> [Tensor] {
        let specs = try operation.infer(inputs.map(\.spec))
        let outputs = try specs.map { try Tensor(uninitialized: $0.shape, dtype: $0.dtype) }
        // Where all results are empty there is nothing to fill, however long the dimensions beside the empty one are.
        if outputs.contains(where: { $0.count > 0 }) {
            if let listener = Listening.listener {
                for input in inputs { input.storage.settle() }
                // What the operation itself is made of is its own affair.
                try Listening.with(nil) { try operation.run(inputs, into: outputs) }
                listener.ran(operation, inputs, outputs)
            } else if try !Deferral.takes(operation, inputs, outputs) {
                try operation.run(inputs, into: outputs)
            }
        }
        withExtendedLifetime(inputs) {}
        record(operation, inputs, outputs)
        return outputs
    }

    /// The first result of an operation.
    public static func applyOne(_ operation: some Operation, _ inputs: [Tensor]) throws -> Tensor {
        try apply(operation, inputs)[0]
    }

    /// Remembers that an operation made `outputs` of `inputs`, if gradients flow through any of these.
    public static func record(_ operation: some Operation, _ inputs: [Tensor], _ outputs: [Tensor]) {
        guard inputs.contains(where: \.requiresGrad), GradMode.isEnabled else { return }
        Node.record(operation, inputs, outputs)
    }

    public var spec: Spec { Spec(shape, dtype) }
}
