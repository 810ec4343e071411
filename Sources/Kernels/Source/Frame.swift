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
