/// Rows of a product that one pass adds up: as many as there are registers for.
#if KERNELS_V4
    let productRows = 12
#else
    let productRows = 6
#endif

/// `C[0..<rows, 0..<2 · lanes] (+)= A·B`, where A is held in blocks of `lanes` columns: element `(row, k)` stands at
/// `k / lanes · aBlock + row · lanes + k % lanes`.
///
/// - Parameters:
///   - rows: a multiple of six.
///   - b: `k` rows of `2 · lanes`.
///   - c: rows of `2 · lanes`.
func multiplyBlocks(
    rows: Int, k: Int, a: UnsafePointer<Float>, aBlock: Int, b: UnsafePointer<Float>,
    c: UnsafeMutablePointer<Float>, accumulating: Bool
) {
    var row = 0
    while row < rows {
        let (a, c) = (a + row * lanes, c + row * 2 * lanes)
        if productRows == 12 && rows - row >= 12 {
            var (low, high) = (Sums(), Sums())
            var (a, b, left) = (a, b, k)
            while left > 0 {
                for i in 0..<min(lanes, left) {
                    let (b0, b1) = (load(b), load(b + lanes))
                    low.add(a + i, row: lanes, b0, b1)
                    high.add(a + i + 6 * lanes, row: lanes, b0, b1)
                    b += 2 * lanes
                }
                a += aBlock
                left -= lanes
            }
            low.eachRow(6) { put($1, $2, c + $0 * 2 * lanes, accumulating) }
            high.eachRow(6) { put($1, $2, c + ($0 + 6) * 2 * lanes, accumulating) }
            row += 12
        } else {
            var sums = Sums()
            var (a, b, left) = (a, b, k)
            while left > 0 {
                for i in 0..<min(lanes, left) {
                    sums.add(a + i, row: lanes, load(b), load(b + lanes))
                    b += 2 * lanes
                }
                a += aBlock
                left -= lanes
            }
            sums.eachRow(6) { put($1, $2, c + $0 * 2 * lanes, accumulating) }
            row += 6
        }
    }
}

/// `C[0..<rows, 0..<2 · lanes] (+)= Aᵀ·B`, where both have a row for each `k`.
///
/// - Parameters:
///   - rows: a multiple of six.
///   - b: rows of `lanes`, those of the second vector `bBlock` floats behind those of the first.
func multiplyTransposed(
    rows: Int, k: Int, a: UnsafePointer<Float>, aRow: Int, b: UnsafePointer<Float>, bBlock: Int,
    c: UnsafeMutablePointer<Float>, cRow: Int, accumulating: Bool
) {
    var row = 0
    while row < rows {
        let c = c + row * cRow
        var (a, b) = (a + row, b)
        if productRows == 12 && rows - row >= 12 {
            var (low, high) = (Sums(), Sums())
            for _ in 0..<k {
                let (b0, b1) = (load(b), load(b + bBlock))
                low.add(a, row: 1, b0, b1)
                high.add(a + 6, row: 1, b0, b1)
                a += aRow
                b += lanes
            }
            low.eachRow(6) { put($1, $2, c + $0 * cRow, accumulating) }
            high.eachRow(6) { put($1, $2, c + ($0 + 6) * cRow, accumulating) }
            row += 12
        } else {
            var sums = Sums()
            for _ in 0..<k {
                sums.add(a, row: 1, load(b), load(b + bBlock))
                a += aRow
                b += lanes
            }
            sums.eachRow(6) { put($1, $2, c + $0 * cRow, accumulating) }
            row += 6
        }
    }
}

extension Sums {
    /// Adds the products of six values of A, `row` floats apart, with two vectors of B.
    @inline(__always)
    mutating func add(_ a: UnsafePointer<Float>, row: Int, _ b0: Vector, _ b1: Vector) {
        accumulate(&c00, &c01, a[0], b0, b1)
        accumulate(&c10, &c11, a[row], b0, b1)
        accumulate(&c20, &c21, a[2 * row], b0, b1)
        accumulate(&c30, &c31, a[3 * row], b0, b1)
        accumulate(&c40, &c41, a[4 * row], b0, b1)
        accumulate(&c50, &c51, a[5 * row], b0, b1)
    }
}
