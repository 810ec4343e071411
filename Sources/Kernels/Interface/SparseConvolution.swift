/// An output gradient `[images, channels, pixels]` of which most elements are exactly 0, and where the others are.
public struct SparseGradient: @unchecked Sendable {
    /// So many values for each plane, of all its pixels or only of some.
    public let values: UnsafePointer<Float>
    public let valuesAPlane: Int
    /// The place of each pixel's value among those of its plane; where there are as many values, they are the pixels' in
    /// their order.
    public let places: UnsafePointer<Int32>
    /// A bit for each element that is not 0; each plane begins with a word: `[images, channels, words]`.
    public let bits: UnsafePointer<UInt64>

    public init(
        values: UnsafePointer<Float>, valuesAPlane: Int, places: UnsafePointer<Int32>, bits: UnsafePointer<UInt64>
    ) {
        (self.values, self.valuesAPlane, self.places, self.bits) = (values, valuesAPlane, places, bits)
    }
}

/// The gradient of a convolution's input from a sparse gradient of its output. A product with a zero that is not
/// multiplied must be zero, so what packing finds not to be finite is of no use here.
public protocol SparseInputGradientMethod: Sendable {
    /// About what it costs where so many elements are not zero: cycles of a processor.
    func cost(nonzeros: Int) -> Double
    /// Floats that the packed weight takes.
    var packedSize: Int { get }
    /// Parts that packing has.
    var packParts: Int { get }
    /// Packs one part of the weight. - Returns: whether all of it is finite.
    func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part: Int) -> Bool
    /// Parts that the work has.
    var parts: Int { get }
    /// Works out one part of the input's gradient.
    func run(
        _ gradient: SparseGradient, packed: UnsafePointer<Float>, output inputGradient: UnsafeMutablePointer<Float>,
        part: Int)
}

/// The gradient of a convolution's weight from a sparse gradient of its output.
public protocol SparseWeightGradientMethod: Sendable {
    /// Floats that the input takes which all parts pack, each what it sees.
    var packedSize: Int { get }
    /// Floats of one part's sums.
    var sumsSize: Int { get }
    /// Parts that the work has; none where there are no images.
    var parts: Int { get }
    /// Writes one part's sums. - Returns: false where it found input that is not finite.
    func run(
        _ gradient: SparseGradient, input: UnsafePointer<Float>, packed: UnsafeMutablePointer<Float>,
        sums: UnsafeMutablePointer<Float>, part: Int
    ) -> Bool
    /// Parts that adding up the sums has.
    var finishParts: Int { get }
    /// Adds up the sums of all parts, which lie one behind the other, and writes one part of the gradient.
    func finish(_ sums: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, part: Int)
}
