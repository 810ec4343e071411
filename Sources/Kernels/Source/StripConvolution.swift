import KernelInterface

/// A convolution of few channels a group, or the gradient of its input: planes of several images lie side by side in a
/// frame, from which vectors are read at the taps' distances.
struct StripConvolution: ConvolutionMethod {
    let shape: Convolution
    let parts: Int
    private let layout: StripLayout
    private let images: Int
    private let units: Int
    private let isGradient: Bool
    /// Planes of a group that are read, and that are written.
    private let from: Int, to: Int
    /// Channels that are worked on at once.
    private let block: Int
    /// Phases of the result.
    private let phases: Int
    /// Where the taps of each phase of the result read, one phase behind the other.
    private let offsets: [Int]
    /// How many of them each phase has.
    private let counts: [Int]
    /// The channel and the tap of each offset.
    private let taps: [(channel: Int, tap: Int)]
    private let frameSize: Int
    /// Results of one phase of one channel.
    private let strip: Int
    private let reading: StripCopies, writing: StripCopies

    init(_ shape: Convolution, _ images: Int, gradient: Bool) {
        self.shape = shape
        self.images = images
        isGradient = gradient
        let (input, output) = (shape.inChannels / shape.groups, shape.outChannels / shape.groups)
        (from, to) = gradient ? (output, input) : (input, output)
        block = to < 3 ? 1 : 4
        let (rows, columns) =
            gradient
            ? (
                StripAxis(gradient: shape.rows, input: shape.height, output: shape.outHeight),
                StripAxis(gradient: shape.columns, input: shape.width, output: shape.outWidth)
            )
            : (
                StripAxis(shape.rows, input: shape.height, output: shape.outHeight),
                StripAxis(shape.columns, input: shape.width, output: shape.outWidth)
            )
        let planes = from * rows.read.step * columns.read.step
        layout = StripLayout(rows, columns, planes: planes, images: images)
        units = shape.groups * ((images + layout.images - 1) / layout.images)
        parts = min(32, units)
        phases = rows.write.step * columns.write.step
        var found = [[(offset: Int, channel: Int, tap: Int)]](repeating: [], count: phases)
        for channel in 0..<from {
            for ky in 0..<shape.rows.size {
                for kx in 0..<shape.columns.size {
                    let (y, x) = (rows.tap(ky), columns.tap(kx))
                    let plane = (channel * rows.read.step + y.read) * columns.read.step + x.read
                    let offset = plane * layout.planeSize + y.distance * layout.rowSize + x.distance
                    found[y.write * columns.write.step + x.write].append(
                        (offset, channel, ky * shape.columns.size + kx))
                }
            }
        }
        offsets = found.flatMap { $0.map(\.offset) }
        taps = found.flatMap { $0.map { ($0.channel, $0.tap) } }
        counts = found.map(\.count)
        frameSize = (planes * layout.planeSize + 2 * lanes + 15) & ~15
        strip = (layout.band * layout.rowSize + lanes + 15) & ~15
        reading = StripCopies(
            reading: layout, channels: from,
            imageSize: shape.groups * from * rows.read.length * columns.read.length)
        writing = StripCopies(
            writing: layout, channels: to,
            imageSize: shape.groups * to * rows.write.length * columns.write.length, strip: strip)
    }

    private var blocks: Int { (to + block - 1) / block }
    private var groupSize: Int { blocks * block * taps.count }
    private var resultSize: Int { blocks * block * phases * strip }
    var kind: ConvolutionKind { .strips }
    var packedSize: Int { shape.groups * groupSize }
    var packParts: Int { min(16, shape.groups) }

    /// `[groups, blocks, phases, taps, block]`.
    func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part: Int) {
        let area = shape.rows.size * shape.columns.size
        let (input, output) = (shape.inChannels / shape.groups, shape.outChannels / shape.groups)
        for group in part * shape.groups / packParts..<(part + 1) * shape.groups / packParts {
            var at = packed + group * groupSize
            for first in stride(from: 0, to: to, by: block) {
                for (channel, tap) in taps {
                    for c in first..<first + block {
                        let (o, i) = isGradient ? (channel, c) : (c, channel)
                        at[c - first] = c < to ? weight[((group * output + o) * input + i) * area + tap] : 0
                    }
                    at += block
                }
            }
        }
    }

    func run(
        _ input: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        output: UnsafeMutablePointer<Float>, part: Int
    ) {
        let (first, end) = (part * units / parts, (part + 1) * units / parts)
        var step = StripStep(
            groups: shape.groups, bands: layout.bands, images: layout.images, group: first % shape.groups,
            image: first / shape.groups * layout.images)
        let readSize = layout.rows.read.length * layout.columns.read.length
        let writeSize = layout.rows.write.length * layout.columns.write.length
        let inputEnd = input + images * shape.groups * from * readSize
        let count = (end - first) * layout.bands
        // A frame is filled while the one before it is worked on, whose results are put away while the next is: what
        // has just been written could not be read at once in other vectors than those it was written in.
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * (frameSize + resultSize)) { space in
            guard let frames = space.baseAddress, count > 0 else { return }
            let results = frames + 2 * frameSize
            frames.update(repeating: 0, count: 2 * frameSize)
            func fill(_ step: StripStep, _ frame: UnsafeMutablePointer<Float>) {
                let planes = input + (step.image * shape.groups + step.group) * from * readSize
                reading.fill(
                    frame, planes, images: min(layout.images, images - step.image), band: step.band, end: inputEnd)
            }
            func drain(_ step: StripStep, _ results: UnsafePointer<Float>) {
                let planes = output + (step.image * shape.groups + step.group) * to * writeSize
                writing.drain(
                    results, planes, images: min(layout.images, images - step.image), band: step.band)
            }
            offsets.withUnsafeBufferPointer { offsets in
                counts.withUnsafeBufferPointer { counts in
                    guard let offsets = offsets.baseAddress, let counts = counts.baseAddress else { return }
                    var (last, next) = (step, step)
                    fill(step, frames)
                    for i in 0..<count {
                        let (here, other) = (i & 1, 1 - i & 1)
                        next.advance()
                        if i + 1 < count { fill(next, frames + other * frameSize) }
                        let rows = min(layout.band, layout.rows.count - step.band * layout.band)
                        convolve(
                            frames + here * frameSize, rows: rows,
                            weight: packed + step.group * groupSize, bias: bias.map { $0 + step.group * to },
                            offsets, counts, into: results + here * resultSize)
                        if i > 0 { drain(last, results + other * resultSize) }
                        (last, step) = (step, next)
                    }
                    drain(last, results + (count - 1) % 2 * resultSize)
                }
            }
        }
    }

    @inline(__always)
    private func convolve(
        _ frame: UnsafePointer<Float>, rows: Int, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        _ offsets: UnsafePointer<Int>, _ counts: UnsafePointer<Int>, into results: UnsafeMutablePointer<Float>
    ) {
        let count = layout.end(rows: rows)
        var (weight, to) = (weight, results)
        for first in stride(from: 0, to: self.to, by: block) {
            var start = SIMD4<Float>.zero
            if let bias { for c in 0..<min(block, self.to - first) { start[c] = bias[first + c] } }
            var offsets = offsets
            for phase in 0..<phases {
                let taps = counts[phase]
                if block == 1 {
                    convolveStrip(
                        count: count, taps: taps, offsets: offsets, weight: weight, bias: start[0], from: frame, to: to)
                } else {
                    convolveStrips4(
                        count: count, taps: taps, offsets: offsets, weight: weight, bias: start, from: frame, to: to,
                        channel: phases * strip)
                }
                offsets += taps
                weight += taps * block
                to += strip
            }
            to += (block - 1) * phases * strip
        }
    }
}
