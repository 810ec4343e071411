/// A vector's values in pairs. Each step of turning has lanes of its own size, lest the compiler take the steps for one
/// and scatter it.
#if KERNELS_V4
    private typealias Pairs = SIMD8<UInt64>
#elseif KERNELS_V3
    private typealias Pairs = SIMD4<UInt64>
#else
    private typealias Pairs = SIMD2<UInt64>
#endif

/// The lanes of both vectors in turn.
@inline(__always)
private func zip(_ a: Vector, _ b: Vector) -> (low: Pairs, high: Pairs) {
    var (low, high) = (Vector.zero, Vector.zero)
    (low.evenHalf, low.oddHalf) = (a.lowHalf, b.lowHalf)
    (high.evenHalf, high.oddHalf) = (a.highHalf, b.highHalf)
    return (unsafeBitCast(low, to: Pairs.self), unsafeBitCast(high, to: Pairs.self))
}

@inline(__always)
private func zip(_ a: Pairs, _ b: Pairs) -> (low: Pairs, high: Pairs) {
    #if KERNELS_V3 || KERNELS_V4
        var (low, high) = (Pairs.zero, Pairs.zero)
        (low.evenHalf, low.oddHalf) = (a.lowHalf, b.lowHalf)
        (high.evenHalf, high.oddHalf) = (a.highHalf, b.highHalf)
        return (low, high)
    #else
        return (Pairs(a[0], b[0]), Pairs(a[1], b[1]))
    #endif
}

/// Every other lane of two vectors, from the first on and from the second on.
@inline(__always)
private func unzip(_ a: Pairs, _ b: Pairs) -> (even: Vector, odd: Vector) {
    #if KERNELS_V3 || KERNELS_V4
        let even = Pairs(lowHalf: a.evenHalf, highHalf: b.evenHalf)
        let odd = Pairs(lowHalf: a.oddHalf, highHalf: b.oddHalf)
    #else
        let (even, odd) = (Pairs(a[0], b[0]), Pairs(a[1], b[1]))
    #endif
    return (unsafeBitCast(even, to: Vector.self), unsafeBitCast(odd, to: Vector.self))
}

@inline(__always)
private func unzip(_ a: Vector, _ b: Vector) -> (even: Vector, odd: Vector) {
    (Vector(lowHalf: a.evenHalf, highHalf: b.evenHalf), Vector(lowHalf: a.oddHalf, highHalf: b.oddHalf))
}

/// Four floats for every four lanes of a vector, `lanes` floats apart.
@inline(__always)
private func loadQuads(_ from: UnsafePointer<Float>) -> Pairs {
    var vector = Pairs.zero
    for q in 0..<lanes / 4 {
        let quad = UnsafeRawPointer(from + q * lanes).loadUnaligned(as: SIMD2<UInt64>.self)
        (vector[2 * q], vector[2 * q + 1]) = (quad[0], quad[1])
    }
    return vector
}

@inline(__always)
private func storeQuads(_ vector: Pairs, _ to: UnsafeMutablePointer<Float>, _ places: UnsafePointer<Int32>) {
    for q in 0..<lanes / 4 {
        UnsafeMutableRawPointer(to + Int(places[q])).storeBytes(
            of: SIMD2(vector[2 * q], vector[2 * q + 1]), as: SIMD2<UInt64>.self)
    }
}

/// Puts lane `j` of four vectors to `places[j]`, side by side.
@inline(__always)
func putQuads(
    _ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector, to: UnsafeMutablePointer<Float>, places: UnsafePointer<Int32>
) {
    let (ab, cd) = (zip(a, b), zip(c, d))
    let (low, high) = (zip(ab.low, cd.low), zip(ab.high, cd.high))
    storeQuads(low.low, to, places)
    storeQuads(low.high, to, places + lanes / 4)
    storeQuads(high.low, to, places + lanes / 2)
    storeQuads(high.high, to, places + lanes / 4 * 3)
}

/// Notes in a sum of zeros the lanes whose value is not finite, or not below 2⁵⁶: they become NaN.
@inline(__always)
func noteExcess(_ value: Vector, in excess: inout Vector) {
    accumulate(&excess, value * Vector(repeating: 0x1p72), .zero)
}

/// Copies `count` pixels of a vector of channels, so that a pixel's channels stand side by side.
///
/// - Parameters:
///   - channels: how many there are; the lanes beyond repeat the last.
///   - plane: floats from one channel to the next.
///   - places: where each pixel goes.
/// - Returns: 0, or NaN in some lane where a value is not finite or not below 2⁵⁶.
@inline(__always)
func placeChannelsLast(
    _ from: UnsafePointer<Float>, channels: Int, plane: Int, count: Int, places: UnsafePointer<Int32>,
    to: UnsafeMutablePointer<Float>
) -> Vector {
    @inline(__always) func channel(_ c: Int) -> UnsafePointer<Float> { from + min(c, channels - 1) * plane }
    var excess = Vector.zero
    guard count >= lanes else {
        for p in 0..<count {
            let to = to + Int(places[p])
            for c in 0..<lanes { to[c] = channel(c)[p] }
            noteExcess(load(to), in: &excess)
        }
        return excess
    }
    @inline(__always) func row(_ p: UnsafePointer<Float>) -> Vector {
        let vector = load(p)
        noteExcess(vector, in: &excess)
        return vector
    }
    var c = 0
    while c < lanes {
        let (c0, c1, c2, c3) = (channel(c), channel(c + 1), channel(c + 2), channel(c + 3))
        var p = 0
        while p < count {
            let first = min(p, count - lanes)
            putQuads(
                row(c0 + first), row(c1 + first), row(c2 + first), row(c3 + first), to: to + c, places: places + first)
            p += lanes
        }
        c += 4
    }
    return excess
}

/// Copies `count` pixels, the channels of each side by side in a vector, to the planes of their channels.
@inline(__always)
func placeChannelsFirst(
    _ from: UnsafePointer<Float>, channels: Int, plane: Int, count: Int, to: UnsafeMutablePointer<Float>
) {
    guard count >= lanes else {
        for c in 0..<min(lanes, channels) {
            for p in 0..<count { to[c * plane + p] = from[p * lanes + c] }
        }
        return
    }
    let quarter = lanes / 4 * lanes
    var c = 0
    while c < min(lanes, channels) {
        let (from, to) = (from + c, to + c * plane)
        var p = 0
        while p < count {
            let first = min(p, count - lanes)
            let (from, to) = (from + first * lanes, to + first)
            let low = unzip(loadQuads(from), loadQuads(from + quarter))
            let high = unzip(loadQuads(from + 2 * quarter), loadQuads(from + 3 * quarter))
            let (ab, cd) = (unzip(low.even, high.even), unzip(low.odd, high.odd))
            store(ab.even, to)
            if c + 1 < channels { store(ab.odd, to + plane) }
            if c + 2 < channels { store(cd.even, to + 2 * plane) }
            if c + 3 < channels { store(cd.odd, to + 3 * plane) }
            p += lanes
        }
        c += 4
    }
}
