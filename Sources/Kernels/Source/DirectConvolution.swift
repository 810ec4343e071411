import KernelInterface

/// A convolution whose pixels are read in vectors straight from the input.
struct DirectConvolution: ConvolutionMethod {
    let shape: Convolution
    let images: ImageParts
    private let runs: PixelRuns
    private let outGroup: Int
    private let groupSize: Int

    /// - Returns: nil where no vectors of pixels can be read from the input.
    init?(_ shape: Convolution, _ images: Int) {
        guard let runs = PixelRuns(shape) else { return nil }
        self.shape = shape
        self.images = ImageParts(images)
        self.runs = runs
        outGroup = shape.outChannels / shape.groups
        groupSize = packedSizeOfA(rows: outGroup, k: shape.taps)
    }

    var packedSize: Int { groupSize * shape.groups }
    var packParts: Int { shape.groups }
    var parts: Int { images.count }

    func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part: Int) {
        packA(
            rows: outGroup, k: shape.taps, a: weight + part * outGroup * shape.taps, row: shape.taps, column: 1,
            into: packed + part * groupSize)
    }

    func run(
        _ input: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        output: UnsafeMutablePointer<Float>, part: Int
    ) {
        let s = shape
        let frame = Frame(s)
        let (taps, pixels, inGroup) = (s.taps, s.outPixels, s.inChannels / s.groups)
        withUnsafeTemporaryAllocation(of: Int.self, capacity: taps + 2 * runs.count) { places in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: frame.size(s)) { framed in
                guard let offsets = places.baseAddress, let framed = framed.baseAddress else { return }
                let (starts, ends) = (offsets + taps, offsets + taps + runs.count)
                frame.writeOffsets(s, to: offsets)
                for run in 0..<runs.count {
                    let (y, x) = (run / runs.aRow, min(run % runs.aRow * runs.lanes, s.outWidth - runs.lanes))
                    starts[run] = y * s.rows.stride * frame.rowSize + x
                    ends[run] = y * s.outWidth + x
                }
                framed.update(repeating: 0, count: frame.size(s))
                for image in images[part] {
                    for group in 0..<s.groups {
                        let input = input + (image * s.inChannels + group * inGroup) * s.height * s.width
                        convolveTiles(
                            channels: outGroup, taps: taps, weight: packed + group * groupSize,
                            bias: bias.map { $0 + group * outGroup }, offsets: offsets, starts: starts, ends: ends,
                            runs: runs.count, areHalves: runs.areHalves, input: frame.place(s, input, in: framed),
                            output: output + (image * s.outChannels + group * outGroup) * pixels, outRow: pixels)
                    }
                }
            }
        }
    }
}
