/// Convolves a frame: `to[i] = bias + Σ weight[tap] · from[i + offsets[tap]]` for each `i` below `count`, and for up
/// to a vector more.
@inline(never)
func convolveStrip(
    count: Int, taps: Int, offsets: UnsafePointer<Int>, weight: UnsafePointer<Float>, bias: Float,
    from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>
) {
    let vectors = (count + lanes - 1) / lanes
    var v = 0
    while v + 8 <= vectors {
        convolve8(taps, offsets, weight, bias, from + v * lanes, to + v * lanes)
        v += 8
    }
    guard v < vectors else { return }
    // The last vectors overlap those before where there are such.
    if vectors >= 8 && vectors - v > 4 {
        convolve8(taps, offsets, weight, bias, from + (vectors - 8) * lanes, to + (vectors - 8) * lanes)
        return
    }
    while v < vectors {
        let at = vectors >= 4 ? min(v, vectors - 4) * lanes : v * lanes
        if vectors >= 4 {
            convolve4(taps, offsets, weight, bias, from + at, to + at)
            v += 4
        } else {
            convolve1(taps, offsets, weight, bias, from + at, to + at)
            v += 1
        }
    }
}

@inline(__always)
private func convolve8(
    _ taps: Int, _ offsets: UnsafePointer<Int>, _ weight: UnsafePointer<Float>, _ bias: Float,
    _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>
) {
    let start = Vector(repeating: bias)
    var (s0, s1, s2, s3, s4, s5, s6, s7) = (start, start, start, start, start, start, start, start)
    for tap in 0..<taps {
        let (w, x) = (Vector(repeating: weight[tap]), from + offsets[tap])
        accumulate(&s0, w, load(x))
        accumulate(&s1, w, load(x + lanes))
        accumulate(&s2, w, load(x + 2 * lanes))
        accumulate(&s3, w, load(x + 3 * lanes))
        accumulate(&s4, w, load(x + 4 * lanes))
        accumulate(&s5, w, load(x + 5 * lanes))
        accumulate(&s6, w, load(x + 6 * lanes))
        accumulate(&s7, w, load(x + 7 * lanes))
    }
    store(s0, to)
    store(s1, to + lanes)
    store(s2, to + 2 * lanes)
    store(s3, to + 3 * lanes)
    store(s4, to + 4 * lanes)
    store(s5, to + 5 * lanes)
    store(s6, to + 6 * lanes)
    store(s7, to + 7 * lanes)
}

@inline(__always)
private func convolve4(
    _ taps: Int, _ offsets: UnsafePointer<Int>, _ weight: UnsafePointer<Float>, _ bias: Float,
    _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>
) {
    let start = Vector(repeating: bias)
    var (s0, s1, s2, s3) = (start, start, start, start)
    for tap in 0..<taps {
        let (w, x) = (Vector(repeating: weight[tap]), from + offsets[tap])
        accumulate(&s0, w, load(x))
        accumulate(&s1, w, load(x + lanes))
        accumulate(&s2, w, load(x + 2 * lanes))
        accumulate(&s3, w, load(x + 3 * lanes))
    }
    store(s0, to)
    store(s1, to + lanes)
    store(s2, to + 2 * lanes)
    store(s3, to + 3 * lanes)
}

@inline(__always)
private func convolve1(
    _ taps: Int, _ offsets: UnsafePointer<Int>, _ weight: UnsafePointer<Float>, _ bias: Float,
    _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>
) {
    var sum = Vector(repeating: bias)
    for tap in 0..<taps { accumulate(&sum, Vector(repeating: weight[tap]), load(from + offsets[tap])) }
    store(sum, to)
}

/// The same for four channels at once: `to[c · channel + i]` of weights `[taps, 4]`.
@inline(never)
func convolveStrips4(
    count: Int, taps: Int, offsets: UnsafePointer<Int>, weight: UnsafePointer<Float>, bias: SIMD4<Float>,
    from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, channel: Int
) {
    let vectors = (count + lanes - 1) / lanes
    var v = 0
    while v < vectors {
        if vectors >= 3 {
            let at = min(v, vectors - 3) * lanes
            var (a0, a1) = (Vector(repeating: bias[0]), Vector(repeating: bias[1]))
            var (a2, a3) = (Vector(repeating: bias[2]), Vector(repeating: bias[3]))
            var (b0, b1, b2, b3) = (a0, a1, a2, a3)
            var (c0, c1, c2, c3) = (a0, a1, a2, a3)
            var w = weight
            for tap in 0..<taps {
                let x = from + (at + offsets[tap])
                let (a, b, c) = (load(x), load(x + lanes), load(x + 2 * lanes))
                let (w0, w1) = (Vector(repeating: w[0]), Vector(repeating: w[1]))
                accumulate(&a0, w0, a)
                accumulate(&b0, w0, b)
                accumulate(&c0, w0, c)
                accumulate(&a1, w1, a)
                accumulate(&b1, w1, b)
                accumulate(&c1, w1, c)
                let (w2, w3) = (Vector(repeating: w[2]), Vector(repeating: w[3]))
                accumulate(&a2, w2, a)
                accumulate(&b2, w2, b)
                accumulate(&c2, w2, c)
                accumulate(&a3, w3, a)
                accumulate(&b3, w3, b)
                accumulate(&c3, w3, c)
                w += 4
            }
            func put(_ channelAt: Int, _ a: Vector, _ b: Vector, _ c: Vector) {
                let y = to + (channelAt * channel + at)
                store(a, y)
                store(b, y + lanes)
                store(c, y + 2 * lanes)
            }
            put(0, a0, b0, c0)
            put(1, a1, b1, c1)
            put(2, a2, b2, c2)
            put(3, a3, b3, c3)
            v += 3
        } else {
            let at = v * lanes
            var (a0, a1) = (Vector(repeating: bias[0]), Vector(repeating: bias[1]))
            var (a2, a3) = (Vector(repeating: bias[2]), Vector(repeating: bias[3]))
            var w = weight
            for tap in 0..<taps {
                let x = load(from + (at + offsets[tap]))
                accumulate(&a0, Vector(repeating: w[0]), x)
                accumulate(&a1, Vector(repeating: w[1]), x)
                accumulate(&a2, Vector(repeating: w[2]), x)
                accumulate(&a3, Vector(repeating: w[3]), x)
                w += 4
            }
            store(a0, to + at)
            store(a1, to + (channel + at))
            store(a2, to + (2 * channel + at))
            store(a3, to + (3 * channel + at))
            v += 1
        }
    }
}
