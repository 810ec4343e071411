/// Transposes `rows` × `columns` floats: `to[j, i] = from[i, j]`.
///
/// - Parameters:
///   - row: floats from one row to the next, of either.
func transpose(
    rows: Int, columns: Int, _ from: UnsafePointer<Float>, row fromRow: Int, to: UnsafeMutablePointer<Float>,
    row toRow: Int
) {
    for i in stride(from: 0, to: rows, by: lanes) {
        let count = min(lanes, rows - i)
        let (from, to) = (from + i * fromRow, to + i)
        if columns < lanes {
            for j in 0..<columns { for k in 0..<count { to[j * toRow + k] = from[k * fromRow + j] } }
            continue
        }
        for first in stride(from: 0, to: columns, by: lanes) {
            // The last square overlaps the one before it, so that nothing behind the columns is read.
            let j = min(first, columns - lanes)
            let square = Square { load(from + (min($0, count - 1) * fromRow + j)) }.transposed
            if count == lanes {
                square.eachRow(lanes) { store($1, to + (j + $0) * toRow) }
            } else {
                square.eachRow(lanes) { storePart($1, to + (j + $0) * toRow, count) }
            }
        }
    }
}
