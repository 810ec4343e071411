#if KERNELS_V4
    private typealias Vector = SIMD16<Float>
    let instructionSet = "x86-64-v4"
#elseif KERNELS_V3
    private typealias Vector = SIMD8<Float>
    let instructionSet = "x86-64-v3"
#else
    private typealias Vector = SIMD4<Float>
    #if KERNELS_FMA
        let instructionSet = "arm64"
    #else
        let instructionSet = "x86-64-v2"
    #endif
#endif

/// Floats in a vector.
@inline(__always) private var lanes: Int { Vector.scalarCount }

/// `sum += a·b`, fused where the instruction set fuses; without it `addProduct` would call a function a lane.
@inline(__always)
private func accumulate(_ sum: inout Vector, _ a: Vector, _ b: Vector) {
    #if KERNELS_V3 || KERNELS_V4 || KERNELS_FMA
        sum.addProduct(a, b)
    #else
        sum += a * b
    #endif
}

@inline(__always)
private func load(_ pointer: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
}

@inline(__always)
private func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
}

/// Rows of C in a tile; with two vectors of columns it keeps twelve accumulators in registers.
let tileRows = 6
/// Columns of C in a tile.
let tileColumns = 2 * Vector.scalarCount

/// The micro-kernel: `C[0..<rows, 0..<columns] (+)= A·B` for one tile.
///
/// - Parameters:
///   - a: `k` groups of six values, one for each row (`packRows`).
///   - b: `k` rows, `bRow` floats apart, each with `tileColumns` readable floats.
@inline(__always)
private func multiplyTile(
    k: Int, a: UnsafePointer<Float>, b: UnsafePointer<Float>, bRow: Int,
    c: UnsafeMutablePointer<Float>, cRow: Int, rows: Int, columns: Int, accumulating: Bool
) {
    var (c00, c01) = (Vector.zero, Vector.zero)
    var (c10, c11) = (Vector.zero, Vector.zero)
    var (c20, c21) = (Vector.zero, Vector.zero)
    var (c30, c31) = (Vector.zero, Vector.zero)
    var (c40, c41) = (Vector.zero, Vector.zero)
    var (c50, c51) = (Vector.zero, Vector.zero)
    var (a, b) = (a, b)
    var left = k
    while left > 0 {
        let (b0, b1) = (load(b), load(b + lanes))
        let a0 = Vector(repeating: a[0])
        accumulate(&c00, a0, b0)
        accumulate(&c01, a0, b1)
        let a1 = Vector(repeating: a[1])
        accumulate(&c10, a1, b0)
        accumulate(&c11, a1, b1)
        let a2 = Vector(repeating: a[2])
        accumulate(&c20, a2, b0)
        accumulate(&c21, a2, b1)
        let a3 = Vector(repeating: a[3])
        accumulate(&c30, a3, b0)
        accumulate(&c31, a3, b1)
        let a4 = Vector(repeating: a[4])
        accumulate(&c40, a4, b0)
        accumulate(&c41, a4, b1)
        let a5 = Vector(repeating: a[5])
        accumulate(&c50, a5, b0)
        accumulate(&c51, a5, b1)
        a += 6
        b += bRow
        left -= 1
    }
    if rows == 6 && columns == 2 * lanes {
        put(c00, c01, c, accumulating)
        put(c10, c11, c + cRow, accumulating)
        put(c20, c21, c + 2 * cRow, accumulating)
        put(c30, c31, c + 3 * cRow, accumulating)
        put(c40, c41, c + 4 * cRow, accumulating)
        put(c50, c51, c + 5 * cRow, accumulating)
        return
    }
    putPart(c00, c01, c, columns, accumulating)
    if rows > 1 { putPart(c10, c11, c + cRow, columns, accumulating) }
    if rows > 2 { putPart(c20, c21, c + 2 * cRow, columns, accumulating) }
    if rows > 3 { putPart(c30, c31, c + 3 * cRow, columns, accumulating) }
    if rows > 4 { putPart(c40, c41, c + 4 * cRow, columns, accumulating) }
    if rows > 5 { putPart(c50, c51, c + 5 * cRow, columns, accumulating) }
}

@inline(__always)
private func put(_ low: Vector, _ high: Vector, _ c: UnsafeMutablePointer<Float>, _ accumulating: Bool) {
    if accumulating {
        store(load(c) + low, c)
        store(load(c + lanes) + high, c + lanes)
    } else {
        store(low, c)
        store(high, c + lanes)
    }
}

@inline(__always)
private func putPart(
    _ low: Vector, _ high: Vector, _ c: UnsafeMutablePointer<Float>, _ columns: Int, _ accumulating: Bool
) {
    if columns == 2 * lanes {
        put(low, high, c, accumulating)
        return
    }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * lanes) { row in
        guard let base = row.baseAddress else { return }
        store(low, base)
        store(high, base + lanes)
        for j in 0..<columns { c[j] = accumulating ? c[j] + base[j] : base[j] }
    }
}

/// Packs `rows` × `k` values of A into groups of six rows, the last filled up with zeros.
func packRows(
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

/// Floats that `packRows` fills.
func packedSize(rows: Int, k: Int) -> Int { (rows + tileRows - 1) / tileRows * tileRows * k }

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
            multiplyTile(
                k: k, a: packedA + i * k, b: panel, bRow: bRow, c: c + i * cRow + j, cRow: cRow,
                rows: min(6, m - i), columns: columns, accumulating: accumulating)
            i += 6
        }
        j += 2 * lanes
        panel += bPanel
    }
}
