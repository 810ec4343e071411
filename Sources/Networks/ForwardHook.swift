import Operators

/// What is done with each output of a module: nil leaves it as it is.
public typealias ForwardHook = (_ module: Module, _ inputs: [Tensor], _ output: Outcome) throws -> Outcome?

/// A hook that was registered, to be taken away again.
public final class ForwardHookHandle {
    private var hook: ForwardHook?

    init(_ hook: @escaping ForwardHook) { self.hook = hook }

    public func remove() { hook = nil }

    var isRemoved: Bool { hook == nil }

    func callAsFunction(_ module: Module, _ inputs: [Tensor], _ output: Outcome) throws -> Outcome {
        try hook?(module, inputs, output) ?? output
    }
}
