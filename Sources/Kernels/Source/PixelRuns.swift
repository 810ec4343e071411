import KernelInterface

/// The runs of pixels that some rows of the output are cut into.
struct PixelRuns {
    enum Kind {
        /// A run is a vector, or half a vector of which two make one, where that takes fewer. A row's last run overlaps the
        /// one before it.
        case wholes, halves
        /// A run is a vector of the end of one row and the beginning of the next, whose lanes are read one after the other.
        case ends
    }

    let kind: Kind
    /// Pixels of a run.
    let length: Int
    private let width: Int

    /// Runs of some rows.
    func count(rows: Int) -> Int {
        guard kind == .ends else { return rows * ((width + length - 1) / length) }
        // A row that is no shorter than a vector fills one with the next.
        if width >= length { return (rows * width + length - 1) / length }
        var count = 0
        eachEnd(rows: rows) { _, _, _, _ in count += 1 }
        return count
    }

    /// Calls `body` with each run of ends of some rows: its first pixel's row and column, its pixels in that row, and in all.
    @inline(__always)
    func eachEnd(rows: Int, _ body: (_ y: Int, _ x: Int, _ first: Int, _ count: Int) -> Void) {
        var (y, x) = (0, 0)
        while y < rows {
            let first = min(length, width - x)
            let count = first == length || y + 1 == rows ? first : min(length, first + width)
            body(y, x, first, count)
            x += count
            while x >= width { (y, x) = (y + 1, x - width) }
        }
    }

    /// How many times as many pixels the runs hold.
    func excess(_ s: Convolution) -> Double {
        Double(count(rows: s.outHeight) * length) / Double(max(1, s.outPixels))
    }

    /// - Returns: nil where a row of the output is shorter than half a vector.
    init?(_ s: Convolution) {
        let half = lanes / 2
        guard s.outWidth >= half else { return nil }
        let (wholes, halves) = ((s.outWidth + lanes - 1) / lanes, (s.outWidth + half - 1) / half)
        width = s.outWidth
        let areHalves = s.outWidth < lanes || (halves * s.outHeight + 1) / 2 < wholes * s.outHeight
        #if KERNELS_V4
            // Halves of rows that they fill are read sooner.
            let areEnds = s.outHeight > 1 && s.outWidth % half != 0
            kind = areEnds ? .ends : areHalves ? .halves : .wholes
        #else
            kind = areHalves ? .halves : .wholes
        #endif
        length = kind == .halves ? half : lanes
    }
}
