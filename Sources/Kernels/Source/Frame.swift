import KernelInterface

/// Some rows of some channels of an image as convolutions read them: with the padding around them, and with the columns of
/// one phase of the stride side by side, so that neighbouring outputs read neighbouring floats. Or the image as it is, where
/// that is so already.
struct Frame {
    /// Whether the image is read as it is.
    let isInPlace: Bool
    /// Floats from one row, and from one channel, to the next.
    let rowSize: Int, planeSize: Int
    /// Rows from those of one output row to those of the next.
    let rowStep: Int
    /// Floats from what one output column reads to what the next does.
    let columnStep: Int
    private let rows: Int
    private let phases: Phases

    /// The columns of a padded row, by their remainders when divided by the stride: only those that a tap reads.
    private struct Phases {
        let stride: Int, dilation: Int
        /// Floats of one phase.
        let size: Int
        let count: Int

        /// The columns as they are, for outputs that read every `stride`th.
        init(whole window: Window, places: Int) {
            (stride, dilation, count) = (1, window.dilation, 1)
            size = (places - 1) * window.stride + (window.size - 1) * window.dilation + 1
        }

        init(_ window: Window, places: Int) {
            (stride, dilation) = (window.stride, window.dilation)
            size = places + (window.size - 1) * window.dilation / window.stride
            // Taps run through remainders in a cycle.
            var count = 1
            while count < window.size, count * window.dilation % window.stride != 0 { count += 1 }
            self.count = count
        }

        /// The remainder of a phase.
        func remainder(_ phase: Int) -> Int { phase * dilation % stride }

        /// Where a tap reads, from the place of its pixel.
        func offset(_ tap: Int) -> Int { tap % count * size + tap * dilation / stride }
    }

    /// - Parameters:
    ///   - outRows: the most output rows that are worked out from it at a time; nil for an image's.
    ///   - isPhased: whether neighbouring outputs are to read neighbouring floats.
    init(_ s: Convolution, outRows: Int? = nil, isPhased: Bool = true) {
        let outRows = max(1, min(outRows ?? s.outHeight, s.outHeight))
        isInPlace =
            s.rows.padding == 0 && s.columns.padding == 0 && (s.columns.stride == 1 || !isPhased)
            && s.outHeight <= s.rows.places(on: s.height) && s.outWidth <= s.columns.places(on: s.width)
        phases =
            isPhased ? Phases(s.columns, places: s.outWidth) : Phases(whole: s.columns, places: max(1, s.outWidth))
        // One row of taps sees none of the rows between.
        let step = s.rows.size == 1 ? 1 : s.rows.stride
        rows = (outRows - 1) * step + (s.rows.size - 1) * s.rows.dilation + 1
        rowStep = isInPlace ? s.rows.stride : step
        columnStep = isPhased ? 1 : s.columns.stride
        rowSize = isInPlace ? s.width : phases.count * phases.size
        planeSize = isInPlace ? s.height * s.width : rows * rowSize
    }

    /// Floats that some channels take; 0 where they are read in place. Behind them a vector can be read.
    func size(channels: Int) -> Int { isInPlace ? 0 : channels * planeSize }

    /// Where each tap of some channels reads, from the place of its pixel.
    func writeOffsets(_ s: Convolution, channels: Int, to offsets: UnsafeMutablePointer<Int>) {
        var tap = 0
        for c in 0..<channels {
            for ky in 0..<s.rows.size {
                for kx in 0..<s.columns.size {
                    offsets[tap] = c * planeSize + ky * s.rows.dilation * rowSize + phases.offset(kx)
                    tap += 1
                }
            }
        }
    }

    /// The place of an output pixel whose row is the `y`th of those that the frame was filled for.
    func place(_ y: Int, _ x: Int) -> Int { y * rowStep * rowSize + x * columnStep }

    /// Some channels of an image as they are to be read, from output row `first` on: copied into `space`, or in place. The
    /// zeros beside the image are not written: the space holds zeros, or what was copied there before, at the beginning.
    ///
    /// - Parameters:
    ///   - outRows: output rows that will be worked out.
    ///   - hasEdges: whether rows above and below the image are read.
    func fill(
        _ s: Convolution, channels: Int, _ input: UnsafePointer<Float>, first: Int, outRows: Int, hasEdges: Bool = true,
        in space: UnsafeMutablePointer<Float>
    ) -> UnsafePointer<Float> {
        if isInPlace { return input + first * s.rows.stride * s.width }
        let step = s.rows.size == 1 ? s.rows.stride : 1
        let used = (outRows - 1) * rowStep + (s.rows.size - 1) * s.rows.dilation + 1
        // The rows that lie inside the image.
        let top = first * s.rows.stride - s.rows.padding
        let low = min(used, top >= 0 ? 0 : (step - 1 - top) / step)
        let high = max(low, min(used, top >= s.height ? 0 : (s.height - 1 - top) / step + 1))
        for c in 0..<channels where hasEdges {
            let to = space + c * planeSize
            to.update(repeating: 0, count: low * rowSize)
            (to + high * rowSize).update(repeating: 0, count: (used - high) * rowSize)
        }
        for phase in 0..<phases.count where high > low {
            let shift = phases.remainder(phase) - s.columns.padding
            // The places whose columns lie inside the image.
            let left = min(phases.size, shift >= 0 ? 0 : (phases.stride - 1 - shift) / phases.stride)
            let end = min(phases.size, shift >= s.width ? 0 : (s.width - 1 - shift) / phases.stride + 1)
            if end <= left { continue }
            let column = left * phases.stride + shift
            for c in 0..<channels {
                var from = input + (c * s.height + top + low * step) * s.width
                var to = space + (c * planeSize + low * rowSize + phase * phases.size + left)
                for _ in low..<high {
                    switch phases.stride {
                    case 1: copyRow(end - left, from: from + column, to: to)
                    case 2: copyPairs(end - left, from: from, column, of: s.width, to: to)
                    default: for i in 0..<end - left { to[i] = from[column + i * phases.stride] }
                    }
                    from += step * s.width
                    to += rowSize
                }
            }
        }
        return UnsafePointer(space)
    }
}

/// Copies a row. Its last vector overlaps the one before it.
@inline(__always)
func copyRow(_ count: Int, from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>) {
    guard count >= lanes else {
        #if KERNELS_V4
            storeSome(loadSome(from, firstLanes(count)), to, firstLanes(count))
        #else
            copyPart(from, to: to, count)
        #endif
        return
    }
    var i = 0
    while i + lanes <= count {
        store(load(from + i), to + i)
        i += lanes
    }
    if i < count { store(load(from + (count - lanes)), to + (count - lanes)) }
}

/// Copies every second float of a row from one on. A pair is read from the float before it, where there is one, so that
/// nothing behind the row is read; else the last float is copied alone where its pair is not whole.
@inline(__always)
private func copyPairs(
    _ count: Int, from row: UnsafePointer<Float>, _ first: Int, of width: Int, to: UnsafeMutablePointer<Float>
) {
    if first > 0 {
        let from = row + (first - 1)
        overlapping(count) {
            put(get(from + 2 * $0, SIMD32<Float>.self).oddHalf, to + $0)
        } _: {
            put(get(from + 2 * $0, SIMD16<Float>.self).oddHalf, to + $0)
        } _: {
            put(get(from + 2 * $0, SIMD8<Float>.self).oddHalf, to + $0)
        } _: {
            to[$0] = from[2 * $0 + 1]
        }
    } else {
        let whole = min(count, width / 2)
        overlapping(whole) {
            put(get(row + 2 * $0, SIMD32<Float>.self).evenHalf, to + $0)
        } _: {
            put(get(row + 2 * $0, SIMD16<Float>.self).evenHalf, to + $0)
        } _: {
            put(get(row + 2 * $0, SIMD8<Float>.self).evenHalf, to + $0)
        } _: {
            to[$0] = row[2 * $0]
        }
        if whole < count { to[whole] = row[2 * whole] }
    }
}

/// Calls bodies that write sixteen, eight, four floats or one from some place on, so that all of `count` are written, some
/// of them twice where that saves a loop.
@inline(__always)
private func overlapping(
    _ count: Int, _ sixteen: (Int) -> Void, _ eight: (Int) -> Void, _ four: (Int) -> Void, _ one: (Int) -> Void
) {
    if count >= 16 {
        var i = 0
        while i + 16 <= count {
            sixteen(i)
            i += 16
        }
        if i < count { sixteen(count - 16) }
    } else if count >= 8 {
        eight(0)
        if count > 8 { eight(count - 8) }
    } else if count >= 4 {
        four(0)
        if count > 4 { four(count - 4) }
    } else {
        for i in 0..<count { one(i) }
    }
}
