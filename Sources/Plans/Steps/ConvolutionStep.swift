import Kernels
import Tensors

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

/// A convolution by one of the kernels' own methods, an image at a time: of several groups of channels.
final class MethodConvolutionStep: ImageStep {
    private let method: any ConvolutionMethod
    private let packed: Tensor
    private let task: ConvolutionTask

    /// - Throws: `TensorError` where the packed weight finds no memory.
    init(_ task: ConvolutionTask, _ text: String, input: Int, output: Int) throws {
        guard let method = kernels.convolution(task.shape, images: 1, nil) else {
            throw TensorError("there is no way to work out \(text)")
        }
        let packed = try Tensor(uninitialized: [method.packedSize])
        task.weight.withUnsafeBufferPointer { weight in
            guard let weight = weight.baseAddress else { return }
            for part in 0..<method.packParts { method.pack(weight, into: packed.floats, part: part) }
        }
        (self.method, self.packed, self.task) = (method, packed, task)
        super.init(
            text, inputs: [input], output: output,
            outputSize: task.repeats * task.shape.outChannels * task.shape.outPixels,
            cost: task.repeats * task.shape.outChannels * task.shape.taps * task.shape.outPixels)
    }

    override func run(
        _ inputs: UnsafePointer<UnsafeMutablePointer<Float>>, _ output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>, images: Int
    ) {
        let s = task.shape
        let (inSize, outSize) = (s.inChannels * s.height * s.width, s.outChannels * s.outPixels)
        task.bias.withUnsafeBufferPointer { bias in
            for image in 0..<images * task.repeats {
                for part in 0..<method.parts {
                    method.run(
                        inputs[0] + image * inSize, packed: packed.floats, bias: bias.baseAddress,
                        output: output + image * outSize, part: part)
                }
            }
        }
        guard task.isRectified else { return }
        for i in 0..<images * outputSize where output[i] < 0 { output[i] = 0 }
    }
}
