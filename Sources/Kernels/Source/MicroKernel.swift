/// Rows of C in a tile; with two vectors of columns it keeps twelve accumulators in registers.
let tileRows = 6
/// Columns of C in a tile.
let tileColumns = 2 * Vector.scalarCount

/// The micro-kernel: `C[0..<rows, 0..<columns] (+)= A·B` for one tile.
///
/// - Parameters:
///   - a: `k` groups of six values, one for each row (`packA`).
///   - b: `k` rows, `bRow` floats apart, each with `tileColumns` readable floats.
@inline(__always)
private func microKernel(
    k: Int, a: UnsafePointer<Float>, b: UnsafePointer<Float>, bRow: Int,
    c: UnsafeMutablePointer<Float>, cRow: Int, rows: Int, columns: Int, accumulating: Bool
) {
    var sums = Sums()
    var (a, b) = (a, b)
    var left = k
    while left > 0 {
        let (b0, b1) = (load(b), load(b + lanes))
        accumulate(&sums.c00, &sums.c01, a[0], b0, b1)
        accumulate(&sums.c10, &sums.c11, a[1], b0, b1)
        accumulate(&sums.c20, &sums.c21, a[2], b0, b1)
        accumulate(&sums.c30, &sums.c31, a[3], b0, b1)
        accumulate(&sums.c40, &sums.c41, a[4], b0, b1)
        accumulate(&sums.c50, &sums.c51, a[5], b0, b1)
        a += 6
        b += bRow
        left -= 1
    }
    if columns == 2 * lanes {
        sums.eachRow(rows) { put($1, $2, c + $0 * cRow, accumulating) }
    } else {
        sums.eachRow(rows) { putPart($1, $2, c + $0 * cRow, columns, accumulating) }
    }
}

@inline(__always)
private func putPart(
    _ low: Vector, _ high: Vector, _ c: UnsafeMutablePointer<Float>, _ columns: Int, _ accumulating: Bool
) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * lanes) { row in
        guard let base = row.baseAddress else { return }
        store(low, base)
        store(high, base + lanes)
        for j in 0..<columns { c[j] = accumulating ? c[j] + base[j] : base[j] }
    }
}

/// Packs `rows` × `k` values of A into groups of six rows, the last filled up with zeros.
func packA(
    rows: Int, k: Int, a: UnsafePointer<Float>, row: Int, column: Int, into packed: UnsafeMutablePointer<Float>
) {
    var out = packed
    var first = 0
    while first < rows {
        let count = min(tileRows, rows - first)
        let base = a + first * row
        for p in 0..<k {
            let source = base + p * column
            for i in 0..<count { out[i] = source[i * row] }
            for i in count..<tileRows { out[i] = 0 }
            out += tileRows
        }
        first += tileRows
    }
}

/// Floats that `packA` fills.
func packedSizeOfA(rows: Int, k: Int) -> Int { (rows + tileRows - 1) / tileRows * tileRows * k }

/// `C (+)= A·B` with A packed and B in panels of `tileColumns`.
///
/// - Parameters:
///   - bRow: floats from one row of a panel to the next.
///   - bPanel: floats from one panel to the next: `tileColumns` where B is an ordinary matrix, whose last row must
///     then be readable to the next multiple of `tileColumns`.
func multiplyPanels(
    m: Int, n: Int, k: Int, packedA: UnsafePointer<Float>, b: UnsafePointer<Float>, bRow: Int, bPanel: Int,
    c: UnsafeMutablePointer<Float>, cRow: Int, accumulating: Bool
) {
    var (j, panel) = (0, b)
    while j < n {
        let columns = min(2 * lanes, n - j)
        var i = 0
        while i < m {
            microKernel(
                k: k, a: packedA + i * k, b: panel, bRow: bRow, c: c + i * cRow + j, cRow: cRow,
                rows: min(6, m - i), columns: columns, accumulating: accumulating)
            i += 6
        }
        j += 2 * lanes
        panel += bPanel
    }
}
