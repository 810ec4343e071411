// A tile of a matrix product: some rows by some vectors of columns, whose sums stay in registers while all products are
// added up.

#if KERNELS_V4 || KERNELS_FMA
    /// Rows of a tile. Of 32 registers 24 hold sums, three hold columns and one a row's value.
    @inline(__always) var tileRows: Int { 8 }
    /// Vectors of columns of a tile.
    @inline(__always) var tileVectors: Int { 3 }
#else
    /// Rows of a tile. Of 16 registers twelve hold sums, two hold columns and one a row's value.
    @inline(__always) var tileRows: Int { 6 }
    /// Vectors of columns of a tile.
    @inline(__always) var tileVectors: Int { 2 }
#endif

/// Columns of a tile.
@inline(__always) var tileColumns: Int { tileVectors * lanes }

/// A number that a type stands for, so that what is compiled for it knows it.
protocol Count {
    static var value: Int { get }
}

enum N1: Count { static var value: Int { 1 } }
enum N2: Count { static var value: Int { 2 } }
enum N3: Count { static var value: Int { 3 } }
enum N4: Count { static var value: Int { 4 } }
enum N5: Count { static var value: Int { 5 } }
enum N6: Count { static var value: Int { 6 } }
enum N7: Count { static var value: Int { 7 } }
enum N8: Count { static var value: Int { 8 } }
enum N9: Count { static var value: Int { 9 } }
enum N10: Count { static var value: Int { 10 } }
enum N11: Count { static var value: Int { 11 } }
enum N12: Count { static var value: Int { 12 } }
enum N13: Count { static var value: Int { 13 } }
enum N14: Count { static var value: Int { 14 } }

/// Where the columns of a tile are read from.
protocol TileSource {
    /// The vectors that are multiplied with the tile's `p`th values.
    func row(_ p: Int, _ vectors: Int) -> TileRow
}

/// Where a tile's sums go.
protocol TileTarget {
    func put(_ sums: TileRow, row: Int, _ vectors: Int)
}

/// What a tile's sums are added to.
enum TileStart {
    case zero
    /// A value for each row.
    case bias(UnsafePointer<Float>)
    /// What the target holds.
    case target
}

/// The values of a tile's rows that are multiplied with the columns.
protocol TileValues {
    func value(_ row: Int) -> Float
}

/// Values that lie side by side.
extension UnsafePointer<Float>: TileValues {
    @inline(__always)
    func value(_ row: Int) -> Float { self[row] }
}

/// One row of a tile.
struct TileRow {
    var v0 = Vector.zero
    var v1 = Vector.zero
    var v2 = Vector.zero
    var v3 = Vector.zero

    @inline(__always)
    mutating func add(_ a: Float, _ b: TileRow, _ vectors: Int) {
        let values = Vector(repeating: a)
        accumulate(&v0, values, b.v0)
        if vectors > 1 { accumulate(&v1, values, b.v1) }
        if vectors > 2 { accumulate(&v2, values, b.v2) }
        if vectors > 3 { accumulate(&v3, values, b.v3) }
    }
}

/// All rows of a tile. The numbers of rows and vectors are known where these functions are compiled, so that what lies
/// beyond them takes no registers.
struct TileSums {
    private var r0 = TileRow(), r1 = TileRow(), r2 = TileRow(), r3 = TileRow()
    private var r4 = TileRow(), r5 = TileRow(), r6 = TileRow(), r7 = TileRow()

    /// - Parameter rows: 1, or an even number to 8.
    @inline(__always)
    mutating func add(_ a: some TileValues, _ b: TileRow, _ rows: Int, _ vectors: Int) {
        r0.add(a.value(0), b, vectors)
        if rows > 1 { r1.add(a.value(1), b, vectors) }
        if rows > 2 {
            r2.add(a.value(2), b, vectors)
            r3.add(a.value(3), b, vectors)
        }
        if rows > 4 {
            r4.add(a.value(4), b, vectors)
            r5.add(a.value(5), b, vectors)
        }
        if rows > 6 {
            r6.add(a.value(6), b, vectors)
            r7.add(a.value(7), b, vectors)
        }
    }

    /// Puts the first `count` of the tile's rows into the target.
    @inline(__always)
    func put(_ count: Int, _ rows: Int, _ vectors: Int, to target: some TileTarget) {
        target.put(r0, row: 0, vectors)
        if rows > 1, count > 1 { target.put(r1, row: 1, vectors) }
        if rows > 2, count > 2 { target.put(r2, row: 2, vectors) }
        if rows > 2, count > 3 { target.put(r3, row: 3, vectors) }
        if rows > 4, count > 4 { target.put(r4, row: 4, vectors) }
        if rows > 4, count > 5 { target.put(r5, row: 5, vectors) }
        if rows > 6, count > 6 { target.put(r6, row: 6, vectors) }
        if rows > 6, count > 7 { target.put(r7, row: 7, vectors) }
    }
}

/// The micro-kernel.
///
/// - Parameters:
///   - a: `k` groups of `tileRows` values, one for each row (`packA`).
///   - count: rows that are kept.
@inline(never)
private func multiplyTile<Rows: Count, Vectors: Count, Source: TileSource, Target: TileTarget>(
    _: Rows.Type, _: Vectors.Type, k: Int, a: UnsafePointer<Float>, from source: Source, count: Int, to target: Target
) {
    var sums = TileSums()
    var a = a
    for p in 0..<k {
        sums.add(a, source.row(p, Vectors.value), Rows.value, Vectors.value)
        a += tileRows
    }
    sums.put(count, Rows.value, Vectors.value, to: target)
}

/// Multiplies `count` rows, at most `tileRows`, by `vectors` vectors of columns, at most `tileVectors`. Fewer take fewer
/// products.
func multiplyRows<Source: TileSource, Target: TileTarget>(
    _ count: Int, vectors: Int, k: Int, a: UnsafePointer<Float>, from source: Source, to target: Target
) {
    switch vectors {
    case 1: multiplyRows(count, N1.self, k: k, a: a, from: source, to: target)
    #if KERNELS_V4 || KERNELS_FMA
        case 2: multiplyRows(count, N2.self, k: k, a: a, from: source, to: target)
        default: multiplyRows(count, N3.self, k: k, a: a, from: source, to: target)
    #else
        default: multiplyRows(count, N2.self, k: k, a: a, from: source, to: target)
    #endif
    }
}

private func multiplyRows<Vectors: Count, Source: TileSource, Target: TileTarget>(
    _ count: Int, _: Vectors.Type, k: Int, a: UnsafePointer<Float>, from source: Source, to target: Target
) {
    if count > 4 {
        #if KERNELS_V4 || KERNELS_FMA
            multiplyTile(N8.self, Vectors.self, k: k, a: a, from: source, count: count, to: target)
        #else
            multiplyTile(N6.self, Vectors.self, k: k, a: a, from: source, count: count, to: target)
        #endif
    } else if count > 2 {
        multiplyTile(N4.self, Vectors.self, k: k, a: a, from: source, count: count, to: target)
    } else if count == 2 {
        multiplyTile(N2.self, Vectors.self, k: k, a: a, from: source, count: count, to: target)
    } else {
        multiplyTile(N1.self, Vectors.self, k: k, a: a, from: source, count: count, to: target)
    }
}

/// Columns that lie side by side: rows of a packed panel, or of a matrix as it is.
struct PanelSource: TileSource {
    let first: UnsafePointer<Float>
    /// Floats from one row to the next.
    let step: Int

    @inline(__always)
    func row(_ p: Int, _ vectors: Int) -> TileRow {
        let at = first + p * step
        var row = TileRow()
        row.v0 = load(at)
        if vectors > 1 { row.v1 = load(at + lanes) }
        if vectors > 2 { row.v2 = load(at + 2 * lanes) }
        if vectors > 3 { row.v3 = load(at + 3 * lanes) }
        return row
    }
}

/// Columns that go side by side into a matrix.
struct MatrixTarget: TileTarget {
    let first: UnsafeMutablePointer<Float>
    /// Floats from one row to the next.
    let step: Int
    /// Columns of the last vector that are kept.
    let last: Int
    let isAdded: Bool

    @inline(__always)
    func put(_ sums: TileRow, row: Int, _ vectors: Int) {
        let at = first + row * step
        put(sums.v0, at, isLast: vectors == 1)
        if vectors > 1 { put(sums.v1, at + lanes, isLast: vectors == 2) }
        if vectors > 2 { put(sums.v2, at + 2 * lanes, isLast: vectors == 3) }
        if vectors > 3 { put(sums.v3, at + 3 * lanes, isLast: true) }
    }

    @inline(__always)
    private func put(_ sums: Vector, _ at: UnsafeMutablePointer<Float>, isLast: Bool) {
        if !isLast || last == lanes {
            store(isAdded ? load(at) + sums : sums, at)
        } else {
            storePart(isAdded ? loadPart(at, last) + sums : sums, at, last)
        }
    }
}
