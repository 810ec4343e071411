/// What is done with a gradient that arrives: nil leaves it as it is.
public typealias GradientHook = (Tensor) throws -> Tensor?

/// A hook that was registered, to be taken away again.
public final class GradientHookHandle {
    private var hook: GradientHook?

    init(_ hook: @escaping GradientHook) { self.hook = hook }

    /// Takes the hook away, during a backward pass too.
    public func remove() { hook = nil }

    var isRemoved: Bool { hook == nil }

    /// The gradient as the hook leaves it.
    ///
    /// - Throws: what the hook throws; `TensorError` where it gives a gradient of another form.
    func callAsFunction(_ gradient: Tensor) throws -> Tensor {
        guard let changed = try hook?(gradient) else { return gradient }
        guard changed.shape == gradient.shape, changed.dtype == gradient.dtype else {
            throw TensorError(
                "a hook changes a \(gradient.dtype.rawValue) gradient of shape \(gradient.shape) to "
                    + "\(changed.dtype.rawValue) \(changed.shape); it is to keep both")
        }
        return changed
    }
}

extension Tensor {
    /// Has `hook` called with every gradient that arrives at this tensor; what it returns takes the gradient's place.
    /// Hooks of a result are forgotten with its history.
    ///
    /// - Throws: `TensorError` where no gradient will arrive.
    @discardableResult
    public func registerHook(_ hook: @escaping GradientHook) throws -> GradientHookHandle {
        guard requiresGrad else { throw TensorError("a hook needs a tensor that requires a gradient") }
        let handle = GradientHookHandle(hook)
        if let history {
            history.node.hooks.append((history.output, handle))
        } else {
            leafHooks.removeAll(where: \.isRemoved)
            leafHooks.append(handle)
        }
        return handle
    }

    /// Has backward passes leave a gradient at this tensor although it is no leaf.
    ///
    /// - Throws: `TensorError` where no gradient will arrive.
    public func retainGrad() throws {
        guard requiresGrad else { throw TensorError("only a tensor that requires a gradient can retain it") }
        guard let history else { return }
        let node = history.node
        if !node.retaining.contains(where: { $0.tensor === self }) {
            node.retaining.append(Node.Retaining(output: history.output, tensor: self))
        }
    }

    func runHooks(_ gradient: Tensor) throws -> Tensor { try leafHooks.reduce(gradient) { try $1($0) } }
}
