/// The ways to work out a convolution or the gradient of its input.
public enum ConvolutionKind: Sendable, CaseIterable {
    /// Pixels are read in vectors from the image they are in.
    case direct
    /// Vectors hold output channels, and pixels are read one by one.
    case channels
    /// What each tap sees is written into a matrix, which is multiplied by the weight.
    case matrix
    /// Of gradients only: what each tap gets is worked out as a matrix and added up where the taps saw their inputs.
    case scattered
    /// Planes of several images lie side by side, and each tap reads vectors at one distance.
    case strips
    /// Planes are read where they are, but for the lanes that see the padding, for one channel a group.
    case planes
    /// Tiles of 2 × 2 outputs are worked out with fewer products, for 3 × 3 neighbouring taps in one group.
    case winograd
}

/// The ways to work out the gradient of a convolution's weight.
public enum WeightGradientKind: Sendable, CaseIterable {
    /// Pixels are read one by one from the image they are in, the gradient in vectors of channels.
    case direct
    /// Planes of several images lie side by side, and each tap reads vectors at one distance.
    case strips
    /// Planes are read where they are, but for the lanes that see the padding, for one channel a group.
    case planes
    /// Tiles of 2 × 2 outputs take fewer products, for 3 × 3 neighbouring taps in one group.
    case winograd
}

/// A convolution of some images, or the gradient of its input, by one of several methods. Both multiply images by a
/// weight and add up: what is here the input is there the output's gradient, and the output the input's.
///
/// The weight is packed once for all images. The parts may run at the same time; what they are depends on the shape and
/// the number of images alone, so that results do not depend on threads.
public protocol ConvolutionMethod: Sendable {
    var kind: ConvolutionKind { get }
    /// Floats that the packed weight takes.
    var packedSize: Int { get }
    /// Parts that packing has.
    var packParts: Int { get }
    /// Packs one part of the weight `[outChannels, inChannels / groups, rows, columns]`.
    func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part: Int)
    /// Parts that the work has.
    var parts: Int { get }
    /// Works out one part of the output, every element of which belongs to one part.
    ///
    /// - Parameter bias: added to each channel of the output.
    func run(
        _ input: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        output: UnsafeMutablePointer<Float>, part: Int)
}

/// The gradient of a convolution's weight, by one of several methods. Each part adds up its own sums, of all its images;
/// the parts' are then added in order.
public protocol WeightGradientMethod: Sendable {
    /// Floats of one part's sums.
    var sumsSize: Int { get }
    /// Parts that the work has; none where there are no images.
    var parts: Int { get }
    /// Writes one part's sums.
    func run(
        _ gradient: UnsafePointer<Float>, input: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>, part: Int)
    /// Parts that adding up the sums has.
    var finishParts: Int { get }
    /// Adds up the sums of all parts, which lie one behind the other and may be changed, and writes one part of the
    /// gradient.
    func finish(
        _ sums: UnsafeMutablePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, part: Int)
}

/// Images divided into at most sixteen parts, whatever the threads, for the parts decide in which order gradients are
/// added.
public struct ImageParts: Sendable {
    public let images: Int
    /// Images in each part but the last.
    public let size: Int
    public let count: Int

    /// - Parameter most: parts at the most.
    public init(_ images: Int, most: Int = 16) {
        self.images = images
        size = max(1, (images + most - 1) / most)
        count = (images + size - 1) / size
    }

    /// The images of a part.
    @inlinable
    public subscript(part: Int) -> Range<Int> { part * size..<min(images, (part + 1) * size) }
}
