import CVectors
import KernelInterface

#if KERNELS_V4
    /// A convolution whose vectors hold output channels, each pixel of the input being multiplied by a vector of weights: rows
    /// of any length take as many products as they have pixels, and pixels are read one by one, which no step and no padding
    /// makes slower. Sums are kept in a scratch, channels side by side, and turned when the last input channels' are added.
    ///
    /// It is no value, as `PlaneLayout` is none.
    final class ChannelConvolution: ConvolutionMethod {
        var kind: ConvolutionKind { .channels }
        let shape: Convolution
        private let weight: ChannelWeights
        private let images: Int
        /// Output rows of an image that are worked on at a time.
        private let rows: Int
        /// Such blocks of rows that an image has, and the parts that output channels are divided into.
        private let aImage: Int, channelParts: Int

        /// - Returns: nil where rows are so short that their sums do not keep the processor busy.
        init?(_ s: Convolution, _ images: Int, alone: Bool) {
            let s = s.outWidth < PixelSums.most ? s.flattened : s
            guard s.outWidth >= 4, s.outHeight > 0, s.outChannels > 0 else { return nil }
            shape = s
            self.images = images
            weight = ChannelWeights(s)
            // Frame and scratch take half of a second-level cache.
            let frame =
                Frame(s, outRows: 1, isPhased: s.columns.stride > 2).size(channels: weight.depth) / s.rows.size
                * s.rows.stride
            let scratch = s.outWidth * (weight.depths > 1 ? weight.sumsSize : ChannelWeights.width)
            let most = max(1, min((1 << 16) / max(1, frame) - s.rows.size, (1 << 16) / max(1, scratch)))
            // Where there are few images, output channels are divided before rows are, lest all weights be read for a few
            // pixels.
            let wanted = alone ? 1 : max(1, (8 + max(1, images) - 1) / max(1, images))
            let blocks = (s.outHeight + most - 1) / most
            channelParts = max(1, min(weight.blocks, (wanted + blocks - 1) / blocks))
            let fewest = (wanted + channelParts - 1) / channelParts
            rows = evenBlock(s.outHeight, max(1, min(most, s.outHeight / fewest)), of: 1)
            aImage = (s.outHeight + rows - 1) / rows
        }

        var packedSize: Int { weight.packedSize }
        var packParts: Int { weight.parts }
        var parts: Int { images * aImage * channelParts }

        func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part: Int) {
            self.weight.pack(weight, into: packed, part: part)
        }

        func run(
            _ input: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
            output: UnsafeMutablePointer<Float>, part: Int
        ) {
            let (s, item, own) = (shape, part / channelParts, part % channelParts)
            let blocks = weight.blocks * own / channelParts..<weight.blocks * (own + 1) / channelParts
            let (image, first) = (item / aImage, item % aImage * rows)
            let outRows = min(rows, s.outHeight - first)
            let frame = Frame(s, outRows: rows, isPhased: s.columns.stride > 2)
            let (plane, pixels) = (s.height * s.width, outRows * s.outWidth)
            let frameSize = wholeLines(frame.size(channels: weight.depth))
            let blockSize = pixels * ChannelWeights.width
            let scratchSize = blockSize * (weight.depths > 1 ? blocks.count : 1)
            withUnsafeTemporaryAllocation(of: Int.self, capacity: 3 * weight.depth * weight.taps) { space in
                withFloats(frameSize + scratchSize + ChannelWeights.width) { framed in
                    guard let offsets = space.baseAddress else { return }
                    let scratch = framed + frameSize
                    let start = scratch + scratchSize
                    let taps = ChannelTaps(shape: s, weight: weight, frame: frame, offsets: offsets, first: first)
                    framed.update(repeating: 0, count: frameSize)
                    var written = 0
                    for group in 0..<s.groups {
                        for depth in 0..<weight.depths {
                            let some = weight.channels(depth)
                            let channel = image * s.inChannels + group * weight.channels + some.lowerBound
                            let source = frame.fill(
                                s, channels: some.count, input + channel * plane, first: first, outRows: outRows,
                                hasEdges: false, in: framed)
                            if some.count != written { taps.write(channels: some.count) }
                            written = some.count
                            for block in blocks {
                                let count = min(ChannelWeights.width, weight.rows - block * ChannelWeights.width)
                                let channel = group * weight.rows + block * ChannelWeights.width
                                let place = weight.depths > 1 ? block - blocks.lowerBound : 0
                                let sums = ChannelSums(
                                    sums: scratch + place * blockSize, channels: count, rows: outRows,
                                    width: s.outWidth,
                                    output: output
                                        + ((image * s.outChannels + channel) * s.outPixels + first * s.outWidth),
                                    plane: s.outPixels)
                                if depth == 0 {
                                    for i in 0..<ChannelWeights.width {
                                        start[i] = i < count ? bias?[channel + i] ?? 0 : 0
                                    }
                                }
                                if depth == weight.depths - 1 { sums.prefetch() }
                                sums.add(
                                    source, taps, channels: some.count,
                                    weight: packed + weight.place(group: group, depth: depth, block: block),
                                    start: depth == 0 ? UnsafePointer(start) : nil)
                                if depth == weight.depths - 1 { sums.turn() }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Where the taps of some channels read, for rows of the output from `first` on.
    private struct ChannelTaps {
        let shape: Convolution
        let weight: ChannelWeights
        let frame: Frame
        /// Room for three integers a tap: the first third is what tiles read.
        let offsets: UnsafeMutablePointer<Int>
        let first: Int

        func write(channels: Int) {
            let count = channels * weight.taps
            let (natural, places) = (offsets + count, offsets + 2 * count)
            frame.writeOffsets(shape, channels: channels, to: natural)
            weight.writePlaces(channels: channels, to: places)
            for tap in 0..<count { offsets[places[tap]] = natural[tap] }
        }

        /// The taps that do not see rows of padding alone from a row on.
        func seen(_ row: Int, channels: Int) -> Range<Int> {
            let (window, y) = (shape.rows, (first + row) * shape.rows.stride - shape.rows.padding)
            let low = min(window.size, max(0, (window.dilation - 1 - y) / window.dilation))
            let high = y >= shape.height ? 0 : min(window.size, (shape.height - 1 - y) / window.dilation + 1)
            let row = channels * weight.tapsARow
            return low * row..<max(low, high) * row
        }
    }

    /// The sums of a block of output channels for some rows of pixels, the channels of each side by side.
    private struct ChannelSums {
        let sums: UnsafeMutablePointer<Float>
        let channels: Int
        let rows: Int, width: Int
        /// Where they go at last, and floats from one channel to the next.
        let output: UnsafeMutablePointer<Float>
        let plane: Int

        private var vectors: Int { channels > lanes ? 2 : 1 }

        /// Adds what some input channels come to.
        ///
        /// - Parameter start: what sums begin with, a value for each channel; nil where they are there already.
        func add(
            _ source: UnsafePointer<Float>, _ taps: ChannelTaps, channels: Int, weight: UnsafePointer<Float>,
            start: UnsafePointer<Float>?
        ) {
            let tiles = (width + PixelSums.most - 1) / PixelSums.most
            var to = sums
            for y in 0..<rows {
                let seen = taps.seen(y, channels: channels)
                let weight = weight + seen.lowerBound * vectors * lanes
                for tile in 0..<tiles {
                    let x = width * tile / tiles
                    let count = width * (tile + 1) / tiles - x
                    let product = PixelProduct(
                        from: source + taps.frame.place(y, x), step: taps.frame.columnStep,
                        offsets: taps.offsets + seen.lowerBound,
                        taps: seen.count, weight: weight, start: start, to: to)
                    if vectors == 2 { product.run(N2.self, count) } else { product.run(N1.self, count) }
                    to += count * vectors * lanes
                }
            }
        }

        /// Asks for the lines that `turn` will write: there are too many of them to wait for then.
        func prefetch() {
            for channel in 0..<channels {
                for pixel in stride(from: 0, to: rows * width, by: lanes) {
                    nightjar_prefetch_to_write(output + (channel * plane + pixel))
                }
            }
        }

        /// Writes each channel's pixels into its plane.
        func turn() {
            let (pixels, step) = (rows * width, vectors * lanes)
            for first in stride(from: 0, to: channels, by: lanes) {
                let count = min(lanes, channels - first)
                for place in stride(from: 0, to: pixels, by: lanes) {
                    // The last square overlaps the one before it.
                    let pixel = max(0, min(place, pixels - lanes))
                    let from = sums + (pixel * step + first)
                    let square = Square { load(from + min($0, pixels - 1) * step) }.transposed
                    let to = output + (first * plane + pixel)
                    if pixels < lanes {
                        square.eachRow(count) { storeSome($1, to + $0 * plane, firstLanes(pixels)) }
                    } else if count == lanes {
                        square.eachRow(lanes) { store($1, to + $0 * plane) }
                    } else {
                        square.eachRow(count) { store($1, to + $0 * plane) }
                    }
                }
            }
        }
    }
#endif
