import CVectors

// Operands of matrix products in the order in which tiles read them.

/// Floats that `packA` fills.
func packedSizeOfA(rows: Int, k: Int) -> Int { (rows + tileRows - 1) / tileRows * tileRows * k }

/// Packs `rows` × `k` values of A into groups of `tileRows` rows, the last filled up with zeros: `k` times one value of each
/// row.
///
/// - Parameters:
///   - row, column: floats from one row and column of A to the next, which may be negative.
///   - groupSize: floats from one group to the next; nil where groups follow each other.
func packA(
    rows: Int, k: Int, a: UnsafePointer<Float>, row: Int, column: Int, into packed: UnsafeMutablePointer<Float>,
    groupSize: Int? = nil
) {
    let groupSize = groupSize ?? tileRows * k
    // Rows that lie side by side are read as they lie: their groups share cache lines.
    let whole = row == 1 ? rows / tileRows : 0
    if whole > 0 {
        for p in 0..<k {
            let (from, to) = (a + p * column, packed + p * tileRows)
            for group in 0..<whole {
                for i in 0..<tileRows { to[group * groupSize + i] = from[group * tileRows + i] }
            }
        }
    }
    for first in stride(from: whole * tileRows, to: rows, by: tileRows) {
        packGroup(
            min(tileRows, rows - first), k: k, a: a + first * row, row: row, column: column,
            into: packed + first / tileRows * groupSize)
    }
}

private func packGroup(
    _ count: Int, k: Int, a: UnsafePointer<Float>, row: Int, column: Int, into out: UnsafeMutablePointer<Float>
) {
    var p = 0
    if column == 1, count > 4 { p = packSquares(count, k: k, a: a, row: row, into: out) }
    if count < tileRows { for q in 0..<p { for i in count..<tileRows { out[q * tileRows + i] = 0 } } }
    while p < k {
        let (from, to) = (a + p * column, out + p * tileRows)
        for i in 0..<count { to[i] = from[i * row] }
        for i in count..<tileRows { to[i] = 0 }
        p += 1
    }
}

/// Packs rows that lie side by side in squares, as far as there are whole ones.
///
/// - Returns: how many values of each row it has packed.
private func packSquares(
    _ count: Int, k: Int, a: UnsafePointer<Float>, row: Int, into out: UnsafeMutablePointer<Float>
) -> Int {
    func value(_ row: Int) -> Int { min(row, count - 1) }
    var p = 0
    #if KERNELS_V4
        // A square holds twice as many values of eight rows.
        while p + 2 * lanes <= k {
            let square = Square { load(a + (value($0 & 7) * row + p + $0 / 8 * lanes)) }.transposed
            square.eachRow(lanes) {
                let to = UnsafeMutableRawPointer(out + (p + $0) * tileRows)
                to.storeBytes(of: $1.lowHalf, as: HalfVector.self)
                (to + lanes * tileRows * MemoryLayout<Float>.size).storeBytes(of: $1.highHalf, as: HalfVector.self)
            }
            p += 2 * lanes
        }
    #elseif KERNELS_V3
        // Eight floats are stored where a group has six rows: the next store, or whoever goes on, writes over the rest.
        while p + lanes < k {
            let square = Square { load(a + (value($0) * row + p)) }.transposed
            square.eachRow(lanes) { store($1, out + (p + $0) * tileRows) }
            p += lanes
        }
    #endif
    return p
}

/// Floats that `packB` fills.
func packedSizeOfB(k: Int, columns: Int) -> Int { (columns + tileColumns - 1) / tileColumns * tileColumns * k }

/// Packs `k` × `columns` values of B into panels of `tileColumns`: `k` rows each. The last panel is filled up with zeros.
func packB(
    k: Int, columns: Int, b: UnsafePointer<Float>, row: Int, column: Int, into packed: UnsafeMutablePointer<Float>
) {
    for first in stride(from: 0, to: columns, by: tileColumns) {
        packPanel(
            k: k, count: min(tileColumns, columns - first), b: b + first * column, row: row, column: column,
            into: packed + first * k)
    }
}

private func packPanel(
    k: Int, count: Int, b: UnsafePointer<Float>, row: Int, column: Int, into out: UnsafeMutablePointer<Float>
) {
    let panel = tileColumns
    if count < panel { out.update(repeating: 0, count: k * panel) }
    if column == 1, count == panel {
        for p in 0..<k {
            let (from, to) = (b + p * row, out + p * panel)
            for v in 0..<tileVectors { store(load(from + v * lanes), to + v * lanes) }
        }
    } else if row == 1 {
        transpose(rows: count, columns: k, b, row: column, to: out, row: panel)
    } else {
        for p in 0..<k {
            let (from, to) = (b + p * row, out + p * panel)
            for j in 0..<count { to[j] = from[j * column] }
        }
    }
}

/// `C (+)= A·B` with A packed in groups of `tileRows` and B in panels of `tileColumns`.
///
/// - Parameters:
///   - bRow: floats from one row of a panel to the next. Each row is readable to a multiple of a vector.
///   - bPanel: floats from one panel to the next.
func multiplyPanels(
    m: Int, n: Int, k: Int, packedA: UnsafePointer<Float>, b: UnsafePointer<Float>, bRow: Int, bPanel: Int,
    c: UnsafeMutablePointer<Float>, cRow: Int, accumulating: Bool
) {
    for j in stride(from: 0, to: n, by: tileColumns) {
        let columns = min(tileColumns, n - j)
        let vectors = (columns + lanes - 1) / lanes
        let panel = PanelSource(first: b + j / tileColumns * bPanel, step: bRow)
        for i in stride(from: 0, to: m, by: tileRows) {
            let target = MatrixTarget(
                first: c + (i * cRow + j), step: cRow, last: columns - (vectors - 1) * lanes, isAdded: accumulating)
            let (a, count) = (packedA + i * k, min(tileRows, m - i))
            fetch(target.first, rows: count, columns: columns, step: cRow)
            multiplyRows(count, vectors: vectors, k: k, a: a, from: panel, to: target)
        }
    }
}

/// Has a tile brought near while its sums are made: the rows of a large matrix lie in pages of their own, which nothing else
/// foresees.
@inline(__always)
private func fetch(_ first: UnsafePointer<Float>, rows: Int, columns: Int, step: Int) {
    for row in 0..<rows {
        for line in stride(from: 0, to: columns, by: 16) { nightjar_prefetch_to_write(first + (row * step + line)) }
    }
}
