import KernelInterface

/// A convolution with 3 × 3 taps by minimal filtering, F(2 × 2, 3 × 3) (Lavin and Gray, 2016): each tile of 2 × 2
/// outputs takes 16 products for each input channel instead of 36. What a block of tiles sees is transformed, then
/// multiplied by the transformed weight, one matrix product for each of the 16 places, and the products transformed
/// back.
///
/// The transforms of these tiles add and halve only, so that results are as close as those of other methods. Tiles of
/// 4 × 4 would take 2.25 products an output pixel instead of 4, but their transforms multiply by up to 8, which loses
/// digits.
///
/// Transforms would spread a value that is not finite to all of its tile, so blocks that hold one, or one so large that
/// sums could overflow, are multiplied out.
struct WinogradConvolution: ConvolutionMethod {
    let shape: Convolution
    /// Whether the shape is a reversed one, so that the weight's channels are exchanged and its taps in reverse:
    /// `[shape.inChannels, shape.outChannels, 3, 3]`.
    let isReversed: Bool
    let tiles: WinogradTiles
    /// Panels of `2 · lanes` output channels; how many a part works out, and the parts that they are divided among.
    private let panels: Int, panelsAPart: Int, panelParts: Int

    init?(_ shape: Convolution, _ images: Int, isReversed: Bool = false, alone: Bool = false) {
        // A block's transformed input takes half a megabyte, which leaves room in the second cache for the weight that
        // streams by, unless there are so many channels that the weight would stream by too often.
        let most = max(24, min(128, 8192 / max(1, shape.inChannels)))
        guard let tiles = WinogradTiles(shape, images: images, most: most) else { return nil }
        self.shape = shape
        self.isReversed = isReversed
        self.tiles = tiles
        panels = (shape.outChannels + 2 * lanes - 1) / (2 * lanes)
        // Few blocks are worked out by several parts each, of 128 channels at least, which transform the input anew.
        let wanted = alone ? 1 : (8 + tiles.blocks - 1) / tiles.blocks
        panelsAPart = max(min(panels, 64 / lanes), (panels + wanted - 1) / wanted)
        panelParts = (panels + panelsAPart - 1) / panelsAPart
    }

    /// Floats from one of the sixteen places of a panel to the next. They are a vector more than the weight takes, so
    /// that the places do not fall into the same sets of the cache; the first says whether the panel is plain.
    var weightPart: Int { (2 * shape.inChannels + 1) * lanes }
    private var panelSize: Int { 16 * weightPart }
    var kind: ConvolutionKind { .winograd }
    var packedSize: Int { panels * panelSize }
    var packParts: Int { panels }
    var parts: Int { tiles.blocks * panelParts }

    func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part panel: Int) {
        let to = packed + panel * panelSize
        let excess = packPanel(weight, panel, to, isPlain: false)
        let isPlain = excess.sum().isNaN
        if isPlain { _ = packPanel(weight, panel, to, isPlain: true) }
        to[2 * shape.inChannels * lanes] = isPlain ? 1 : 0
    }

    /// Packs a panel, transformed, or plain: the nine taps in the first places.
    ///
    /// - Returns: what `placeChannelsLast` says of the weight.
    private func packPanel(
        _ weight: UnsafePointer<Float>, _ panel: Int, _ packed: UnsafeMutablePointer<Float>, isPlain: Bool
    ) -> Vector {
        let (inputs, outputs) = (shape.inChannels, shape.outChannels)
        let rowSize = max(9, lanes)
        var excess = Vector.zero
        withUnsafeTemporaryAllocation(
            byteCount: PixelFrame.Space.bytes(pixels: lanes * rowSize), alignment: 64
        ) { memory in
            guard let start = memory.baseAddress else { return }
            let space = PixelFrame.Space(start, pixels: lanes * rowSize)
            let taps = space.pixels
            for p in 0..<lanes * rowSize { space.places[p] = Int32(p * lanes) }
            func put(_ taps: UnsafePointer<Float>, step: Int, _ to: UnsafeMutablePointer<Float>) {
                if isPlain {
                    for tap in 0..<9 { store(load(taps + tap * step), to + tap * weightPart) }
                } else {
                    transformWeight(taps, step: step, to: to, part: weightPart)
                }
            }
            for half in 0..<2 {
                let first = min((2 * panel + half) * lanes, outputs - 1)
                let to = packed + half * lanes
                if isReversed {
                    for c in 0..<inputs {
                        // A row of taps is read to a vector's end where the weight goes on behind it.
                        let isLast = c == inputs - 1 && first + lanes >= outputs
                        excess += placeChannelsLast(
                            weight + (c * outputs + first) * 9, channels: outputs - first, plane: 9,
                            count: isLast ? 9 : rowSize, places: space.places, to: taps)
                        put(taps + 8 * lanes, step: -lanes, to + c * 2 * lanes)
                    }
                } else {
                    for c in stride(from: 0, to: inputs, by: lanes) {
                        let count = min(lanes, inputs - c)
                        excess += placeChannelsLast(
                            weight + (first * inputs + c) * 9, channels: outputs - first, plane: inputs * 9,
                            count: count * 9, places: space.places, to: taps)
                        for i in 0..<count { put(taps + i * 9 * lanes, step: lanes, to + (c + i) * 2 * lanes) }
                    }
                }
            }
        }
        return excess
    }

    func run(
        _ input: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        output: UnsafeMutablePointer<Float>, part: Int
    ) {
        let (block, group) = (part / panelParts, part % panelParts)
        let inputs = shape.inChannels
        let size = (tiles.size + 5) / 6 * 6
        // A vector more, so that the places do not fall into the same sets of the cache.
        let seenPart = size * ((inputs + lanes - 1) / lanes) * lanes + lanes
        let productPart = size * 2 * lanes + lanes
        withUnsafeTemporaryAllocation(
            byteCount: 64 * (seenPart + productPart) + PixelFrame.Space.bytes(pixels: tiles.framePixels), alignment: 64
        ) { memory in
            guard let start = memory.baseAddress else { return }
            let seen = start.bindMemory(to: Float.self, capacity: 16 * (seenPart + productPart))
            let products = seen + 16 * seenPart
            let space = PixelFrame.Space(start + 64 * (seenPart + productPart), pixels: tiles.framePixels)
            var excess = Vector.zero
            let count = tiles.forEachRegion(of: block) { region in
                excess += tiles.transformInput(region, input, to: seen, size: size, part: seenPart, space)
            }
            let isPlain = excess.sum().isNaN
            for panel in group * panelsAPart..<min(panels, (group + 1) * panelsAPart) {
                let weight = packed + panel * panelSize
                let isPlainWeight = weight[2 * inputs * lanes] != 0
                if !isPlain && !isPlainWeight {
                    for place in 0..<16 {
                        // As many rows of the weight as the first cache holds.
                        for c in stride(from: 0, to: inputs, by: 256) {
                            multiplyBlocks(
                                rows: (count + 5) / 6 * 6, k: min(256, inputs - c),
                                a: seen + place * seenPart + c * size, aBlock: size * lanes,
                                b: weight + place * weightPart + c * 2 * lanes, c: products + place * productPart,
                                accumulating: c > 0)
                        }
                    }
                }
                for half in 0..<2 where (2 * panel + half) * lanes < shape.outChannels {
                    let channel = (2 * panel + half) * lanes
                    if isPlain || isPlainWeight {
                        multiplyPlainly(
                            block, input, weight + half * lanes, isPlain: isPlainWeight, channel: channel, bias, output)
                    } else {
                        tiles.forEachRegion(of: block) { region in
                            finish(
                                region, products + half * lanes, part: productPart, channel: channel, bias, output,
                                space.pixels)
                        }
                    }
                }
            }
        }
    }

    /// The biases of a vector of channels.
    func shift(_ bias: UnsafePointer<Float>?, channel: Int) -> Vector {
        var shift = Vector.zero
        if let bias {
            for lane in 0..<lanes { shift[lane] = bias[min(channel + lane, shape.outChannels - 1)] }
        }
        return shift
    }

    /// Transforms a region's products of a vector of channels back and writes them out.
    private func finish(
        _ region: WinogradTiles.Region, _ products: UnsafePointer<Float>, part: Int, channel: Int,
        _ bias: UnsafePointer<Float>?, _ output: UnsafeMutablePointer<Float>, _ space: UnsafeMutablePointer<Float>
    ) {
        let s = shape
        let (height, width) = (
            min(s.outHeight - region.top, region.height), min(s.outWidth - region.left, region.width)
        )
        let shift = shift(bias, channel: channel)
        var m = products + region.first * 2 * lanes
        for y in stride(from: 0, to: height, by: 2) {
            for x in stride(from: 0, to: width, by: 2) {
                let values = transformProducts(m, part: part)
                let to = space + (y * width + x) * lanes
                store(values.0 + shift, to)
                if x + 1 < width { store(values.1 + shift, to + lanes) }
                if y + 1 < height {
                    store(values.2 + shift, to + width * lanes)
                    if x + 1 < width { store(values.3 + shift, to + (width + 1) * lanes) }
                }
                m += 2 * lanes
            }
        }
        let to = output + (region.image * s.outChannels + channel) * s.outPixels + region.top * s.outWidth + region.left
        // Whole rows lie side by side.
        let count = width == s.outWidth ? width * height : width
        for run in 0..<width * height / count {
            placeChannelsFirst(
                space + run * count * lanes, channels: s.outChannels - channel, plane: s.outPixels, count: count,
                to: to + run * s.outWidth)
        }
    }
}
