import Kernels

/// A convolution with packed weights, and what follows it.
final class ConvolutionStep: ImageStep {
    private let packed: PackedConvolution
    private let repeats: Int

    init(_ task: ConvolutionTask, _ text: String, input: Int, output: Int) {
        packed = PackedConvolution(
            task.shape, weight: task.weight, bias: task.bias, isPooled: task.isPooled, isRectified: task.isRectified)
        repeats = task.repeats
        super.init(
            text, inputs: [input], output: output, outputSize: repeats * packed.outSize,
            cost: repeats * task.shape.outChannels * task.shape.taps * task.shape.outPixels)
    }

    override func scratchSize(images: Int) -> Int { packed.scratchSize }

    override func run(
        _ inputs: UnsafePointer<UnsafeMutablePointer<Float>>, _ output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>, images: Int
    ) {
        kernels.convolve(packed, inputs[0], output, scratch: scratch, images: images * repeats)
    }
}
