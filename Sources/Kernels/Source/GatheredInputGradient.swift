import KernelInterface

/// The gradient of a convolution's input from an output gradient that is mostly zeros: at each pixel the weights of the
/// channels that are not zero there, each times its gradient, are added up in registers, for one tap after the other.
///
/// The weights of a tap for a block of input channels and a group of output channels stay in the first cache meanwhile.
struct GatheredInputGradient: SparseInputGradientMethod {
    let shape: Convolution
    private let images: Int
    /// Floats of a block of input channels, whole vectors, and how many blocks there are.
    private let width: Int, blocks: Int
    /// Output channels of a group, and how many groups there are.
    private let outputs: Int, groups: Int
    /// What is worked out at a time is a strip: some images, or some rows of one.
    private let stripImages: Int, stripRows: Int
    private let strips: ImageParts
    /// Blocks of channels are divided too where there are few strips.
    private let channels: ImageParts

    init?(_ s: Convolution, _ images: Int) {
        guard s.groups == 1, s.inChannels > 0, s.outPixels >= 16, s.height * s.width >= lanes else { return nil }
        shape = s
        self.images = images
        let pixels = s.height * s.width
        stripImages = max(1, min(images, stripPixels / pixels))
        stripRows = pixels <= stripPixels ? s.height : evenBlock(s.height, max(1, stripPixels / s.width), of: 1)
        let rowStrips = (s.height + stripRows - 1) / stripRows
        strips = ImageParts((images + stripImages - 1) / stripImages * rowStrips)
        let vectors = (s.inChannels + lanes - 1) / lanes
        // Narrower blocks where there would be few parts.
        let most = strips.count * ((vectors + mostVectors - 1) / mostVectors) < 8 ? mostVectors / 2 : mostVectors
        let each = evenBlock(vectors, most, of: 1)
        width = each * lanes
        blocks = (vectors + each - 1) / each
        outputs = evenBlock(s.outChannels, firstCache / width, of: 1)
        groups = (s.outChannels + outputs - 1) / outputs
        channels = ImageParts(blocks, most: max(1, 8 / max(1, strips.count)))
    }

    func cost(nonzeros: Int) -> Double {
        let pixels = Double(images * shape.outPixels)
        let vectors = Double(width / lanes)
        let element = vectors * SparseCosts.gatheredVector + SparseCosts.nonzeroGathered
        let list = vectors * SparseCosts.beganVector + SparseCosts.beganList
        return Double(nonzeros) * (Double(taps * blocks) * element + Double(channels.count) * SparseCosts.nonzeroListed)
            + pixels * Double(taps * blocks * groups) * list
            + SparseCosts.moved(images * blocks * width * shape.height * shape.width, far: 1)
            + Double(packedSize) * SparseCosts.packedFloat
    }

    private var taps: Int { shape.rows.size * shape.columns.size }
    /// `[blocks, groups, taps, outputs, width]`
    var packedSize: Int { blocks * groups * taps * outputs * width }
    var packParts: Int { packOutputs.count }
    var parts: Int { strips.count * channels.count }
    private var packOutputs: ImageParts { ImageParts(shape.outChannels) }

    func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part: Int) -> Bool {
        let each = width / lanes
        var isFinite = true
        for output in packOutputs[part] {
            let (group, row) = (output / outputs, output % outputs)
            let isRowFinite = packChannelsLast(weight + output * shape.taps, shape, vectors: blocks * each) {
                tap, vector in
                let tile = (vector / each * groups + group) * taps + tap
                return packed + (tile * outputs + row) * width + vector % each * lanes
            }
            if !isRowFinite { isFinite = false }
        }
        return isFinite
    }

    func run(
        _ gradient: SparseGradient, packed: UnsafePointer<Float>, output inputGradient: UnsafeMutablePointer<Float>,
        part: Int
    ) {
        let (s, blocks) = (shape, channels[part % channels.count])
        let rowStrips = (s.height + stripRows - 1) / stripRows
        let reach = (s.rows.size - 1) * s.rows.dilation
        let listRows = min(s.outHeight, (stripRows - 1 + reach) / s.rows.stride + 1)
        ChannelLists.with(s, images: stripImages, rows: listRows, channels: outputs, groups: groups) { lists in
            withFloats(stripImages * stripRows * s.width * width) { frame in
                var listed = 0..<0
                for strip in strips[part / channels.count] {
                    let image = strip / rowStrips * stripImages
                    let some = image..<min(images, image + stripImages)
                    let row = strip % rowStrips * stripRows
                    let rows = row..<min(s.height, row + stripRows)
                    // What sees these rows; what the strip above sees too is listed.
                    let end = min(s.outHeight, (rows.upperBound - 1 + s.rows.padding) / s.rows.stride + 1)
                    let first = (max(0, row + s.rows.padding - reach) + s.rows.stride - 1) / s.rows.stride
                    let seen = min(first, end)..<end
                    if row == 0 || strip == strips[part / channels.count].lowerBound { listed = 0..<0 }
                    for image in some {
                        lists.fill(
                            gradient, image: image, slot: image - some.lowerBound,
                            rows: max(seen.lowerBound, min(listed.upperBound, seen.upperBound))..<seen.upperBound)
                    }
                    listed = seen
                    for block in blocks {
                        work(lists, packed, frame, images: some.count, rows: rows, seen: seen, block: block)
                        for image in some {
                            unpack(
                                frame + (image - some.lowerBound) * rows.count * s.width * width,
                                pixels: rows.count * s.width, block: block,
                                to: inputGradient + (image * s.inChannels * s.height + row) * s.width)
                        }
                    }
                }
            }
        }
    }

    /// Works out a block of channels of a strip with its channels last.
    private func work(
        _ lists: ChannelLists, _ packed: UnsafePointer<Float>, _ frame: UnsafeMutablePointer<Float>, images: Int,
        rows: Range<Int>, seen: Range<Int>, block: Int
    ) {
        let s = shape
        // Where there is one tap that sees every pixel, sums need not begin with what is there.
        let isWhole =
            taps == 1 && s.outPixels == s.height * s.width && s.rows.padding == 0 && s.columns.padding == 0
        if !isWhole { frame.update(repeating: 0, count: images * rows.count * s.width * width) }
        for group in 0..<groups {
            for row in 0..<s.rows.size {
                for column in 0..<s.columns.size {
                    let tile = (block * groups + group) * taps + row * s.columns.size + column
                    let work = Work(
                        shape: s, lists: lists, group: group, images: images, rows: rows, seen: seen, row: row,
                        column: column, weights: packed + tile * outputs * width, frame: frame,
                        beginsAtZero: isWhole && group == 0)
                    work.run(rows: 1, width: width)
                }
            }
        }
    }

    /// Writes a block of channels of some pixels, its channels first.
    private func unpack(_ frame: UnsafePointer<Float>, pixels: Int, block: Int, to: UnsafeMutablePointer<Float>) {
        let plane = shape.height * shape.width
        for channel in stride(from: 0, to: width, by: lanes) {
            let count = min(lanes, shape.inChannels - block * width - channel)
            guard count > 0 else { break }
            let (from, to) = (frame + channel, to + (block * width + channel) * plane)
            guard pixels >= lanes else {
                for pixel in 0..<pixels { for i in 0..<count { to[i * plane + pixel] = from[pixel * width + i] } }
                continue
            }
            for first in stride(from: 0, to: pixels, by: lanes) {
                // The last square overlaps the one before it.
                let pixel = min(first, pixels - lanes)
                let square = Square { load(from + (pixel + $0) * width) }
                square.transposed.eachRow(count) { store($1, to + $0 * plane + pixel) }
            }
        }
    }

    /// One tap of one group and one block.
    private struct Work: SumBlockUser {
        let shape: Convolution
        let lists: ChannelLists
        let group: Int, images: Int
        /// Rows of the strip, and rows of the output that see them.
        let rows: Range<Int>, seen: Range<Int>
        let row: Int, column: Int
        let weights: UnsafePointer<Float>
        let frame: UnsafeMutablePointer<Float>
        let beginsAtZero: Bool

        func run<B: SumBlock>(_: B.Type) {
            let s = shape
            let columns = s.columns.inside(tap: column, length: s.width, places: s.outWidth)
            guard !columns.isEmpty else { return }
            let left = columns.lowerBound * s.columns.stride + column * s.columns.dilation - s.columns.padding
            let step = s.columns.stride * B.width
            for image in 0..<images {
                for y in seen {
                    let target = y * s.rows.stride + row * s.rows.dilation - s.rows.padding - rows.lowerBound
                    guard target >= 0, target < rows.count else { continue }
                    var list = lists.list(group, image: image, row: y)
                    for _ in 0..<columns.lowerBound { list.next() }
                    var place = frame + ((image * rows.count + target) * s.width + left) * B.width
                    for _ in columns {
                        var sums = beginsAtZero ? B() : B(place, B.width)
                        add(list, to: &sums)
                        sums.store(place, B.width)
                        list.next()
                        place += step
                    }
                }
            }
        }

        @inline(__always)
        private func add<B: SumBlock>(_ list: ChannelLists.List, to sums: inout B) {
            let count = Int(list.count.pointee)
            func weights(_ i: Int) -> UnsafePointer<Float> { self.weights + Int(list.places[i]) * B.width }
            // Two sums, as far as there are registers, so that one need not wait for the other.
            guard 2 * B.width <= mostSums * lanes else {
                for i in 0..<count { sums.add(list.values[i], weights(i), B.width) }
                return
            }
            var others = B()
            for i in stride(from: 0, to: count, by: 2) {
                sums.add(list.values[i], weights(i), B.width)
                others.add(list.values[i + 1], weights(i + 1), B.width)
            }
            sums.add(others)
        }
    }
}

/// Pixels of a strip, whose sums stay in the second cache.
private let stripPixels = 256
/// Floats of weights that the first cache has room for beside the lists.
private let firstCache = 8 << 10
