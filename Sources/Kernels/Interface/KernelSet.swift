/// The hot loops, compiled for one instruction set. All run on the calling thread and touch only the ranges they
/// are given; splitting work among threads is the caller's part.
///
/// Arrays are dense in row-major order and never alias unless a function says so. Arrays without a type in the
/// signature hold elements of the type that `type` or `size` names.
public protocol KernelSet: Sendable {
    /// The instruction set: "x86-64-v3".
    var name: String { get }

    /// Runs a program over a range of the outputs' elements.
    func pointwise(_ call: PointwiseCall, _ range: Range<Int>)

    // MARK: Matrices and images

    func gemm(_ g: Gemm<Float>, _ inParallel: ParallelLoop)
    func gemm(_ g: Gemm<Double>, _ inParallel: ParallelLoop)
    /// A convolution of `images` images.
    ///
    /// - Parameters:
    ///   - kind: the method; nil for the fastest.
    ///   - alone: whether one thread works it out, so that many parts are of no use.
    /// - Returns: nil where the method does not fit the shape.
    func convolution(
        _ shape: Convolution, images: Int, _ kind: ConvolutionKind?, alone: Bool
    ) -> (any ConvolutionMethod)?
    /// The gradient of its input, from the gradient of its output.
    func convolutionInputGradient(
        _ shape: Convolution, images: Int, _ kind: ConvolutionKind?
    ) -> (any ConvolutionMethod)?
    /// The gradient of its weight, from the gradient of its output and the input.
    func convolutionWeightGradient(
        _ shape: Convolution, images: Int, _ kind: WeightGradientKind?
    ) -> (any WeightGradientMethod)?
    /// Where planes of `pixels` elements are not 0: a bit for each element, those of a plane from a word on; and the sum of
    /// each plane.
    ///
    /// - Returns: how many are not, and whether the sums are finite.
    func nonzeros(
        _ x: UnsafePointer<Float>, pixels: Int, bits: UnsafeMutablePointer<UInt64>, sums: UnsafeMutablePointer<Float>,
        _ planes: Range<Int>
    ) -> (count: Int, isFinite: Bool)
    /// Likewise where the gradients of the maxima of windows that do not overlap go.
    ///
    /// - Parameters:
    ///   - mask: an element for each window; where it is 0 or less, the gradient is not.
    ///   - count: planes in all.
    /// - Returns: how many are not 0, and whether the sums are finite and all have a place.
    func nonzeroMaxima(
        _ shape: Pooling, _ gradient: UnsafePointer<Float>, mask: UnsafePointer<Float>?, indices: UnsafePointer<Int32>,
        bits: UnsafeMutablePointer<UInt64>, sums: UnsafeMutablePointer<Float>, _ planes: Range<Int>, of count: Int
    ) -> (count: Int, isFinite: Bool)
    /// The gradient of a convolution's input from a gradient of its output that is mostly zeros.
    ///
    /// - Parameter nonzeros: elements that are not 0; nil for the method even where it does not pay.
    /// - Returns: nil where the method does not fit the shape, or all products are sooner multiplied.
    func sparseInputGradient(
        _ shape: Convolution, images: Int, nonzeros: Int?
    ) -> (any SparseInputGradientMethod)?
    /// All methods for it that fit the shape.
    func sparseInputGradients(_ shape: Convolution, images: Int) -> [any SparseInputGradientMethod]
    /// Likewise the gradient of its weight.
    func sparseWeightGradient(
        _ shape: Convolution, images: Int, nonzeros: Int?
    ) -> (any SparseWeightGradientMethod)?
    /// Likewise of windows of two by two whose maxima's corners `codedMaxima` gave.
    ///
    /// - Parameter rectified: whether maxima that it made 0 have no gradient.
    func nonzeroMaxima(
        _ shape: Pooling, _ gradient: UnsafePointer<Float>, mask: UnsafePointer<Float>?, codes: UnsafePointer<UInt8>,
        rectified: Bool, bits: UnsafeMutablePointer<UInt64>, sums: UnsafeMutablePointer<Float>, _ planes: Range<Int>,
        of count: Int
    ) -> (count: Int, isFinite: Bool)
    /// Images seen through a window: for each, the matrix `[channels · taps, places]` of what every tap sees, 0 outside.
    func unfold(
        _ type: ComputeType, _ shape: Convolution, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
        _ images: Range<Int>)
    /// The other way round: what the taps saw is added up where they saw it.
    func fold(
        _ type: ComputeType, _ shape: Convolution, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
        _ images: Range<Int>)
    /// The largest element of each window and where in its plane it stood: the first of equals, a NaN before all; -1
    /// where the window had no element.
    func maxPool(
        _ type: ComputeType, _ shape: Pooling, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
        indices: UnsafeMutablePointer<Int32>, _ planes: Range<Int>)
    /// The maxima of windows of two by two, and a code for each that says where it stood: its corner, row by row, and 4 more
    /// where `rectified` had it made 0.
    ///
    /// - Parameters:
    ///   - rectified: whether maxima below 0 become 0.
    ///   - x: 32 floats behind its last plane can be read.
    func codedMaxima(
        _ shape: Pooling, rectified: Bool, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
        codes: UnsafeMutablePointer<UInt8>, planes: Int)
    /// Gradients put where the maxima stood, 0 elsewhere; of Float or Double.
    func maxPoolBackward(
        _ type: ComputeType, _ shape: Pooling, _ gradient: UnsafeRawPointer, indices: UnsafePointer<Int32>,
        _ dx: UnsafeMutableRawPointer, _ planes: Range<Int>)
    /// The mean of each window.
    func averagePool(
        _ type: ComputeType, _ shape: Pooling, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
        _ planes: Range<Int>)
    /// Gradients shared among the windows' elements; of Float or Double.
    func averagePoolBackward(
        _ type: ComputeType, _ shape: Pooling, _ gradient: UnsafeRawPointer, _ dx: UnsafeMutableRawPointer,
        _ planes: Range<Int>)

    // MARK: What compiled plans run

    /// Output of some images, and what follows the convolution.
    ///
    /// - Parameter scratch: room for `scratchSize` floats.
    func convolve(
        _ convolution: PackedConvolution, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>, images: Int)
    /// Output of some rows, and what follows the layer.
    func multiply(
        _ linear: PackedLinear, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, rows: Int)

    // MARK: Normalisation

    /// For each place of the slices' middle dimension, in a range of it, the mean of all its elements and the mean of
    /// their squared distances from that.
    func moments(
        _ type: ComputeType, _ slices: Slices, _ x: UnsafeRawPointer, mean: UnsafeMutableRawPointer,
        variance: UnsafeMutableRawPointer, _ range: Range<Int>)
    /// Likewise the sum of all elements of `g`, and that of their products with those of `x`, less their centre, 0 where
    /// there is none.
    func sumsAndProducts(
        _ type: ComputeType, _ slices: Slices, _ g: UnsafeRawPointer, _ x: UnsafeRawPointer, centre: UnsafeRawPointer?,
        sums: UnsafeMutableRawPointer, products: UnsafeMutableRawPointer, _ range: Range<Int>)

    /// `y = (x - mean)·scale + shift`, with numbers for each place of the middle dimension; ranges count rows of the inner.
    func normalize(
        _ type: ComputeType, _ slices: Slices, _ x: UnsafeRawPointer, mean: UnsafeRawPointer, scale: UnsafeRawPointer,
        shift: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, _ rows: Range<Int>)
    /// Likewise `dx = (g - less - (x - mean)·slope)·scale`.
    func normalizeBackward(
        _ type: ComputeType, _ slices: Slices, _ g: UnsafeRawPointer, _ x: UnsafeRawPointer, mean: UnsafeRawPointer,
        scale: UnsafeRawPointer, less: UnsafeRawPointer, slope: UnsafeRawPointer, _ dx: UnsafeMutableRawPointer,
        _ rows: Range<Int>)

    // MARK: Slices

    /// The sum of `count` values, in blocks that depend on `count` alone.
    func sum(_ count: Int, _ x: UnsafePointer<Float>) -> Float
    /// One value `[outer, inner]` for each slice; 0, 1 or the extreme of the type where a slice is empty.
    func reduce(
        _ reduction: SliceReduction, _ type: ComputeType, _ slices: Slices, _ x: UnsafeRawPointer,
        _ y: UnsafeMutableRawPointer)
    /// The place `[outer, inner]` of each slice's extreme: the first of equals, a NaN before all.
    func argExtreme(
        _ reduction: SliceReduction, _ type: ComputeType, _ slices: Slices, _ x: UnsafeRawPointer,
        _ indices: UnsafeMutablePointer<Int64>)
    /// Running sums, products or, of floating-point numbers, `logSumExp` along each slice.
    func accumulate(
        _ reduction: SliceReduction, _ type: ComputeType, _ slices: Slices, _ x: UnsafeRawPointer,
        _ y: UnsafeMutableRawPointer)
    /// The place of the extreme so far at each place of each slice: the last of equals, a NaN before all.
    func runningExtreme(
        _ reduction: SliceReduction, _ type: ComputeType, _ slices: Slices, _ x: UnsafeRawPointer,
        _ indices: UnsafeMutablePointer<Int64>)
    /// The places of each slice's elements in their order; equal ones stay in theirs, a NaN is the largest.
    func argsort(
        descending: Bool, _ type: ComputeType, _ slices: Slices, _ x: UnsafeRawPointer,
        _ indices: UnsafeMutablePointer<Int64>)
    /// Where each key would be put into a sorted row of `count` elements: before equal ones, or behind them.
    func search(
        right: Bool, _ type: ComputeType, _ count: Int, _ row: UnsafeRawPointer, _ keyCount: Int,
        _ keys: UnsafeRawPointer, _ places: UnsafeMutablePointer<Int64>)
    /// `exp(x) / Σ exp(x)`, or its logarithm, along the slices of a range of `outer`.
    func softmax(
        log: Bool, _ type: ComputeType, _ slices: Slices, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
        _ range: Range<Int>)

    // MARK: Losses, of Float or Double

    /// The sum of the targets' weights.
    ///
    /// - Returns: also the first place whose target is neither a class nor ignored.
    func weigh(_ targets: ClassTargets, _ type: ComputeType) -> (total: Double, wrong: Int?)
    /// `losses[o, i] = -weight · x[o, target, i]`, and 0 where the target is ignored. All others are classes.
    func nllLoss(
        _ type: ComputeType, _ targets: ClassTargets, _ x: UnsafeRawPointer, _ losses: UnsafeMutableRawPointer)
    /// `dx[o, target, i] = -weight · gradient[o, i] / divisor`, and 0 elsewhere; a step of 0 has one gradient for all.
    func nllLossBackward(
        _ type: ComputeType, _ targets: ClassTargets, _ gradient: UnsafeRawPointer, step: Int, divisor: Double,
        _ dx: UnsafeMutableRawPointer)

    // MARK: Moving elements

    /// Copies elements of `size` bytes: the first array's to the second's places.
    func copy(size: Int, _ rows: Rows, _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer)
    /// Copies whole rows of `inner` elements: `to[o, j] = from[o, indices[j]]`, where `from` is `[outer, length, inner]`.
    func indexSelect(
        size: Int, _ slices: Slices, _ from: UnsafeRawPointer, _ indices: UnsafeBufferPointer<Int64>,
        _ to: UnsafeMutableRawPointer)
    /// `to[p] = from[p, index[p]]`: the first array of the rows is the index, the second the source, whose dimension
    /// `dim` the index names, `stride` elements a place, the third the target.
    func gather(
        size: Int, _ rows: Rows, stride: Int, _ index: UnsafePointer<Int64>, _ from: UnsafeRawPointer,
        _ to: UnsafeMutableRawPointer)
    /// `to[p, index[p]]` takes, or is combined with, `from[p]`: index, target, source are the rows' arrays.
    func scatter(
        _ mode: ScatterMode, _ dtype: DType, _ rows: Rows, stride: Int, _ index: UnsafePointer<Int64>,
        _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer)
    /// The places of the bytes that are not 0. - Returns: how many there are; `places` may be nil for counting.
    func nonzero(_ count: Int, _ x: UnsafePointer<UInt8>, _ places: UnsafeMutablePointer<Int64>?) -> Int

    // MARK: Measuring

    /// Multiplies and adds on registers alone, in twelve independent chains, so that the units that do it are never idle:
    /// no loop can be faster.
    ///
    /// - Returns: how many operations that were; a multiplication and an addition are two.
    func multiplyAdd(rounds: Int) -> Int
}

extension KernelSet {
    /// A convolution that all threads work out.
    public func convolution(
        _ shape: Convolution, images: Int, _ kind: ConvolutionKind?
    ) -> (any ConvolutionMethod)? { convolution(shape, images: images, kind, alone: false) }
}
