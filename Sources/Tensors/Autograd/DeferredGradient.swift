/// A gradient that is not written out, as most of its elements are 0: an operation that can use it as it is need not go
/// through the zeros.
public protocol DeferredGradient {
    /// The gradient with all its zeros.
    ///
    /// - Throws: `TensorError` where the memory cannot be had.
    func written() throws -> Tensor
}

/// What an operation brings back to its inputs.
public enum GradientOutcome {
    /// A gradient for each input, or nil.
    case written([Tensor?])
    /// The first input's, which is the only one that there is.
    case deferred(any DeferredGradient)
}
