import KernelInterface

/// One group of one image as direct convolutions read it: without padding, or copied into a frame of zeros.
struct Frame {
    let rowSize: Int
    let planeSize: Int
    let isPadded: Bool

    init(_ s: Convolution) {
        isPadded = s.rows.padding > 0 || s.columns.padding > 0
        rowSize = s.width + 2 * s.columns.padding
        planeSize = rowSize * (s.height + 2 * s.rows.padding)
    }

    /// Floats that a framed group takes; 0 where it is read in place.
    func size(_ s: Convolution) -> Int { isPadded ? s.inChannels / s.groups * planeSize : 0 }

    /// Where each tap reads, from the place of its pixel.
    func writeOffsets(_ s: Convolution, to offsets: UnsafeMutablePointer<Int>) {
        var tap = 0
        for c in 0..<s.inChannels / s.groups {
            for ky in 0..<s.rows.size {
                for kx in 0..<s.columns.size {
                    offsets[tap] = c * planeSize + ky * s.rows.dilation * rowSize + kx * s.columns.dilation
                    tap += 1
                }
            }
        }
    }

    /// The group as it is to be read, copied into `space` where it has a padding. The frame's zeros are written once,
    /// before the first group.
    func place(
        _ s: Convolution, _ input: UnsafePointer<Float>, in space: UnsafeMutablePointer<Float>
    ) -> UnsafePointer<Float> {
        guard isPadded else { return input }
        for c in 0..<s.inChannels / s.groups {
            for y in 0..<s.height {
                (space + (c * planeSize + (y + s.rows.padding) * rowSize + s.columns.padding)).update(
                    from: input + (c * s.height + y) * s.width, count: s.width)
            }
        }
        return UnsafePointer(space)
    }
}

/// The runs of pixels that a row of the output is cut into: whole vectors, or half vectors of which two make one, where
/// that takes fewer. A row's last run overlaps the one before it.
struct PixelRuns {
    let lanes: Int
    let aRow: Int
    let count: Int
    let areHalves: Bool

    /// - Returns: nil where a row of the output is shorter than half a vector, or its pixels do not lie side by side.
    init?(_ s: Convolution) {
        let half = pixelLanes / 2
        guard s.columns.stride == 1, s.outWidth >= half else { return nil }
        let (wholes, halves) = ((s.outWidth + pixelLanes - 1) / pixelLanes, (s.outWidth + half - 1) / half)
        areHalves = s.outWidth < pixelLanes || (halves * s.outHeight + 1) / 2 < wholes * s.outHeight
        lanes = areHalves ? half : pixelLanes
        aRow = areHalves ? halves : wholes
        count = aRow * s.outHeight
    }
}

/// A convolution whose pixels are read in vectors straight from the input.
func convolveDirectly(
    _ s: Convolution, _ input: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, _ images: Range<Int>, _ runs: PixelRuns
) {
    let frame = Frame(s)
    let (taps, pixels) = (s.taps, s.outPixels)
    let (outGroup, inGroup) = (s.outChannels / s.groups, s.inChannels / s.groups)
    let packed = packedSize(rows: outGroup, k: taps)
    withUnsafeTemporaryAllocation(of: Int.self, capacity: taps + 2 * runs.count) { places in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: packed * s.groups + frame.size(s)) { space in
            guard let offsets = places.baseAddress, let packedWeight = space.baseAddress else { return }
            let (starts, ends) = (offsets + taps, offsets + taps + runs.count)
            frame.writeOffsets(s, to: offsets)
            for run in 0..<runs.count {
                let (y, x) = (run / runs.aRow, min(run % runs.aRow * runs.lanes, s.outWidth - runs.lanes))
                starts[run] = y * s.rows.stride * frame.rowSize + x
                ends[run] = y * s.outWidth + x
            }
            for group in 0..<s.groups {
                packA(
                    rows: outGroup, k: taps, a: weight + group * outGroup * taps, row: taps, column: 1,
                    into: packedWeight + group * packed)
            }
            let framed = packedWeight + packed * s.groups
            framed.update(repeating: 0, count: frame.size(s))
            for image in images {
                for group in 0..<s.groups {
                    let input = input + (image * s.inChannels + group * inGroup) * s.height * s.width
                    convolveTiles(
                        channels: outGroup, taps: taps, weight: packedWeight + group * packed,
                        bias: bias.map { $0 + group * outGroup }, offsets: offsets, starts: starts, ends: ends,
                        runs: runs.count, areHalves: runs.areHalves, input: frame.place(s, input, in: framed),
                        output: output + (image * s.outChannels + group * outGroup) * pixels, outRow: pixels)
                }
            }
        }
    }
}

extension Kernels {
    /// The weight's gradient: for each tap the input that it saw, times the output's gradient with its channels last.
    public func convolveBackwardWeight(
        _ s: Convolution, _ gradient: UnsafePointer<Float>, input: UnsafePointer<Float>,
        weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>?, _ images: Range<Int>
    ) {
        let frame = Frame(s)
        let (taps, pixels) = (s.taps, s.outPixels)
        let (outGroup, inGroup) = (s.outChannels / s.groups, s.inChannels / s.groups)
        let width = (outGroup + pixelLanes - 1) / pixelLanes * pixelLanes
        if let biasGradient { addBiases(s, gradient, images, to: biasGradient) }
        withUnsafeTemporaryAllocation(of: Int.self, capacity: taps) { places in
            withUnsafeTemporaryAllocation(
                of: Float.self, capacity: taps * width * s.groups + pixels * width + frame.size(s)
            ) { space in
                guard let offsets = places.baseAddress, let sums = space.baseAddress else { return }
                let turned = sums + taps * width * s.groups
                let framed = turned + pixels * width
                frame.writeOffsets(s, to: offsets)
                // The sums, the channels beyond the last, the frame.
                sums.update(repeating: 0, count: space.count)
                for image in images {
                    for group in 0..<s.groups {
                        let from = gradient + (image * s.outChannels + group * outGroup) * pixels
                        for p in 0..<pixels {
                            for o in 0..<outGroup { turned[p * width + o] = from[o * pixels + p] }
                        }
                        let input = input + (image * s.inChannels + group * inGroup) * s.height * s.width
                        addWeightTiles(
                            taps: taps, offsets: offsets, input: frame.place(s, input, in: framed),
                            rowStep: s.rows.stride * frame.rowSize, columnStep: s.columns.stride, gradient: turned,
                            outHeight: s.outHeight, outWidth: s.outWidth, width: width, to: sums + group * taps * width)
                    }
                }
                for group in 0..<s.groups {
                    for o in 0..<outGroup {
                        let to = weightGradient + (group * outGroup + o) * taps
                        for tap in 0..<taps { to[tap] = sums[(group * taps + tap) * width + o] }
                    }
                }
            }
        }
    }
}

private func addBiases(
    _ s: Convolution, _ gradient: UnsafePointer<Float>, _ images: Range<Int>, to bias: UnsafeMutablePointer<Float>
) {
    for o in 0..<s.outChannels {
        var total: Float = 0
        for image in images {
            total += Kernels().sum(s.outPixels, gradient + (image * s.outChannels + o) * s.outPixels)
        }
        bias[o] = total
    }
}
