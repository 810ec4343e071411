/// The hot loops, compiled for one instruction set. All run on the calling thread and touch only the ranges they
/// are given; splitting work among threads is the caller's part.
///
/// Pointers are to float32 in row-major order and never alias unless a function says so.
public struct KernelTable: Sendable {
    /// The instruction set: "x86-64-v3".
    public let name: String
    public let gemm: @Sendable (Gemm) -> Void
    /// Output of the images in a range.
    public let convolve: @Sendable (Convolution, Convolution.Forward, Range<Int>) -> Void
    /// Gradient of the input, for the images in a range.
    public let convolveBackwardInput: @Sendable (Convolution, Convolution.BackwardInput, Range<Int>) -> Void
    /// Gradient of the weight, summed over the images in a range.
    public let convolveBackwardWeight: @Sendable (Convolution, Convolution.BackwardWeight, Range<Int>) -> Void
    public let maxPool: @Sendable (Pooling, Pooling.MaxForward, Range<Int>) -> Void
    public let averagePool: @Sendable (Pooling, Pooling.AverageForward, Range<Int>) -> Void
    public let averagePoolBackward: @Sendable (Pooling, Pooling.AverageBackward, Range<Int>) -> Void
    /// `y[i] = op(x[i])`; `x` and `y` may be the same.
    public let unary: @Sendable (UnaryOperation, Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    /// `y[i] = op(a[i * aStep], b[i * bStep])` with steps of 0 or 1; `y` may be `a` or `b`.
    public let binary: @Sendable (BinaryOperation, Binary) -> Void
    /// The sum of `count` values, in blocks that depend on `count` alone.
    public let sum: @Sendable (Int, UnsafePointer<Float>) -> Float
    /// One optimiser step over `count` parameters.
    public let sgd: @Sendable (SGDStep) -> Void
    public let adam: @Sendable (AdamStep) -> Void

    public init(
        name: String,
        gemm: @escaping @Sendable (Gemm) -> Void,
        convolve: @escaping @Sendable (Convolution, Convolution.Forward, Range<Int>) -> Void,
        convolveBackwardInput: @escaping @Sendable (Convolution, Convolution.BackwardInput, Range<Int>) -> Void,
        convolveBackwardWeight: @escaping @Sendable (Convolution, Convolution.BackwardWeight, Range<Int>) -> Void,
        maxPool: @escaping @Sendable (Pooling, Pooling.MaxForward, Range<Int>) -> Void,
        averagePool: @escaping @Sendable (Pooling, Pooling.AverageForward, Range<Int>) -> Void,
        averagePoolBackward: @escaping @Sendable (Pooling, Pooling.AverageBackward, Range<Int>) -> Void,
        unary: @escaping @Sendable (UnaryOperation, Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void,
        binary: @escaping @Sendable (BinaryOperation, Binary) -> Void,
        sum: @escaping @Sendable (Int, UnsafePointer<Float>) -> Float,
        sgd: @escaping @Sendable (SGDStep) -> Void,
        adam: @escaping @Sendable (AdamStep) -> Void
    ) {
        self.name = name
        self.gemm = gemm
        self.convolve = convolve
        self.convolveBackwardInput = convolveBackwardInput
        self.convolveBackwardWeight = convolveBackwardWeight
        self.maxPool = maxPool
        self.averagePool = averagePool
        self.averagePoolBackward = averagePoolBackward
        self.unary = unary
        self.binary = binary
        self.sum = sum
        self.sgd = sgd
        self.adam = adam
    }
}
