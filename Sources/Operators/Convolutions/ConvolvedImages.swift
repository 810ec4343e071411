import Kernels

/// A convolution that is worked out some images at a time, so that what follows finds their output in the cache.
///
/// The weight is packed and the bias copied at once: training changes both while tensors that nobody needs any more, but
/// that Lua has not collected yet, still could be worked out.
final class ConvolvedImages {
    let shape: Convolution
    let input: Tensor
    private let weight: Tensor, packed: Tensor
    private let bias: Tensor?
    /// The method for all images; for those of a group, and of the last, which may be smaller.
    private let whole: any ConvolutionMethod
    private let group: any ConvolutionMethod, last: any ConvolutionMethod
    /// Images in each group but the last.
    private let size: Int

    /// - Returns: nil where one image is too large for that, or there are few.
    /// - Throws: `TensorError` where the memory for the packed weight cannot be had.
    init?(_ shape: Convolution, _ input: Tensor, weight: Tensor, bias: Tensor?) throws {
        let images = input.shape[0]
        let imageSize = shape.outChannels * shape.outPixels
        // Output of a group takes half of a second-level cache at the most; eight groups are shared fairly.
        size = min(8, images / 8, Self.most / max(1, imageSize))
        guard size > 0, imageSize > 0, shape.groups == 1, !weight.storage.wantsSteps,
            let whole = kernels.convolution(shape, images: images, nil),
            let group = kernels.convolution(shape, images: size, whole.kind, alone: true),
            let last = kernels.convolution(shape, images: (images - 1) % size + 1, whole.kind, alone: true),
            group.packedSize == whole.packedSize, last.packedSize == whole.packedSize
        else { return nil }
        // What looks at the same elements, however the tensor comes to look at them later.
        (self.shape, self.input, self.weight) = (shape, input.detach(), weight.detach())
        (self.whole, self.group, self.last) = (whole, group, last)
        self.bias = try bias?.detach().clone()
        packed = try whole.packed(weight)
    }

    /// Floats of a group's output.
    private static let most = 1 << 17

    var images: Int { input.shape[0] }
    /// Floats of an image's output.
    var imageSize: Int { shape.outChannels * shape.outPixels }
    var groups: Int { (images + size - 1) / size }
    func images(of part: Int) -> Range<Int> { part * size..<min(images, (part + 1) * size) }
    /// Floats of the largest group's output.
    var groupSize: Int { size * imageSize }

    /// Says that not only the last of what was worked out in one pass is looked at, so that the next time each is written.
    func isSeenInSteps() { weight.storage.wantsSteps = true }

    /// Works out all output.
    func run(into output: UnsafeMutablePointer<Float>) {
        whole.run(input, packed: packed, bias: bias, into: output)
    }

    /// Works out one group's output, on this thread.
    func run(group part: Int, into output: UnsafeMutablePointer<Float>) {
        let images = images(of: part)
        let method = images.count == size ? group : last
        let x = input.floats + images.lowerBound * shape.inChannels * shape.height * shape.width
        for part in 0..<method.parts {
            method.run(
                x, packed: packed.floats, bias: bias.map { UnsafePointer($0.floats) }, output: output, part: part)
        }
    }
}
