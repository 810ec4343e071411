import KernelInterface

// What minimal filtering leaves to plain products, because of values that are not finite or very large. Each output gets
// the products of what it sees and no others, as slow as that is.

extension WinogradConvolution {
    /// Multiplies out a block's outputs of a vector of channels.
    ///
    /// - Parameters:
    ///   - weight: the channels' packed weight, `isPlain` or transformed.
    ///   - channel: the first of the channels.
    func multiplyPlainly(
        _ block: Int, _ input: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, isPlain: Bool, channel: Int,
        _ bias: UnsafePointer<Float>?, _ output: UnsafeMutablePointer<Float>
    ) {
        let (s, plane) = (shape, shape.height * shape.width)
        let shift = shift(bias, channel: channel)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 9 * s.inChannels * lanes) { memory in
            guard let taps = memory.baseAddress else { return }
            for c in 0..<s.inChannels {
                for tap in 0..<9 {
                    let from = weight + c * 2 * lanes
                    store(
                        isPlain ? load(from + tap * weightPart) : plainTap(tap, from, part: weightPart),
                        taps + (tap * s.inChannels + c) * lanes)
                }
            }
            tiles.forEachPixel(of: block) { image, y, x in
                var sum = shift
                tiles.forEachTap(y, x) { tap, place in
                    let from = input + image * s.inChannels * plane + place
                    for c in 0..<s.inChannels {
                        accumulate(
                            &sum, Vector(repeating: from[c * plane]), load(taps + (tap * s.inChannels + c) * lanes))
                    }
                }
                let to = output + (image * s.outChannels + channel) * s.outPixels + y * s.outWidth + x
                for lane in 0..<min(lanes, s.outChannels - channel) { to[lane * s.outPixels] = sum[lane] }
            }
        }
    }
}

extension WinogradTiles {
    /// Adds up the products of the gradient of some output channels, in a range of blocks, with what each tap saw.
    ///
    /// - Parameters:
    ///   - sums: for each tap, `part` floats apart, rows of `rowSize` input channels.
    func addPlainly(
        _ blocks: Range<Int>, _ gradient: UnsafePointer<Float>, channels: Range<Int>, input: UnsafePointer<Float>,
        to sums: UnsafeMutablePointer<Float>, row rowSize: Int, part: Int
    ) {
        let (s, plane) = (shape, shape.height * shape.width)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: rowSize) { memory in
            guard let seen = memory.baseAddress else { return }
            seen.update(repeating: 0, count: rowSize)
            for tap in 0..<9 { (sums + tap * part).update(repeating: 0, count: channels.count * rowSize) }
            for block in blocks {
                forEachPixel(of: block) { image, y, x in
                    let from =
                        gradient + (image * s.outChannels + channels.lowerBound) * s.outPixels + y * s.outWidth + x
                    forEachTap(y, x) { tap, place in
                        for c in 0..<s.inChannels { seen[c] = input[(image * s.inChannels + c) * plane + place] }
                        for o in 0..<channels.count {
                            let (value, row) = (
                                Vector(repeating: from[o * s.outPixels]), sums + tap * part + o * rowSize
                            )
                            for c in stride(from: 0, to: rowSize, by: lanes) {
                                var sum = load(row + c)
                                accumulate(&sum, value, load(seen + c))
                                store(sum, row + c)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Calls `body` with each pixel of the output in a block.
    fileprivate func forEachPixel(of block: Int, _ body: (_ image: Int, _ y: Int, _ x: Int) -> Void) {
        forEachRegion(of: block) { region in
            for y in region.top..<min(shape.outHeight, region.top + region.height) {
                for x in region.left..<min(shape.outWidth, region.left + region.width) { body(region.image, y, x) }
            }
        }
    }

    /// Calls `body` with each tap of an output's pixel that is inside of the image, and where in its plane.
    fileprivate func forEachTap(_ y: Int, _ x: Int, _ body: (_ tap: Int, _ place: Int) -> Void) {
        for tap in 0..<9 {
            let (y, x) = (y + tap / 3 - shape.rows.padding, x + tap % 3 - shape.columns.padding)
            if y >= 0 && y < shape.height && x >= 0 && x < shape.width { body(tap, y * shape.width + x) }
        }
    }
}
