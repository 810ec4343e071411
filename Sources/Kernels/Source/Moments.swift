import KernelInterface

extension Kernels {
    /// About a mean, not as the difference of two large sums, which would lose what small variances are made of.
    public func moments(
        _ type: ComputeType, _ s: Slices, _ x: UnsafeRawPointer, mean: UnsafeMutableRawPointer,
        variance: UnsafeMutableRawPointer, _ range: Range<Int>
    ) {
        type == .double
            ? findMoments(s, x.of(Double.self), mean.of(), variance.of(), range)
            : findMoments(s, x.of(Float.self), mean.of(), variance.of(), range)
    }

    public func sumsAndProducts(
        _ type: ComputeType, _ s: Slices, _ g: UnsafeRawPointer, _ x: UnsafeRawPointer, centre: UnsafeRawPointer?,
        sums: UnsafeMutableRawPointer, products: UnsafeMutableRawPointer, _ range: Range<Int>
    ) {
        type == .double
            ? findProducts(s, g.of(Double.self), x.of(), centre?.of(), sums.of(), products.of(), range)
            : findProducts(s, g.of(Float.self), x.of(), centre?.of(), sums.of(), products.of(), range)
    }
}

/// Elements whose sum is made in the elements' own type before it is added to a total in double precision.
private let blockSize = 512

/// The sum over the elements of a slice, in vectors where they stand together. Elements that stand apart are as many as
/// the outer dimension, each alone in its row.
@inline(__always)
private func total<T: Real & SIMDScalar>(
    _ s: Slices, _ place: Int, _ vector: (Int) -> SIMD8<T>, _ single: (Int) -> T
) -> Double {
    var sum = 0.0
    for o in 0..<(s.inner == 0 ? 0 : s.outer) {
        let first = (o * s.length + place) * s.inner
        var start = 0
        while start < s.inner {
            let end = min(start + blockSize, s.inner)
            var (a, b) = (SIMD8<T>(repeating: 0), SIMD8<T>(repeating: 0))
            var i = start
            while i + 16 <= end {
                a += vector(first + i)
                b += vector(first + i + 8)
                i += 16
            }
            a += b
            var rest = a[0] + a[1] + a[2] + a[3] + (a[4] + a[5] + a[6] + a[7])
            while i < end {
                rest += single(first + i)
                i += 1
            }
            sum += rest.value
            start = end
        }
    }
    return sum
}

/// The sums over eight neighbouring slices whose elements stand in rows.
@inline(__always)
private func rows<T: Real & SIMDScalar>(_ s: Slices, _ place: Int, _ vector: (Int) -> SIMD8<T>) -> SIMD8<Double> {
    var sum = SIMD8<Double>.zero
    var start = 0
    while start < s.outer {
        let end = min(start + 16, s.outer)
        var part = SIMD8<T>(repeating: 0)
        for o in start..<end { part += vector(o * s.length + place) }
        for i in 0..<8 { sum[i] += part[i].value }
        start = end
    }
    return sum
}

@inline(__always)
private func load<T>(_ x: UnsafePointer<T>, _ place: Int) -> SIMD8<T> {
    UnsafeRawPointer(x + place).loadUnaligned(as: SIMD8<T>.self)
}

@inline(__always)
private func findMoments<T: Real & SIMDScalar>(
    _ s: Slices, _ x: UnsafePointer<T>, _ mean: UnsafeMutablePointer<T>, _ variance: UnsafeMutablePointer<T>,
    _ range: Range<Int>
) {
    let count = Double(s.outer * s.inner)
    var next = range.lowerBound
    while s.inner == 1 && next + 8 <= range.upperBound {
        let middle = rows(s, next) { load(x, $0) } / count
        var distance = SIMD8<T>(repeating: 0)
        for i in 0..<8 { distance[i] = T(value: middle[i]) }
        let squares = rows(s, next) { (load(x, $0) - distance) * (load(x, $0) - distance) } / count
        for i in 0..<8 {
            mean[next + i] = T(value: middle[i])
            variance[next + i] = T(value: squares[i])
        }
        next += 8
    }
    for place in next..<range.upperBound {
        if s.inner >= 64 {
            let found = merged(s, x, place)
            mean[place] = T(value: found.mean)
            variance[place] = T(value: found.squares / count)
            continue
        }
        let middle = T(value: total(s, place, { load(x, $0) }, { x[$0] }) / count)
        let squares = total(
            s, place,
            {
                let distance = load(x, $0) - middle
                return distance * distance
            }, { (x[$0] - middle) * (x[$0] - middle) })
        mean[place] = middle
        variance[place] = T(value: squares / count)
    }
}

/// The mean of a slice's elements and the sum of their squared distances from it, in one pass: those of blocks, which lie in
/// the cache meanwhile, put together (Chan, Golub and LeVeque, 1979).
@inline(__always)
private func merged<T: Real & SIMDScalar>(
    _ s: Slices, _ x: UnsafePointer<T>, _ place: Int
) -> (mean: Double, squares: Double) {
    var (count, mean, squares) = (0.0, 0.0, 0.0)
    for o in 0..<s.outer {
        let first = (o * s.length + place) * s.inner
        for start in stride(from: 0, to: s.inner, by: blockSize) {
            let block = Slices(outer: 1, length: 1, inner: min(blockSize, s.inner - start))
            let (x, own) = (x + first + start, Double(block.inner))
            let middle = total(block, 0, { load(x, $0) }, { x[$0] }) / own
            let centre = T(value: middle)
            let distances = total(
                block, 0,
                {
                    let distance = load(x, $0) - centre
                    return distance * distance
                }, { (x[$0] - centre) * (x[$0] - centre) })
            let (step, rounding) = (middle - mean, middle - centre.value)
            squares += distances - own * rounding * rounding + step * step * (count * own / (count + own))
            count += own
            mean += step * (own / count)
        }
    }
    return (mean, squares)
}

/// The sums of a slice's elements of `g`, and of their products with those of `x`, less a centre, in one pass.
@inline(__always)
private func sumAndProduct<T: Real & SIMDScalar>(
    _ s: Slices, _ place: Int, _ g: UnsafePointer<T>, _ x: UnsafePointer<T>, centre: T
) -> (sum: Double, product: Double) {
    var (sum, product) = (0.0, 0.0)
    for o in 0..<(s.inner == 0 ? 0 : s.outer) {
        let first = (o * s.length + place) * s.inner
        for start in stride(from: 0, to: s.inner, by: blockSize) {
            let end = min(start + blockSize, s.inner)
            var (a, b) = (SIMD8<T>(repeating: 0), SIMD8<T>(repeating: 0))
            var (c, d) = (a, b)
            var i = start
            while i + 16 <= end {
                let (low, high) = (load(g, first + i), load(g, first + i + 8))
                a += low
                b += high
                c += low * (load(x, first + i) - centre)
                d += high * (load(x, first + i + 8) - centre)
                i += 16
            }
            a += b
            c += d
            var rest = a[0] + a[1] + a[2] + a[3] + (a[4] + a[5] + a[6] + a[7])
            var other = c[0] + c[1] + c[2] + c[3] + (c[4] + c[5] + c[6] + c[7])
            while i < end {
                rest += g[first + i]
                other += g[first + i] * (x[first + i] - centre)
                i += 1
            }
            sum += rest.value
            product += other.value
        }
    }
    return (sum, product)
}

@inline(__always)
private func findProducts<T: Real & SIMDScalar>(
    _ s: Slices, _ g: UnsafePointer<T>, _ x: UnsafePointer<T>, _ centre: UnsafePointer<T>?,
    _ sums: UnsafeMutablePointer<T>, _ products: UnsafeMutablePointer<T>, _ range: Range<Int>
) {
    var next = range.lowerBound
    while s.inner == 1 && next + 8 <= range.upperBound {
        let middle = centre.map { load($0, next) } ?? SIMD8(repeating: 0)
        let (sum, product) = (rows(s, next) { load(g, $0) }, rows(s, next) { load(g, $0) * (load(x, $0) - middle) })
        for i in 0..<8 {
            sums[next + i] = T(value: sum[i])
            products[next + i] = T(value: product[i])
        }
        next += 8
    }
    for place in next..<range.upperBound {
        let found = sumAndProduct(s, place, g, x, centre: centre?[place] ?? 0)
        sums[place] = T(value: found.sum)
        products[place] = T(value: found.product)
    }
}
