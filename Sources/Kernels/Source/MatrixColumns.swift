import KernelInterface

/// Some columns of the matrix of what taps see: pixels of one or several images.
struct MatrixColumns {
    /// Vectors of columns.
    let vectors: Int
    /// Vectors that do not lie in one image, whose products are staged.
    let stagedVectors: Int
    private let shape: Convolution
    private let columns: Range<Int>
    private let images: Range<Int>
    private let frame: Frame
    /// Floats of one image's frame; of the whole image where it is read in place.
    private let imageSize: Int
    /// Taps of the most channels that are written at a time.
    private let depth: Int
    /// Whether a row of pixels is copied in halves of vectors.
    private let areHalves: Bool

    /// - Parameters:
    ///   - channels: the most that are written at a time.
    ///   - columns: begin at a multiple of a vector.
    init(_ shape: Convolution, channels: Int, _ columns: Range<Int>) {
        let pixels = shape.outPixels
        self.shape = shape
        self.columns = columns
        vectors = (columns.count + lanes - 1) / lanes
        images = columns.lowerBound / pixels..<(columns.upperBound + pixels - 1) / pixels
        var staged = 0
        for vector in 0..<vectors where Self.isStaged(vector, columns, pixels) { staged += 1 }
        stagedVectors = staged
        depth = channels * shape.rows.size * shape.columns.size
        areHalves = shape.outWidth <= lanes / 2
        let most = images.reduce(1) { max($0, Self.rows(shape, columns, $1).count) }
        frame = Frame(shape, outRows: most)
        imageSize =
            frame.isInPlace ? shape.inChannels * shape.height * shape.width : frame.size(channels: channels)
    }

    /// The pixels of an image that are among the columns.
    private static func pixels(_ shape: Convolution, _ columns: Range<Int>, _ image: Int) -> Range<Int> {
        let before = image * shape.outPixels
        return max(0, columns.lowerBound - before)..<min(shape.outPixels, columns.upperBound - before)
    }

    /// The rows that they lie in.
    private static func rows(_ shape: Convolution, _ columns: Range<Int>, _ image: Int) -> Range<Int> {
        let pixels = pixels(shape, columns, image)
        return pixels.lowerBound / shape.outWidth..<(pixels.upperBound - 1) / shape.outWidth + 1
    }

    private static func isStaged(_ vector: Int, _ columns: Range<Int>, _ pixels: Int) -> Bool {
        let column = columns.lowerBound + vector * lanes
        return column % pixels + lanes > pixels || column + lanes > columns.upperBound
    }

    // MARK: The matrix

    private var panels: Int { (vectors + tileVectors - 1) / tileVectors }
    var frameSize: Int { (frame.isInPlace ? 0 : images.count * imageSize) + lanes }
    var panelsSize: Int { wholeLines(panels * tileColumns * depth + lanes) }
    /// Where taps read; behind which run of pixels each panel ends; for each run where it begins, where it goes in its
    /// panel, and its pixels.
    var placesSize: Int { depth + panels + 3 * columns.count }

    func writePlaces(_ places: UnsafeMutablePointer<Int>) {
        frame.writeOffsets(shape, channels: depth / (shape.rows.size * shape.columns.size), to: places)
        let (ends, runs) = (places + depth, places + depth + panels)
        let most = areHalves ? lanes / 2 : lanes
        var (place, count) = (0, 0)
        for image in images {
            let (pixels, top) = (Self.pixels(shape, columns, image), Self.rows(shape, columns, image).lowerBound)
            var pixel = pixels.lowerBound
            while pixel < pixels.upperBound {
                let (y, x) = (pixel / shape.outWidth, pixel % shape.outWidth)
                let length = min(
                    most, shape.outWidth - x, pixels.upperBound - pixel, tileColumns - place % tileColumns)
                let run = runs + 3 * count
                run[0] = (image - images.lowerBound) * imageSize + frame.place(frame.isInPlace ? y : y - top, x)
                run[1] = place % tileColumns
                run[2] = length
                count += 1
                ends[place / tileColumns] = count
                pixel += length
                place += length
            }
        }
    }

    /// Writes the panels for some channels of a group.
    func fill(
        _ input: UnsafePointer<Float>, channels: Range<Int>, group: Int, places: UnsafePointer<Int>,
        frame space: UnsafeMutablePointer<Float>, panels: UnsafeMutablePointer<Float>
    ) {
        let (plane, k) = (shape.height * shape.width, channels.count * shape.rows.size * shape.columns.size)
        let channel = group * (shape.inChannels / shape.groups) + channels.lowerBound
        let input = input + (images.lowerBound * shape.inChannels + channel) * plane
        var from = input
        if !frame.isInPlace {
            for image in images {
                let (i, rows) = (image - images.lowerBound, Self.rows(shape, columns, image))
                _ = frame.fill(
                    shape, channels: channels.count, input + i * shape.inChannels * plane, first: rows.lowerBound,
                    outRows: rows.count, in: space + i * imageSize)
            }
            from = UnsafePointer(space)
        }
        if frame.isInPlace {
            copyRows(k, from, places, to: panels)
        } else if areHalves {
            copyRuns(HalfVector.self, k, from, places, to: panels)
        } else {
            copyRuns(Vector.self, k, from, places, to: panels)
        }
    }

    /// Copies what each tap sees, panel by panel. Where a run is shorter than what is copied at a time, the next run or tap
    /// writes over what is too much; behind the panels there is room for it.
    @inline(__always)
    private func copyRuns<Chunk: BitwiseCopyable>(
        _: Chunk.Type, _ k: Int, _ from: UnsafePointer<Float>, _ places: UnsafePointer<Int>,
        to panels: UnsafeMutablePointer<Float>
    ) {
        let (ends, runs) = (places + depth, places + depth + self.panels)
        var (out, begin) = (panels, 0)
        for panel in 0..<self.panels {
            for tap in 0..<k {
                let from = from + places[tap]
                for i in begin..<ends[panel] {
                    let run = runs + 3 * i
                    UnsafeMutableRawPointer(out + run[1]).storeBytes(
                        of: UnsafeRawPointer(from + run[0]).loadUnaligned(as: Chunk.self), as: Chunk.self)
                }
                out += tileColumns
            }
            begin = ends[panel]
        }
    }

    /// Copies what each tap sees from the images themselves: tap by tap, for what it sees lies side by side, and no more
    /// than there is, for behind the last image nothing can be read.
    private func copyRows(
        _ k: Int, _ from: UnsafePointer<Float>, _ places: UnsafePointer<Int>, to panels: UnsafeMutablePointer<Float>
    ) {
        let (ends, runs) = (places + depth, places + depth + self.panels)
        for tap in 0..<k {
            let from = from + places[tap]
            var (out, i) = (panels + tap * tileColumns, 0)
            for panel in 0..<self.panels {
                while i < ends[panel] {
                    let run = runs + 3 * i
                    if run[2] == lanes {
                        store(load(from + run[0]), out + run[1])
                    } else {
                        copyPart(from + run[0], to: out + run[1], run[2])
                    }
                    i += 1
                }
                out += tileColumns * k
            }
        }
    }

    // MARK: The products

    /// Where a vector's products go, for the rows from an output channel on, and floats from one row to the next: into the
    /// image, or into the stage, which has `rows` rows.
    func target(
        _ vector: Int, channel: Int, rows: Int, output: UnsafeMutablePointer<Float>, stage: UnsafeMutablePointer<Float>
    ) -> (UnsafeMutablePointer<Float>, Int) {
        let pixels = shape.outPixels
        if Self.isStaged(vector, columns, pixels) {
            var slot = 0
            for other in 0..<vector where Self.isStaged(other, columns, pixels) { slot += 1 }
            return (stage + slot * rows * lanes, lanes)
        }
        let column = columns.lowerBound + vector * lanes
        return (output + ((column / pixels * shape.outChannels + channel) * pixels + column % pixels), pixels)
    }

    /// Copies what is staged into the images.
    func unstage(
        _ stage: UnsafePointer<Float>, channel: Int, rows: Int, to output: UnsafeMutablePointer<Float>
    ) {
        let pixels = shape.outPixels
        var from = stage
        for vector in 0..<vectors where Self.isStaged(vector, columns, pixels) {
            var column = columns.lowerBound + vector * lanes
            let end = min(column + lanes, columns.upperBound)
            var lane = 0
            while column < end {
                let (image, pixel) = (column / pixels, column % pixels)
                let count = min(pixels - pixel, end - column)
                let to = output + ((image * shape.outChannels + channel) * pixels + pixel)
                for row in 0..<rows {
                    for i in 0..<count { to[row * pixels + i] = from[row * lanes + lane + i] }
                }
                lane += count
                column += count
            }
            from += rows * lanes
        }
    }
}
