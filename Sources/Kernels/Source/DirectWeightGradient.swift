import KernelInterface

/// The gradient of a convolution's weight: for each tap the input that it saw, times the output's gradient with its
/// channels last. A block of pixels, of one image or several, stays in the cache while all taps pass over it.
struct DirectWeightGradient: WeightGradientMethod {
    /// The product as it is worked out.
    let shape: Convolution
    let images: ImageParts
    /// Whether input and gradient are exchanged, as they can be where each tap is a channel: the one with fewer
    /// channels is turned.
    private let isExchanged: Bool
    /// Output and input channels of a group.
    private let outGroup: Int, inGroup: Int
    /// Output channels of a group, filled up to whole vectors.
    private let width: Int
    /// Input channels of a part, and into how many parts that divides them.
    private let channels: Int, splits: Int
    /// Images, and output rows of each, of a block.
    private let blockImages: Int, blockRows: Int
    /// Taps of one part that `finish` has in a part.
    private let finishTaps = 64

    init(_ given: Convolution, _ images: Int) {
        isExchanged =
            given.rows == Window(size: 1) && given.columns == Window(size: 1) && given.outChannels > given.inChannels
        var shape = given
        if isExchanged { (shape.inChannels, shape.outChannels) = (given.outChannels, given.inChannels) }
        self.shape = shape
        outGroup = shape.outChannels / shape.groups
        inGroup = shape.inChannels / shape.groups
        width = (outGroup + lanes - 1) / lanes * lanes
        // All sums together take at most 4 MB, or are one; more parts divide the input channels, as long as turning the
        // gradient for each of them stays cheap.
        let size = max(1, shape.groups * shape.taps * width)
        var most = 16
        while most > 1, most * size > 1 << 20 || most > images { most /= 2 }
        self.images = ImageParts(images, most: most)
        let divided = min(16 / most, max(1, shape.taps / 128), max(1, inGroup))
        channels = (inGroup + divided - 1) / divided
        splits = max(1, (inGroup + channels - 1) / max(1, channels))
        // A tile's gradient stays in the first-level cache.
        let pixels = 128
        blockRows = evenBlock(shape.outHeight, max(1, pixels / max(1, shape.outWidth)), of: 1)
        blockImages = blockRows < shape.outHeight ? 1 : max(1, min(self.images.size, pixels / max(1, shape.outPixels)))
    }

    private var channelTaps: Int { shape.rows.size * shape.columns.size }
    /// `[groups, taps of a part, width]`.
    var sumsSize: Int { shape.groups * channels * channelTaps * width }
    var parts: Int { images.count * splits }
    private var finishBlocks: Int { (channels * channelTaps + finishTaps - 1) / finishTaps }
    var finishParts: Int { shape.groups * splits * finishBlocks }

    /// The input channels of a group that a part has.
    private func channels(_ split: Int) -> Range<Int> {
        min(inGroup, split * channels)..<min(inGroup, (split + 1) * channels)
    }

    func run(
        _ gradient: UnsafePointer<Float>, input: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>, part: Int
    ) {
        let (gradient, input) = isExchanged ? (input, gradient) : (gradient, input)
        let (s, some) = (shape, channels(part % splits))
        let frame = Frame(s, outRows: blockRows)
        let (pixels, plane) = (s.outPixels, s.height * s.width)
        let imageSize = frame.isInPlace ? s.inChannels * plane : frame.size(channels: channels)
        let frameSize = frame.isInPlace ? 0 : blockImages * imageSize
        let taps = some.count * channelTaps
        let blockPixels = blockImages * blockRows * s.outWidth
        withUnsafeTemporaryAllocation(of: Int.self, capacity: channels * channelTaps + blockPixels) { offsets in
            withFloats(wholeLines(blockPixels * width) + frameSize) { turned in
                guard let offsets = offsets.baseAddress else { return }
                let (places, framed) = (offsets + channels * channelTaps, turned + wholeLines(blockPixels * width))
                frame.writeOffsets(s, channels: channels, to: offsets)
                for pixel in 0..<blockPixels {
                    let (row, x) = (pixel / s.outWidth, pixel % s.outWidth)
                    places[pixel] = row / blockRows * imageSize + frame.place(row % blockRows, x)
                }
                sums.update(repeating: 0, count: sumsSize)
                // The channels beyond the last stay zeros.
                if width > outGroup { turned.update(repeating: 0, count: blockPixels * width) }
                framed.update(repeating: 0, count: frameSize)
                let own = images[part / splits]
                for image in stride(from: own.lowerBound, to: own.upperBound, by: blockImages) {
                    let count = min(blockImages, own.upperBound - image)
                    for row in stride(from: 0, to: s.outHeight, by: blockRows) {
                        let rows = min(blockRows, s.outHeight - row)
                        for group in 0..<s.groups {
                            var from: UnsafePointer<Float>?
                            for i in 0..<count {
                                let channel = group * inGroup + some.lowerBound
                                let place = frame.fill(
                                    s, channels: some.count, input + ((image + i) * s.inChannels + channel) * plane,
                                    first: row, outRows: rows, in: framed + (frame.isInPlace ? 0 : i * imageSize))
                                from = from ?? place
                                turn(
                                    gradient
                                        + (((image + i) * s.outChannels + group * outGroup) * pixels + row * s.outWidth),
                                    pixels: rows * s.outWidth, at: i * rows * s.outWidth,
                                    of: count * rows * s.outWidth, to: turned)
                            }
                            guard let from else { continue }
                            let sums = sums + group * channels * channelTaps * width
                            let all = count * rows * s.outWidth
                            for (first, vectors) in tiles {
                                addWeightTiles(
                                    taps: taps, offsets: offsets, input: from, places: places, pixels: all,
                                    gradient: turned + first * all, vectors: vectors, width: width, to: sums + first)
                            }
                        }
                    }
                }
            }
        }
    }

    /// The tiles that the output channels are divided into: the first channel and the vectors of each.
    private var tiles: some Sequence<(Int, Int)> {
        sequence(state: 0) { [width] first in
            let left = (width - first) / lanes
            guard left > 0 else { return nil }
            // Rather three and two vectors than four and one.
            let vectors = left == weightVectors + 1 ? left - left / 2 : min(weightVectors, left)
            defer { first += vectors * lanes }
            return (first, vectors)
        }
    }

    /// Writes some pixels' gradient with the channels of each tile last.
    ///
    /// - Parameters:
    ///   - place: the place of the pixels among those of the block.
    ///   - all: the pixels of the block.
    private func turn(
        _ gradient: UnsafePointer<Float>, pixels: Int, at place: Int, of all: Int,
        to turned: UnsafeMutablePointer<Float>
    ) {
        for (first, vectors) in tiles {
            transpose(
                rows: min(vectors * lanes, outGroup - first), columns: pixels,
                gradient + first * shape.outPixels, row: shape.outPixels,
                to: turned + (first * all + place * vectors * lanes), row: vectors * lanes)
        }
    }

    func finish(_ sums: UnsafeMutablePointer<Float>, weightGradient: UnsafeMutablePointer<Float>, part: Int) {
        let (group, split) = (part / finishBlocks / splits, part / finishBlocks % splits)
        let some = channels(split)
        let first = part % finishBlocks * finishTaps
        let taps = min(finishTaps, some.count * channelTaps - first)
        guard taps > 0 else { return }
        // An exchanged weight has a row for each tap, another one for each output channel.
        let (rows, length) = isExchanged ? (taps, outGroup) : (outGroup, taps)
        let row = isExchanged ? outGroup : shape.taps
        let tap = some.lowerBound * channelTaps + first
        let to = weightGradient + (group * outGroup * shape.taps + (isExchanged ? tap * row : tap))
        guard images.count > 0 else {
            for i in 0..<rows { (to + i * row).update(repeating: 0, count: length) }
            return
        }
        let total = sums + (split * sumsSize + (group * channels * channelTaps + first) * width)
        for part in 1..<images.count {
            let more = total + part * splits * sumsSize
            for i in stride(from: 0, to: taps * width, by: lanes) { store(load(total + i) + load(more + i), total + i) }
        }
        if isExchanged {
            for i in 0..<taps { copyRow(outGroup, from: total + i * width, to: to + i * row) }
        } else {
            transpose(rows: taps, columns: outGroup, total, row: width, to: to, row: row)
        }
    }
}
