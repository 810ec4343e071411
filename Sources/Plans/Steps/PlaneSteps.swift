import Kernels

/// Pooling over planes.
final class PoolingStep: ImageStep {
    private let pooling: Pooling
    private let isMaximum: Bool
    private let planes: Int

    init(_ pooling: Pooling, isMaximum: Bool, planes: Int, _ text: String, input: Int, output: Int) {
        (self.pooling, self.isMaximum, self.planes) = (pooling, isMaximum, planes)
        super.init(
            text, inputs: [input], output: output, outputSize: planes * pooling.outHeight * pooling.outWidth,
            cost: planes * pooling.height * pooling.width)
    }

    /// The places of the maxima, which nobody asks for.
    override func scratchSize(images: Int) -> Int { isMaximum ? images * outputSize : 0 }

    override func run(
        _ inputs: UnsafePointer<UnsafeMutablePointer<Float>>, _ output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>, images: Int
    ) {
        guard isMaximum else {
            return kernels.averagePool(.float, pooling, inputs[0], output, 0..<images * planes)
        }
        scratch.withMemoryRebound(to: Int32.self, capacity: images * outputSize) { places in
            kernels.maxPool(.float, pooling, inputs[0], output, indices: places, 0..<images * planes)
        }
    }
}

/// Softmax, or its logarithm, along slices.
final class SoftmaxStep: ImageStep {
    private let slices: Slices
    private let isLog: Bool

    init(_ slices: Slices, isLog: Bool, _ text: String, input: Int, output: Int) {
        (self.slices, self.isLog) = (slices, isLog)
        super.init(text, inputs: [input], output: output, outputSize: slices.count, cost: 16 * slices.count)
    }

    override func run(
        _ inputs: UnsafePointer<UnsafeMutablePointer<Float>>, _ output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>, images: Int
    ) {
        var slices = slices
        slices.outer *= images
        kernels.softmax(log: isLog, .float, slices, inputs[0], output, 0..<slices.outer)
    }
}

/// Sums along slices.
final class SumStep: ImageStep {
    private let slices: Slices

    init(_ slices: Slices, _ text: String, input: Int, output: Int) {
        self.slices = slices
        super.init(
            text, inputs: [input], output: output, outputSize: slices.outer * slices.inner, cost: slices.count)
    }

    override func run(
        _ inputs: UnsafePointer<UnsafeMutablePointer<Float>>, _ output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>, images: Int
    ) {
        var slices = slices
        slices.outer *= images
        kernels.reduce(.sum, .float, slices, inputs[0], output)
    }
}
