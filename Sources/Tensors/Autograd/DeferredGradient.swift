/// A gradient that is not written out, as most of its elements are 0: an operation that can use it as it is need not go
/// through the zeros.
public protocol DeferredGradient {
    /// The gradient with all its zeros.
    ///
    /// - Throws: `TensorError` where the memory cannot be had.
    func written() throws -> Tensor
    /// The gradient of a rectifier's input, where this is that of its output. Default: nil, where it must be written.
    func rectified() throws -> (any DeferredGradient)?
}

extension DeferredGradient {
    public func rectified() throws -> (any DeferredGradient)? { nil }
}

/// What an operation brings back to its inputs.
public enum GradientOutcome {
    /// A gradient for each input, or nil.
    case written([Tensor?])
    /// The first input's, which is the only one that there is.
    case deferred(any DeferredGradient)
}

/// The gradient of a rectifier's input: that of its output where the output is above 0 or a NaN, else 0.
package struct RectifiedGradient: DeferredGradient {
    /// Dense and of one shape, float32.
    package let gradient: Tensor, output: Tensor

    package func written() throws -> Tensor { try Self.rectify(gradient, output) }

    package static let rectify = PointwiseFunction(
        "relu_backward", inputs: 2, value: .call(.reluBackward, .variable(0), .variable(1)))
}
