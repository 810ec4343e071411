import KernelInterface

/// The runs of pixels that a row of the output is cut into: whole vectors, or half vectors of which two make one, where
/// that takes fewer. A row's last run overlaps the one before it.
struct PixelRuns {
    /// Pixels of a run.
    let length: Int
    /// Runs of a row.
    let aRow: Int
    let areHalves: Bool

    /// How many times as many pixels the runs of a row hold.
    func excess(_ s: Convolution) -> Double { Double(aRow * length) / Double(s.outWidth) }

    /// - Returns: nil where a row of the output is shorter than half a vector.
    init?(_ s: Convolution) {
        let half = lanes / 2
        guard s.outWidth >= half else { return nil }
        let (wholes, halves) = ((s.outWidth + lanes - 1) / lanes, (s.outWidth + half - 1) / half)
        areHalves = s.outWidth < lanes || (halves * s.outHeight + 1) / 2 < wholes * s.outHeight
        length = areHalves ? half : lanes
        aRow = areHalves ? halves : wholes
    }
}
