import Kernels
import Tensors
import Tracing

/// A convolution of the whole batch by one of the methods that operators use, with the weight packed once.
final class BatchConvolution {
    /// What it does, as the plan prints it.
    let text: String
    let input: Int, output: Int
    private let task: ConvolutionTask

    init(_ task: ConvolutionTask, _ text: String, input: Int, output: Int) {
        (self.task, self.text, self.input, self.output) = (task, text, input, output)
    }

    /// The method for so many images, with its packed weight.
    ///
    /// - Parameter others: what was made for other numbers of images, whose packed weight may serve here too.
    /// - Throws: `TensorError` where there is no memory for the packed weight.
    func bound(to images: Int, _ others: [Bound]) throws -> Bound {
        let count = images * task.repeats
        guard let method = kernels.convolution(task.shape, images: count, nil) else {
            throw TensorError("there is no way to work out \(text)")
        }
        let packed = try Tensor(uninitialized: [method.packedSize])
        let to = packed.floats
        task.weight.withUnsafeBufferPointer { weight in
            guard let weight = weight.baseAddress else { return }
            ThreadPool.shared.run(method.packParts) { method.pack(weight, into: to, part: $0) }
        }
        let twin = others.first { $0.method.kind == method.kind && $0.packed.isIdentical(to: packed) }
        return Bound(task: task, images: count, method: method, packed: twin?.packed ?? packed)
    }

    struct Bound {
        fileprivate let task: ConvolutionTask
        fileprivate let images: Int
        fileprivate let method: any ConvolutionMethod
        fileprivate let packed: Tensor

        func run(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) {
            let weight = packed.floats
            task.bias.withUnsafeBufferPointer { bias in
                let bias = bias.baseAddress
                ThreadPool.shared.run(method.parts) { part in
                    method.run(input, packed: weight, bias: bias, output: output, part: part)
                }
            }
            extendLifetime(packed)
            guard task.isRectified else { return }
            let size = task.shape.outChannels * task.shape.outPixels
            let parts = ImageParts(images)
            ThreadPool.shared.run(parts.count) { part in
                // What is no number stays one.
                let images = parts[part]
                let results = UnsafeMutableBufferPointer(
                    start: output + images.lowerBound * size, count: images.count * size)
                for i in results.indices { results[i] = results[i] < 0 ? 0 : results[i] }
            }
        }
    }
}

extension ConvolutionTask {
    /// Multiplications of an image beyond which threads should share one, and below which what an image needs fits into
    /// the nearest cache.
    private static let large = 8 << 20, small = 1 << 20
    /// Input channels whose planes do not fit into the nearest cache together.
    private static let manyChannels = 128
    /// Floats that columns may take in the room beside the images.
    private static let mostRoom = Double(1 << 22)

    /// Whether the operators' methods, which see the whole batch, are better than passing images one by one through this and
    /// what follows. They need not be where an image is small, for what follows then finds it in the cache, nor where they
    /// would do the same. (Measured on Zen 5 over some fifty shapes.)
    var prefersBatch: Bool {
        if shape.groups > 1 || shape.inChannels >= Self.manyChannels { return true }
        let rows = Double(shape.rows.stride) + Double(shape.rows.dilation) * Double(shape.rows.size) + 2
        let room = Double(shape.columns.size + 1) * Double(shape.inChannels) * Double(shape.outWidth) * rows
        if room > Self.mostRoom || shape.rows.stride > 1024 || shape.columns.stride > 1024 { return true }
        let cost = shape.outChannels * shape.taps * shape.outPixels
        if cost < Self.small { return false }
        // As many images as make the choice that of a batch.
        return cost >= Self.large || kernels.convolution(shape, images: 64, nil)?.kind != .direct
    }
}
