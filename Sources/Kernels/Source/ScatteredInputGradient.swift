import KernelInterface

/// The gradient of a convolution's input: the transposed weight times the gradient of the output gives what each tap gets at
/// each pixel, which is added up where the taps saw their inputs. Some channels at a time, of some images or of some rows of
/// one, so that the products stay in the cache.
struct ScatteredInputGradient: ConvolutionMethod {
    let shape: Convolution
    private let images: ImageParts
    private let inGroup: Int, outGroup: Int
    /// Taps of one channel.
    private let taps: Int
    /// Input channels that are worked on at a time, and how often there are as many in a group.
    private let chunk: Int, chunks: Int
    /// The chunks of all groups, divided into parts.
    private let chunkParts: ImageParts
    /// Output channels that are multiplied at a time.
    private let depth: Int
    /// Images, and output rows of each, that are worked on at a time.
    private let blockImages: Int, blockRows: Int

    init(_ shape: Convolution, _ images: Int) {
        self.shape = shape
        self.images = ImageParts(images)
        inGroup = shape.inChannels / shape.groups
        outGroup = shape.outChannels / shape.groups
        taps = shape.rows.size * shape.columns.size
        chunk = evenBlock(inGroup, max(1, 128 / taps), of: 1)
        chunks = (inGroup + chunk - 1) / chunk
        chunkParts = ImageParts(
            chunks * shape.groups, most: max(1, (8 + self.images.count - 1) / max(1, self.images.count)))
        depth = evenBlock(outGroup, 192, of: 1)
        // The products of a block are read soon after they are written.
        let pixels = min(512, (1 << 14) / max(1, chunk * taps))
        blockRows = evenBlock(shape.outHeight, max(1, pixels / max(1, shape.outWidth)), of: 1)
        blockImages = blockRows < shape.outHeight ? 1 : max(1, min(self.images.size, pixels / max(1, shape.outPixels)))
    }

    private var chunkSize: Int { packedSizeOfA(rows: chunk * taps, k: outGroup) }
    var kind: ConvolutionKind { .scattered }
    var packedSize: Int { chunkSize * packParts }
    var packParts: Int { chunks * shape.groups }
    var parts: Int { images.count * chunkParts.count }

    /// The channels of a chunk in its group.
    private func channels(_ index: Int) -> Range<Int> {
        let first = index % chunks * chunk
        return first..<min(inGroup, first + chunk)
    }

    func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part: Int) {
        let some = channels(part)
        let weight = weight + (part / chunks * outGroup * shape.taps + some.lowerBound * taps)
        let (packed, rows) = (packed + part * chunkSize, some.count * taps)
        for o in stride(from: 0, to: outGroup, by: depth) {
            packA(
                rows: rows, k: min(depth, outGroup - o), a: weight + o * shape.taps, row: 1, column: shape.taps,
                into: packed + packedSizeOfA(rows: rows, k: o))
        }
    }

    func run(
        _ gradient: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        output inputGradient: UnsafeMutablePointer<Float>, part: Int
    ) {
        let s = shape
        let frame = FoldFrame(s)
        let row = (blockImages * blockRows * s.outWidth + lanes - 1) / lanes * lanes
        let panelsSize = wholeLines(packedSizeOfB(k: depth, columns: row))
        let rowBlocks = max(1, (s.outHeight + blockRows - 1) / blockRows)
        // The frames of a chunk where its image comes in several blocks, or one after the other.
        let frames = rowBlocks > 1 ? chunk : 1
        let matrixSize = wholeLines(chunk * taps * row)
        withFloats(panelsSize + matrixSize + frames * frame.size) { panels in
            let (matrix, framed) = (panels + panelsSize, panels + panelsSize + matrixSize)
            let own = images[part / chunkParts.count]
            for image in stride(from: own.lowerBound, to: own.upperBound, by: blockImages) {
                let some = image..<min(own.upperBound, image + blockImages)
                for index in chunkParts[part % chunkParts.count] {
                    let channels = channels(index)
                    for block in 0..<rowBlocks {
                        let rows = block * blockRows..<min(s.outHeight, (block + 1) * blockRows)
                        multiply(
                            gradient, group: index / chunks, some, rows, packed: packed + index * chunkSize,
                            taps: channels.count * taps, panels: panels, to: matrix, row: row)
                        for (i, image) in some.enumerated() {
                            for (j, channel) in channels.enumerated() {
                                let framed = framed + (rowBlocks > 1 ? j * frame.size : 0)
                                if block == 0 { framed.update(repeating: 0, count: frame.size) }
                                frame.add(
                                    matrix + (j * taps * row + i * rows.count * s.outWidth), row: row, rows: rows,
                                    to: framed)
                                if block == rowBlocks - 1 {
                                    let plane = image * s.inChannels + index / chunks * inGroup + channel
                                    frame.copy(framed, to: inputGradient + plane * s.height * s.width)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// What each tap of some channels gets at each pixel of some rows of some images.
    private func multiply(
        _ gradient: UnsafePointer<Float>, group: Int, _ images: Range<Int>, _ rows: Range<Int>,
        packed: UnsafePointer<Float>, taps: Int, panels: UnsafeMutablePointer<Float>,
        to matrix: UnsafeMutablePointer<Float>, row: Int
    ) {
        let (pixels, count) = (shape.outPixels, rows.count * shape.outWidth)
        let columns = images.count * count
        for o in stride(from: 0, to: outGroup, by: depth) {
            let k = min(depth, outGroup - o)
            for (i, image) in images.enumerated() {
                let channel = image * shape.outChannels + group * outGroup + o
                packColumns(
                    k: k, count: count, gradient + (channel * pixels + rows.lowerBound * shape.outWidth), row: pixels,
                    into: panels, at: i * count)
            }
            multiplyPanels(
                m: taps, n: columns, k: k, packedA: packed + packedSizeOfA(rows: taps, k: o), b: panels,
                bRow: tileColumns, bPanel: tileColumns * k, c: matrix, cRow: row, accumulating: o > 0)
        }
        if outGroup == 0 { matrix.update(repeating: 0, count: taps * row) }
    }

    /// Copies `count` columns of a matrix of `k` rows into panels, from a column on.
    private func packColumns(
        k: Int, count: Int, _ from: UnsafePointer<Float>, row: Int, into panels: UnsafeMutablePointer<Float>,
        at first: Int
    ) {
        for p in 0..<k {
            var (from, column) = (from + p * row, first)
            while column < first + count {
                let place = column % tileColumns
                let some = min(tileColumns - place, first + count - column)
                copyRow(some, from: from, to: panels + ((column - place) * k + p * tileColumns + place))
                from += some
                column += some
            }
        }
    }
}
