import KernelInterface

/// What a gradient from sparse gradients costs and what from dense ones, in cycles of a processor with vectors of this
/// size. Measured on Zen 5; the choice is not near for most shapes.
enum SparseCosts {
    /// A vector added to a sum in registers; from a place that is not aligned; to memory.
    static let addedVector = 0.9, unalignedVector = 1.2, storedVector = 1.45
    /// Finding a gradient that is not zero.
    static let nonzero = 3.0
    /// A float packed, cleared or unpacked.
    static let movedFloat = 0.25

    /// All products, at three quarters of the peak of two vectors in a cycle.
    static func dense(_ s: Convolution, _ images: Int) -> Double {
        Double(images * s.outChannels * s.outPixels) * Double(s.taps) / (1.5 * Double(lanes))
    }
}
