import KernelInterface

/// How images lie in memory with their channels last, so that what a kernel sees at one place are a few rows of whole
/// vectors: in blocks of channels `[blocks, height, width, pixelSize]` with their padding, or, where few channels would
/// leave vectors empty, with no room between pixels.
struct PatchLayout {
    /// A part of what the kernel sees that fits the registers.
    struct Patch {
        /// Rows, and floats in each.
        let rows: Int, width: Int
        /// From the place of the pixel to the patch, and from one of its rows to the next, in floats.
        let offset: Int, pitch: Int
        /// Floats of the patches before it.
        let start: Int
        var size: Int { rows * width }
    }

    /// Where a vector lies in packed weights `[blocks, patches, outputs, rows, width]`.
    struct Place {
        let patch: Int, offset: Int
    }

    let shape: Convolution
    /// Whether no room is between pixels.
    let isDense: Bool
    /// Channels of a block.
    let channels: Int
    let blocks: Int
    /// Floats from a pixel to the next, from a row to the next, from one block to the next.
    let pixelSize: Int, rowSize: Int, frameSize: Int
    let patches: [Patch]
    /// Floats of all patches of a block.
    let blockSize: Int
    /// Where each vector of a block lies: `[rows, columns, vectors of channels]`, or where pixels are dense
    /// `[rows, vectors]`.
    let vectorPlaces: [Place]
    /// Where the place of each output pixel lies, in floats.
    let pixelPlaces: [Int32]

    /// - Parameter mayBeDense: whether pixels may lie without room between them.
    /// - Returns: nil where the convolution has groups or too few pixels.
    init?(_ s: Convolution, mayBeDense: Bool) {
        guard s.groups == 1, s.inChannels > 0, s.outPixels >= 16, s.height * s.width >= lanes else { return nil }
        shape = s
        let (kh, kw, c) = (s.rows.size, s.columns.size, s.inChannels)
        let isDilated = s.columns.dilation > 1 && kw > 1
        let channelVectors = (c + lanes - 1) / lanes
        // Vectors that are not aligned cost more.
        isDense = mayBeDense && !isDilated && 3 * ((kw * c + lanes - 1) / lanes) <= kw * channelVectors
        let unit: Int
        if isDense {
            (channels, blocks, pixelSize) = (c, 1, c)
            unit = kw * c <= lanes / 2 ? lanes / 2 : lanes
        } else {
            // As many channels as fill the registers, in blocks of equal size.
            var each = min(
                channelVectors, max(1, min(mostSums * 3 / 4 / (kh * kw), mostVectors / (isDilated ? 1 : kw))))
            while (channelVectors + each - 1) / each * each > channelVectors { each -= 1 }
            (channels, blocks, pixelSize) = (each * lanes, channelVectors / each, each * lanes)
            unit = lanes
        }
        let pixelSize = pixelSize
        let rowSize = (s.width + 2 * s.columns.padding) * pixelSize
        self.rowSize = rowSize
        frameSize = ((s.height + 2 * s.rows.padding) * rowSize + (isDense ? unit : 0) + 15) / 16 * 16
        var patches: [Patch] = []
        var places: [Place] = []
        var start = 0
        /// Cuts equal lines into blocks of sums.
        func cut(lines: Int, lineSize: Int, offset: Int, pitch: Int) {
            let units = (lineSize + unit - 1) / unit
            let first = places.count
            places += repeatElement(Place(patch: 0, offset: 0), count: lines * units)
            for vector in stride(from: 0, to: units, by: mostVectors) {
                let width = min(mostVectors, units - vector) * unit
                var line = 0
                while line < lines {
                    let rows = blockRows(width: width, lines: lines - line)
                    for row in 0..<rows {
                        for i in 0..<width / unit {
                            places[first + (line + row) * units + vector + i] = Place(
                                patch: patches.count, offset: row * width + i * unit)
                        }
                    }
                    patches.append(
                        Patch(
                            rows: rows, width: width, offset: offset + line * pitch + vector * unit, pitch: pitch,
                            start: start))
                    start += rows * width
                    line += rows
                }
            }
        }
        if isDilated {
            for row in 0..<kh {
                cut(
                    lines: kw, lineSize: pixelSize, offset: row * s.rows.dilation * rowSize,
                    pitch: s.columns.dilation * pixelSize)
            }
        } else {
            cut(lines: kh, lineSize: kw * pixelSize, offset: 0, pitch: s.rows.dilation * rowSize)
        }
        self.patches = patches
        vectorPlaces = places
        blockSize = start
        pixelPlaces = [Int32](unsafeUninitializedCapacity: s.outPixels) { places, count in
            for y in 0..<s.outHeight {
                for x in 0..<s.outWidth {
                    places[y * s.outWidth + x] = Int32(
                        truncatingIfNeeded: y * s.rows.stride * rowSize + x * s.columns.stride * pixelSize)
                }
            }
            count = s.outPixels
        }
    }

    /// Vectors that are added for each gradient that is not zero.
    var vectors: Int { blocks * ((blockSize + lanes - 1) / lanes) }
    /// Floats of an image.
    var imageSize: Int { blocks * frameSize }

    /// Calls `body` with as many pixels at a time as the first cache holds of the images: words of 64 bits of one image,
    /// or several images.
    @inline(__always)
    func eachStrip(_ images: Range<Int>, _ body: (_ images: Range<Int>, _ words: Range<Int>) -> Void) {
        let words = (shape.outPixels + 63) / 64
        let strips = (images.count * frameSize + firstCache - 1) / firstCache
        // As many in each strip as in the others.
        let isDivided = strips > images.count
        let imagesEach = isDivided ? 1 : (images.count + strips - 1) / max(1, strips)
        let wordsEach = isDivided ? max(1, words * images.count / strips) : words
        var image = images.lowerBound
        while image < images.upperBound {
            let next = min(images.upperBound, image + imagesEach)
            var word = 0
            while word < words {
                let end = min(words, word + wordsEach)
                body(image..<next, word..<end)
                word = end
            }
            image = next
        }
    }
}

/// Floats that the first cache has room for beside all else.
private let firstCache = 8 << 10
