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

/// A row's sums: `(low, high) += a·(b0, b1)`.
@inline(__always)
private func accumulate(_ low: inout Vector, _ high: inout Vector, _ a: Float, _ b0: Vector, _ b1: Vector) {
    let values = Vector(repeating: a)
    accumulate(&low, values, b0)
    accumulate(&high, values, b1)
}

/// Six rows by two vectors of running sums: as many as there are registers for.
private struct Sums {
    var (c00, c01) = (Vector.zero, Vector.zero)
    var (c10, c11) = (Vector.zero, Vector.zero)
    var (c20, c21) = (Vector.zero, Vector.zero)
    var (c30, c31) = (Vector.zero, Vector.zero)
    var (c40, c41) = (Vector.zero, Vector.zero)
    var (c50, c51) = (Vector.zero, Vector.zero)

    /// Starts each of the first `rows` rows with a value of its own.
    @inline(__always)
    mutating func fill(_ values: UnsafePointer<Float>, _ rows: Int) {
        func value(_ row: Int) -> Vector { Vector(repeating: row < rows ? values[row] : 0) }
        (c00, c10, c20, c30, c40, c50) = (value(0), value(1), value(2), value(3), value(4), value(5))
        (c01, c11, c21, c31, c41, c51) = (c00, c10, c20, c30, c40, c50)
    }

    /// Calls `body` with each of the first `rows` rows' sums.
    @inline(__always)
    func eachRow(_ rows: Int, _ body: (_ row: Int, _ low: Vector, _ high: Vector) -> Void) {
        body(0, c00, c01)
        if rows > 1 { body(1, c10, c11) }
        if rows > 2 { body(2, c20, c21) }
        if rows > 3 { body(3, c30, c31) }
        if rows > 4 { body(4, c40, c41) }
        if rows > 5 { body(5, c50, c51) }
    }
}

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
            microKernel(
                k: k, a: packedA + i * k, b: panel, bRow: bRow, c: c + i * cRow + j, cRow: cRow,
                rows: min(6, m - i), columns: columns, accumulating: accumulating)
            i += 6
        }
        j += 2 * lanes
        panel += bPanel
    }
}

/// Pixels that a tile of a direct convolution holds in one vector.
let pixelLanes = Vector.scalarCount

/// The output of a convolution with column stride 1, read straight from the input: six output channels by two vectors
/// of pixels at a time.
///
/// - Parameters:
///   - weight: `packA` of `[channels, taps]`.
///   - offsets: where each tap reads, from the place of its pixel.
///   - starts, ends: for each vector of pixels, where it reads from and where it goes to.
///   - outRow: floats from one output channel to the next.
func convolveTiles(
    channels: Int, taps: Int, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    offsets: UnsafePointer<Int>, starts: UnsafePointer<Int>, ends: UnsafePointer<Int>, vectors: Int,
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, outRow: Int
) {
    var v = 0
    while v < vectors {
        let w = min(v + 1, vectors - 1)
        let (in0, in1) = (input + starts[v], input + starts[w])
        let (out0, out1) = (output + ends[v], output + ends[w])
        var first = 0
        while first < channels {
            let rows = min(6, channels - first)
            var sums = Sums()
            if let bias { sums.fill(bias + first, rows) }
            var a = weight + first * taps
            for tap in 0..<taps {
                let offset = offsets[tap]
                let (b0, b1) = (load(in0 + offset), load(in1 + offset))
                accumulate(&sums.c00, &sums.c01, a[0], b0, b1)
                accumulate(&sums.c10, &sums.c11, a[1], b0, b1)
                accumulate(&sums.c20, &sums.c21, a[2], b0, b1)
                accumulate(&sums.c30, &sums.c31, a[3], b0, b1)
                accumulate(&sums.c40, &sums.c41, a[4], b0, b1)
                accumulate(&sums.c50, &sums.c51, a[5], b0, b1)
                a += 6
            }
            sums.eachRow(rows) { row, low, high in
                store(low, out0 + (first + row) * outRow)
                store(high, out1 + (first + row) * outRow)
            }
            first += 6
        }
        v += 2
    }
}

/// Adds one image's part to a weight gradient `[taps, width]`: six taps by two vectors of output channels at a time.
///
/// - Parameters:
///   - offsets: where each tap reads, from the place of its pixel.
///   - gradient: `[outHeight, outWidth, width]`, the output gradient with its channels last, `width` a multiple of
///     two vectors.
///   - rowStep, columnStep: how far the input moves from one output row and column to the next.
func addWeightTiles(
    taps: Int, offsets: UnsafePointer<Int>, input: UnsafePointer<Float>, rowStep: Int, columnStep: Int,
    gradient: UnsafePointer<Float>, outHeight: Int, outWidth: Int, width: Int, to sums: UnsafeMutablePointer<Float>
) {
    var first = 0
    while first < taps {
        let rows = min(6, taps - first)
        // Rows beyond the last tap read the first one's input, and are not kept.
        func place(_ row: Int) -> UnsafePointer<Float> { input + offsets[row < rows ? first + row : first] }
        let (r0, r1, r2, r3, r4, r5) = (place(0), place(1), place(2), place(3), place(4), place(5))
        var channel = 0
        while channel < width {
            var (c00, c01) = (Vector.zero, Vector.zero)
            var (c10, c11) = (Vector.zero, Vector.zero)
            var (c20, c21) = (Vector.zero, Vector.zero)
            var (c30, c31) = (Vector.zero, Vector.zero)
            var (c40, c41) = (Vector.zero, Vector.zero)
            var (c50, c51) = (Vector.zero, Vector.zero)
            var g = gradient + channel
            for y in 0..<outHeight {
                var at = y * rowStep
                for _ in 0..<outWidth {
                    let (b0, b1) = (load(g), load(g + lanes))
                    accumulate(&c00, &c01, r0[at], b0, b1)
                    accumulate(&c10, &c11, r1[at], b0, b1)
                    accumulate(&c20, &c21, r2[at], b0, b1)
                    accumulate(&c30, &c31, r3[at], b0, b1)
                    accumulate(&c40, &c41, r4[at], b0, b1)
                    accumulate(&c50, &c51, r5[at], b0, b1)
                    at += columnStep
                    g += width
                }
            }
            let c = sums + first * width + channel
            put(c00, c01, c, true)
            if rows > 1 { put(c10, c11, c + 1 * width, true) }
            if rows > 2 { put(c20, c21, c + 2 * width, true) }
            if rows > 3 { put(c30, c31, c + 3 * width, true) }
            if rows > 4 { put(c40, c41, c + 4 * width, true) }
            if rows > 5 { put(c50, c51, c + 5 * width, true) }
            channel += 2 * lanes
        }
        first += 6
    }
}
