import KernelInterface

/// The gradient of the weight of a convolution with 3 × 3 taps by minimal filtering (Lavin and Gray, 2016): what the
/// tiles see and their gradients are transformed, multiplied with one another and added up over all tiles, one matrix
/// product for each of the 16 places, and the sums transformed back once.
///
/// A part that meets a value that is not finite, or very large, is multiplied out.
struct WinogradWeightGradient: WeightGradientMethod {
    let shape: Convolution
    let tiles: WinogradTiles
    /// Blocks of tiles that a part adds up; ranges of blocks.
    private let blocksAPart: Int, ranges: Int
    /// Output channels of a part, whole vectors; how many parts they are divided among.
    private let outputs: Int, outputParts: Int
    /// A part's sums of a place: rows, one an output channel, and the floats of each, one an input channel.
    private let sumRows: Int, rowSize: Int

    init?(_ shape: Convolution, _ images: Int) {
        let (inputChannels, outputChannels) = (shape.inChannels, shape.outChannels)
        // A block's transformed inputs and gradients are to stay in the second cache, but the longer the block is, the
        // less often are the sums read and written.
        let most = max(48, min(128, 16384 / max(1, inputChannels + min(128, outputChannels))))
        guard let tiles = WinogradTiles(shape, images: images, most: most) else { return nil }
        self.shape = shape
        self.tiles = tiles
        outputParts = (outputChannels + 127) / 128
        outputs = ((outputChannels + outputParts - 1) / outputParts + lanes - 1) / lanes * lanes
        sumRows = (outputs + 5) / 6 * 6
        rowSize = (inputChannels + 2 * lanes - 1) / (2 * lanes) * 2 * lanes
        // Adding up the parts' sums is little work where each has 256 tiles, and all take at most 16 MB, or what one
        // takes.
        let mostRanges = max(1, min(16, tiles.count / 256, (4 << 20) / (16 * rowSize * sumRows * outputParts)))
        blocksAPart = (tiles.blocks + mostRanges - 1) / mostRanges
        ranges = (tiles.blocks + blocksAPart - 1) / blocksAPart
    }

    /// Floats from one of the sixteen places to the next. They are a vector more than the sums, so that the places do not
    /// fall into the same sets of the cache; the first says whether the sums are plain: nine places, one a tap.
    private var sumPart: Int { sumRows * rowSize + lanes }
    var sumsSize: Int { 16 * sumPart }
    var parts: Int { ranges * outputParts }
    var finishParts: Int { (shape.outChannels + 15) / 16 }

    func run(
        _ gradient: UnsafePointer<Float>, input: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>, part: Int
    ) {
        let (range, first) = (part / outputParts, part % outputParts * outputs)
        let blocks = range * blocksAPart..<min(tiles.blocks, (range + 1) * blocksAPart)
        let channels = first..<min(shape.outChannels, first + outputs)
        let isPlain = !addTransformed(blocks, gradient, channels: channels, input: input, to: sums)
        if isPlain {
            tiles.addPlainly(
                blocks, gradient, channels: channels, input: input, to: sums, row: rowSize, part: sumPart)
        }
        sums[sumRows * rowSize] = isPlain ? 1 : 0
    }

    /// - Returns: false where a value is not finite or very large.
    private func addTransformed(
        _ blocks: Range<Int>, _ gradient: UnsafePointer<Float>, channels: Range<Int>, input: UnsafePointer<Float>,
        to sums: UnsafeMutablePointer<Float>
    ) -> Bool {
        // A vector more, so that the places do not fall into the same sets of the cache.
        let seenPart = tiles.size * rowSize + lanes
        // An odd number of vectors, for the same reason, with room for all rows of sums.
        let spreadRow = ((sumRows + lanes - 1) / lanes | 1) * lanes
        let spreadPart = tiles.size * spreadRow + lanes
        var isFinite = true
        withUnsafeTemporaryAllocation(
            byteCount: 64 * (seenPart + spreadPart) + PixelFrame.Space.bytes(pixels: tiles.framePixels), alignment: 64
        ) { memory in
            guard let start = memory.baseAddress else { return }
            let seen = start.bindMemory(to: Float.self, capacity: 16 * (seenPart + spreadPart))
            let spread = seen + 16 * seenPart
            let space = PixelFrame.Space(start + 64 * (seenPart + spreadPart), pixels: tiles.framePixels)
            for block in blocks where isFinite {
                var excess = Vector.zero
                let count = tiles.forEachRegion(of: block) { region in
                    excess += tiles.transformInput(region, input, to: seen, size: tiles.size, part: seenPart, space)
                    excess += tiles.transformGradient(
                        region, gradient, channels: channels, to: spread, row: spreadRow, part: spreadPart, space)
                }
                isFinite = !excess.sum().isNaN
                for place in 0..<16 where isFinite {
                    for c in stride(from: 0, to: rowSize, by: 2 * lanes) {
                        multiplyTransposed(
                            rows: (channels.count + 5) / 6 * 6, k: count, a: spread + place * spreadPart,
                            aRow: spreadRow, b: seen + place * seenPart + c * tiles.size, bBlock: tiles.size * lanes,
                            c: sums + place * sumPart + c, cRow: rowSize, accumulating: block > blocks.lowerBound)
                    }
                }
            }
        }
        return isFinite
    }

    func finish(_ sums: UnsafeMutablePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, part: Int) {
        let inputs = shape.inChannels
        withUnsafeTemporaryAllocation(byteCount: 4 * 10 * lanes, alignment: 64) { memory in
            guard let start = memory.baseAddress else { return }
            let taps = start.bindMemory(to: Float.self, capacity: 9 * lanes)
            let places = (start + 36 * lanes).bindMemory(to: Int32.self, capacity: lanes)
            for lane in 0..<lanes { places[lane] = Int32(9 * lane) }
            for o in 16 * part..<min(shape.outChannels, 16 * part + 16) {
                for c in stride(from: 0, to: inputs, by: lanes) {
                    for range in 0..<ranges {
                        let sums = sums + (range * outputParts + o / outputs) * sumsSize
                        let from = sums + o % outputs * rowSize + c
                        if sums[sumRows * rowSize] != 0 {
                            for tap in 0..<9 {
                                let to = taps + tap * lanes
                                store(load(from + tap * sumPart) + (range > 0 ? load(to) : .zero), to)
                            }
                        } else {
                            addTaps(from, part: sumPart, to: taps, accumulating: range > 0)
                        }
                    }
                    let to = weightGradient + (o * inputs + c) * 9
                    func tap(_ i: Int) -> Vector { load(taps + i * lanes) }
                    if inputs - c >= lanes {
                        putQuads(tap(0), tap(1), tap(2), tap(3), to: to, places: places)
                        putQuads(tap(4), tap(5), tap(6), tap(7), to: to + 4, places: places)
                        for lane in 0..<lanes { to[9 * lane + 8] = taps[8 * lanes + lane] }
                    } else {
                        for lane in 0..<inputs - c {
                            for tap in 0..<9 { to[9 * lane + tap] = taps[tap * lanes + lane] }
                        }
                    }
                }
            }
        }
    }
}
