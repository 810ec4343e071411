import KernelInterface

/// A convolution whose pixels are read in vectors straight from the input: some rows of one image, and some input channels
/// after the other, whose rows stay in the cache. Sums are kept in a scratch until the last channels' are added.
struct DirectConvolution: ConvolutionMethod {
    let shape: Convolution
    private let weight: WeightLayout
    private let runs: PixelRuns
    /// Output rows of an image that are worked on at a time.
    private let rows: Int
    /// Such blocks of rows that an image has.
    private let aImage: Int
    private let items: ImageParts

    /// - Parameter isReversed: whether this is the gradient of an input as `Convolution.reversed` has it.
    /// - Returns: nil where no vectors of pixels can be read from the input.
    init?(_ shape: Convolution, _ images: Int, isReversed: Bool = false, alone: Bool = false) {
        let shape = shape.flattened
        guard let runs = PixelRuns(shape) else { return nil }
        self.shape = shape
        self.runs = runs
        weight = WeightLayout(shape, isReversed: isReversed)
        // Frame and scratch take half of a second-level cache; and there are several parts where there are few images.
        let row = Frame(shape, outRows: 1).size(channels: weight.depth) / max(1, shape.rows.size) * shape.rows.stride
        let scratch = weight.depths > 1 ? runs.count(rows: 1) * runs.length * weight.rows : 0
        let most = max(1, min((1 << 16) / max(1, row) - shape.rows.size, (1 << 16) / max(1, scratch)))
        let fewest = alone ? 1 : max(1, (8 + max(1, images) - 1) / max(1, images))
        rows = evenBlock(shape.outHeight, max(1, min(most, (shape.outHeight + fewest - 1) / fewest)), of: 1)
        aImage = (shape.outHeight + rows - 1) / rows
        items = ImageParts(images * aImage, most: alone ? 1 : 32)
    }

    var kind: ConvolutionKind { .direct }
    var packedSize: Int { weight.packedSize }
    var packParts: Int { weight.parts }
    var parts: Int { items.count }

    func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part: Int) {
        self.weight.pack(weight, into: packed, part: part)
    }

    func run(
        _ input: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        output: UnsafeMutablePointer<Float>, part: Int
    ) {
        let s = shape
        let frame = Frame(s, outRows: rows)
        let (plane, pixels, outGroup) = (s.height * s.width, s.outPixels, weight.rows)
        let (taps, runCount) = (weight.depth * weight.taps, runs.count(rows: rows))
        let frameSize = frame.size(channels: weight.depth)
        let scratchSize = weight.depths > 1 ? wholeLines((runCount + 1) * runs.length * outGroup) : 0
        withUnsafeTemporaryAllocation(of: Int.self, capacity: taps + runCount * PixelPlaces.size) { space in
            withFloats(scratchSize + frameSize) { scratch in
                guard let offsets = space.baseAddress else { return }
                let framed = scratch + scratchSize
                frame.writeOffsets(s, channels: weight.depth, to: offsets)
                var places = PixelPlaces(offsets + taps, runs, rows: rows, width: s.outWidth, frame)
                framed.update(repeating: 0, count: frameSize)
                for item in items[part] {
                    let (image, first) = (item / aImage, item % aImage * rows)
                    let outRows = min(rows, s.outHeight - first)
                    if outRows != places.rows {
                        places = PixelPlaces(offsets + taps, runs, rows: outRows, width: s.outWidth, frame)
                    }
                    for group in 0..<s.groups {
                        for block in 0..<weight.depths {
                            let some = weight.channels(block)
                            let channel = image * s.inChannels + group * weight.channels + some.lowerBound
                            let source = frame.fill(
                                s, channels: some.count, input + channel * plane, first: first, outRows: outRows,
                                in: framed)
                            PixelTiles(
                                channels: outGroup, taps: some.count * weight.taps,
                                weight: packed + weight.place(group: group, block: block),
                                bias: bias.map { $0 + group * outGroup }, offsets: offsets, places: places,
                                input: source,
                                output: output
                                    + ((image * s.outChannels + group * outGroup) * pixels + first * s.outWidth),
                                outRow: pixels, scratch: scratch, isFirst: block == 0,
                                isLast: block == weight.depths - 1
                            ).run()
                        }
                    }
                }
            }
        }
    }
}
