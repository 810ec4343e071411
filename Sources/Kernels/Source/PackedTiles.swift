/// Sums of one output channel for four vectors of pixels.
struct Quad {
    var a = Vector.zero, b = Vector.zero, c = Vector.zero, d = Vector.zero

    @inline(__always)
    mutating func add(_ weight: Float, _ x0: Vector, _ x1: Vector, _ x2: Vector, _ x3: Vector) {
        let weight = Vector(repeating: weight)
        accumulate(&a, weight, x0)
        accumulate(&b, weight, x1)
        accumulate(&c, weight, x2)
        accumulate(&d, weight, x3)
    }
}

/// Sums of one output channel for two vectors of pixels.
struct Twin {
    var a = Vector.zero, b = Vector.zero

    @inline(__always)
    mutating func add(_ weight: Float, _ x0: Vector, _ x1: Vector) { accumulate(&a, &b, weight, x0, x1) }
}

/// What `rows` output channels, 1 to 6, come to over all taps, for four vectors of pixels: the first two read by one list of
/// places, the others by another. The sums of an element are added in the order of the taps, whatever the tile.
///
/// - Parameter weight: for each tap and row.
@inline(__always)
func quadTile(
    _ rows: Int, taps: Int, weight: UnsafePointer<Float>, near: UnsafePointer<Int32>, far: UnsafePointer<Int32>,
    _ s0: UnsafePointer<Float>, _ s1: UnsafePointer<Float>, _ s2: UnsafePointer<Float>, _ s3: UnsafePointer<Float>,
    put: (_ row: Int, _ sums: Quad) -> Void
) {
    #if KERNELS_V4 || KERNELS_FMA
        var (r0, r1, r2, r3, r4, r5) = (Quad(), Quad(), Quad(), Quad(), Quad(), Quad())
        var w = weight
        for tap in 0..<taps {
            let (first, second) = (Int(near[tap]), Int(far[tap]))
            let (x0, x1, x2, x3) = (load(s0 + first), load(s1 + first), load(s2 + second), load(s3 + second))
            r0.add(w[0], x0, x1, x2, x3)
            if rows > 1 { r1.add(w[1], x0, x1, x2, x3) }
            if rows > 2 { r2.add(w[2], x0, x1, x2, x3) }
            if rows > 3 { r3.add(w[3], x0, x1, x2, x3) }
            if rows > 4 { r4.add(w[4], x0, x1, x2, x3) }
            if rows > 5 { r5.add(w[5], x0, x1, x2, x3) }
            w += rows
        }
        put(0, r0)
        if rows > 1 { put(1, r1) }
        if rows > 2 { put(2, r2) }
        if rows > 3 { put(3, r3) }
        if rows > 4 { put(4, r4) }
        if rows > 5 { put(5, r5) }
    #else
        // Half as many registers: one half after the other.
        let low = TwinRows(rows, taps: taps, weight: weight, places: near, s0, s1)
        let high = TwinRows(rows, taps: taps, weight: weight, places: far, s2, s3)
        func both(_ a: Twin, _ b: Twin) -> Quad { Quad(a: a.a, b: a.b, c: b.a, d: b.b) }
        put(0, both(low.r0, high.r0))
        if rows > 1 { put(1, both(low.r1, high.r1)) }
        if rows > 2 { put(2, both(low.r2, high.r2)) }
        if rows > 3 { put(3, both(low.r3, high.r3)) }
        if rows > 4 { put(4, both(low.r4, high.r4)) }
        if rows > 5 { put(5, both(low.r5, high.r5)) }
    #endif
}

/// The same for two vectors of pixels.
struct TwinRows {
    var r0 = Twin(), r1 = Twin(), r2 = Twin(), r3 = Twin(), r4 = Twin(), r5 = Twin()

    @inline(__always)
    init(
        _ rows: Int, taps: Int, weight: UnsafePointer<Float>, places: UnsafePointer<Int32>,
        _ s0: UnsafePointer<Float>, _ s1: UnsafePointer<Float>
    ) {
        var w = weight
        for tap in 0..<taps {
            let place = Int(places[tap])
            let (x0, x1) = (load(s0 + place), load(s1 + place))
            r0.add(w[0], x0, x1)
            if rows > 1 { r1.add(w[1], x0, x1) }
            if rows > 2 { r2.add(w[2], x0, x1) }
            if rows > 3 { r3.add(w[3], x0, x1) }
            if rows > 4 { r4.add(w[4], x0, x1) }
            if rows > 5 { r5.add(w[5], x0, x1) }
            w += rows
        }
    }

    @inline(__always)
    func eachRow(_ rows: Int, _ body: (_ row: Int, _ sums: Twin) -> Void) {
        body(0, r0)
        if rows > 1 { body(1, r1) }
        if rows > 2 { body(2, r2) }
        if rows > 3 { body(3, r3) }
        if rows > 4 { body(4, r4) }
        if rows > 5 { body(5, r5) }
    }
}

/// Calls `body` with the number as a constant, so that what it is inlined into is compiled for each.
@inline(__always)
func withConstant(_ rows: Int, _ body: (Int) -> Void) {
    switch rows {
    case 1: body(1)
    case 2: body(2)
    case 3: body(3)
    case 4: body(4)
    case 5: body(5)
    default: body(6)
    }
}

// MARK: What follows the sums

private typealias Bits = SIMDMask<Vector.MaskStorage>

// Choices are made with the operators of masks, which work on all bits: the compiler takes the others apart into short
// vectors.

@inline(__always)
private func bits(_ x: Vector) -> Bits { unsafeBitCast(x, to: Bits.self) }

@inline(__always)
private func vector(_ bits: Bits) -> Vector { unsafeBitCast(bits, to: Vector.self) }

@inline(__always)
private func larger(_ a: Vector, _ b: Vector) -> Vector { vector(bits(a).replacing(with: bits(b), where: b .> a)) }

/// The largest of four, a NaN where one of them is: all its bits are set.
@inline(__always)
func largest(_ q: Quad) -> Vector {
    let isNaN = (q.a .!= q.a) .| (q.b .!= q.b) .| (q.c .!= q.c) .| (q.d .!= q.d)
    return vector(bits(larger(larger(q.a, q.b), larger(q.c, q.d))) .| isNaN)
}

/// Negative elements replaced by 0; a NaN stays.
@inline(__always)
func rectified(_ x: Vector, _ isRectified: Bool) -> Vector {
    isRectified ? vector(bits(x) .& .!(x .< Vector.zero)) : x
}

/// Stores the first `count` elements of a vector.
@inline(__always)
func store(_ vector: Vector, _ to: UnsafeMutablePointer<Float>, count: Int) {
    if count >= lanes { return store(vector, to) }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: lanes) { room in
        guard let from = room.baseAddress else { return }
        store(vector, from)
        to.update(from: from, count: count)
    }
}
