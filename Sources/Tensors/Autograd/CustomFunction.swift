/// What the two halves of a function with a gradient of its own share (`ctx` of `torch.autograd.Function`).
public final class FunctionContext {
    /// The gradients of the inputs for the gradients of the outputs; one for each input, nil for none.
    public typealias Gradient = (_ gradients: [Tensor]) throws -> [Tensor?]

    private enum Kind {
        case none
        case input(Int)
        case output(Int)
        case other(Saved)
    }

    /// Whether gradients flow through each of the inputs.
    public private(set) var needsInputGrad: [Bool] = []
    private var given: [Tensor?] = []
    private var saved: [Kind] = []
    private var outputIsSaved = false
    private var kept: Kept?
    private var gradient: Gradient?

    public init() {}

    /// Keeps tensors for the gradient, in place of what was kept before.
    public func saveForBackward(_ tensors: [Tensor?]) { given = tensors }

    /// The tensors that were kept, with their histories, so that the gradient has gradients itself.
    ///
    /// - Throws: `TensorError` where one has been changed in place since, or the history has been used up.
    public func savedTensors() throws -> [Tensor?] {
        // Asked for while the forward half still runs.
        guard let kept else { return given }
        return try saved.map { kind in
            switch kind {
            case .none: nil
            case .input(let place): try kept.input(place)
            case .output(let place): try kept.output(place)
            case .other(let saved): try saved.unwrap()
            }
        }
    }

    /// Runs a function with a gradient of its own.
    ///
    /// - Parameters:
    ///   - name: as messages call it.
    ///   - forward: makes the outputs; no history is remembered meanwhile.
    ///   - gradient: called in backward passes, with zeros for outputs that nothing came from.
    /// - Throws: what the two throw; later, `TensorError` for gradients of other shapes than the inputs.
    public func apply(
        _ name: String, _ inputs: [Tensor], forward: () throws -> [Tensor], gradient: @escaping Gradient
    ) throws -> [Tensor] {
        needsInputGrad = inputs.map { GradMode.isEnabled && $0.requiresGrad }
        let made = try GradMode.set(false, forward)
        let hasHistory = needsInputGrad.contains(true)
        var outputs: [Tensor] = []
        for tensor in made {
            // The history of an output must not become that of an input, nor that of a tensor from elsewhere.
            let isOwn =
                !tensor.requiresGrad && !inputs.contains { $0 === tensor } && !outputs.contains { $0 === tensor }
            outputs.append(isOwn ? tensor : tensor.detach())
        }
        guard hasHistory else { return outputs }
        saved = given.map { tensor in
            guard let tensor else { return .none }
            if let place = inputs.firstIndex(where: { $0 === tensor }) { return .input(place) }
            if let place = made.firstIndex(where: { $0 === tensor }) { return .output(place) }
            return .other(Saved(tensor))
        }
        outputIsSaved = saved.contains { if case .output = $0 { true } else { false } }
        given = []
        self.gradient = gradient
        Node.record(CustomOperation(name: name, context: self), inputs, outputs)
        return outputs
    }

    fileprivate var saves: Saves {
        Saves(
            inputs: Set(saved.compactMap { if case .input(let place) = $0 { place } else { nil } }),
            outputs: outputIsSaved)
    }

    fileprivate func gradients(_ gradients: [Tensor], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient else { return [] }
        self.kept = kept
        defer { self.kept = nil }
        return try gradient(gradients)
    }

    /// Lets go of everything that leads elsewhere.
    fileprivate func release() {
        gradient = nil
        saved = []
    }
}

private struct CustomOperation: Operation {
    let name: String
    let context: FunctionContext

    func saves(_ needs: [Bool]) -> Saves { context.saves }

    func release() { context.release() }

    var isReusable: Bool { false }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        let given = try zip(gradients, kept.outputSpecs).map { try $0 ?? .zeros($1.shape, dtype: $1.dtype) }
        let found = try context.gradients(given, kept)
        guard found.count == kept.inputSpecs.count else {
            throw TensorError(
                "\(name): \(plural(kept.inputSpecs.count, "gradient")) expected, one for each input, got \(found.count)"
            )
        }
        return try found.enumerated().map { place, gradient in
            guard let gradient, kept.needs[place] else { return nil }
            let wanted = kept.inputSpecs[place]
            if gradient.shape == wanted.shape { return try gradient.to(wanted.dtype) }
            // As PyTorch does: a gradient that the input was repeated to is summed.
            guard let common = try? broadcastShape(wanted.shape, gradient.shape), common == gradient.shape else {
                throw TensorError(
                    "\(name): the gradient of input \(place + 1) has shape \(gradient.shape), the input has "
                        + "\(wanted.shape)")
            }
            return try gradient.sum(to: wanted.shape).to(wanted.dtype)
        }
    }
}
