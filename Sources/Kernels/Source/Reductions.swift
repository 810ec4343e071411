import CLibrary
import KernelInterface

extension Kernels {
    /// Four vectors of running sums, added up at the end, in blocks whose sums are added in pairs: the error grows with
    /// the logarithm of the count, and the result is the same on every number of threads.
    public func sum(_ count: Int, _ x: UnsafePointer<Float>) -> Float {
        if count > 4096 {
            let half = (count / 2 + 4095) / 4096 * 4096
            return sum(half, x) + sum(count - half, x + half)
        }
        var (s0, s1, s2, s3) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
        var i = 0
        let raw = UnsafeRawPointer(x)
        while i + 32 <= count {
            s0 += raw.loadUnaligned(fromByteOffset: 4 * i, as: SIMD8<Float>.self)
            s1 += raw.loadUnaligned(fromByteOffset: 4 * i + 32, as: SIMD8<Float>.self)
            s2 += raw.loadUnaligned(fromByteOffset: 4 * i + 64, as: SIMD8<Float>.self)
            s3 += raw.loadUnaligned(fromByteOffset: 4 * i + 96, as: SIMD8<Float>.self)
            i += 32
        }
        let s = (s0 + s1) + (s2 + s3)
        let quarter = s.lowHalf + s.highHalf
        var total = (quarter[0] + quarter[2]) + (quarter[1] + quarter[3])
        while i < count {
            total += x[i]
            i += 1
        }
        return total
    }

    public func reduce(
        _ reduction: SliceReduction, _ type: ComputeType, _ slices: Slices, _ x: UnsafeRawPointer,
        _ y: UnsafeMutableRawPointer
    ) {
        switch type {
        case .float:
            let (x, y) = (x.of(Float.self), y.of(Float.self))
            if reduction == .sum && slices.inner == 1 {
                for o in 0..<slices.outer { y[o] = sum(slices.length, x + o * slices.length) }
            } else {
                reduceSlices(reduction, slices, x, y, lowest: -.infinity, highest: .infinity)
            }
        case .double:
            reduceSlices(reduction, slices, x.of(Double.self), y.of(), lowest: -.infinity, highest: .infinity)
        case .integer:
            reduceSlices(reduction, slices, x.of(Int64.self), y.of(), lowest: .min, highest: .max)
        }
    }

    public func accumulate(
        _ reduction: SliceReduction, _ type: ComputeType, _ slices: Slices, _ x: UnsafeRawPointer,
        _ y: UnsafeMutableRawPointer
    ) {
        switch type {
        case .float: accumulateReals(reduction, slices, x.of(Float.self), y.of())
        case .double: accumulateReals(reduction, slices, x.of(Double.self), y.of())
        case .integer:
            accumulateSlices(slices, x.of(Int64.self), y.of(), reduction == .sum ? Int64.plus : Int64.times)
        }
    }

    public func runningExtreme(
        _ reduction: SliceReduction, _ type: ComputeType, _ slices: Slices, _ x: UnsafeRawPointer,
        _ indices: UnsafeMutablePointer<Int64>
    ) {
        let isMaximum = reduction == .maximum
        switch type {
        case .float: followExtremes(isMaximum, slices, x.of(Float.self), indices)
        case .double: followExtremes(isMaximum, slices, x.of(Double.self), indices)
        case .integer: followExtremes(isMaximum, slices, x.of(Int64.self), indices)
        }
    }

    public func argExtreme(
        _ reduction: SliceReduction, _ type: ComputeType, _ slices: Slices, _ x: UnsafeRawPointer,
        _ indices: UnsafeMutablePointer<Int64>
    ) {
        let isMaximum = reduction == .maximum
        switch type {
        case .float: findExtremes(isMaximum, slices, x.of(Float.self), indices)
        case .double: findExtremes(isMaximum, slices, x.of(Double.self), indices)
        case .integer: findExtremes(isMaximum, slices, x.of(Int64.self), indices)
        }
    }
}

@inline(__always)
private func reduceSlices<T: TileElement>(
    _ reduction: SliceReduction, _ s: Slices, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, lowest: T, highest: T
) {
    switch reduction {
    case .sum: fold(s, x, y, 0, T.plus)
    case .product: fold(s, x, y, 1, T.times)
    // A NaN, once taken, stays.
    case .maximum: fold(s, x, y, lowest) { $1 > $0 || $1 != $1 ? $1 : $0 }
    case .minimum: fold(s, x, y, highest) { $1 < $0 || $1 != $1 ? $1 : $0 }
    case .logSumExp: break
    }
}

/// Row by row, so that neighbours are read together.
@inline(__always)
private func fold<T>(
    _ s: Slices, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ start: T, _ function: (T, T) -> T
) {
    for o in 0..<s.outer {
        let target = y + o * s.inner
        target.update(repeating: start, count: s.inner)
        for l in 0..<s.length {
            let row = x + (o * s.length + l) * s.inner
            for i in 0..<s.inner { target[i] = function(target[i], row[i]) }
        }
    }
}

@inline(__always)
private func accumulateReals<T: Real>(
    _ reduction: SliceReduction, _ s: Slices, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>
) {
    switch reduction {
    case .sum: accumulateSlices(s, x, y, T.plus)
    case .product: accumulateSlices(s, x, y, T.times)
    default:
        accumulateSlices(s, x, y) { a, b in
            let (high, low) = (Swift.max(a, b), Swift.min(a, b))
            if a != a || b != b { return a + b }
            if low == -T.infinity || high == T.infinity { return high }
            return high + T.call(T.call(low - high, exp, exp), log1p, log1p)
        }
    }
}

@inline(__always)
private func accumulateSlices<T: TileElement>(
    _ s: Slices, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ function: (T, T) -> T
) {
    for o in 0..<s.outer where s.length > 0 {
        let start = o * s.length * s.inner
        for i in 0..<s.inner { y[start + i] = x[start + i] }
        for l in 1..<Swift.max(1, s.length) {
            let (row, before) = (start + l * s.inner, start + (l - 1) * s.inner)
            for i in 0..<s.inner { y[row + i] = function(y[before + i], x[row + i]) }
        }
    }
}

@inline(__always)
private func followExtremes<T: Comparable>(
    _ isMaximum: Bool, _ s: Slices, _ x: UnsafePointer<T>, _ indices: UnsafeMutablePointer<Int64>
) {
    for o in 0..<s.outer {
        for i in 0..<s.inner {
            let start = o * s.length * s.inner + i
            var place = 0
            for l in 0..<s.length {
                let (value, best) = (x[start + l * s.inner], x[start + place * s.inner])
                if value != value || best == best && (isMaximum ? value >= best : value <= best) { place = l }
                indices[start + l * s.inner] = Int64(place)
            }
        }
    }
}

@inline(__always)
private func findExtremes<T: Comparable>(
    _ isMaximum: Bool, _ s: Slices, _ x: UnsafePointer<T>, _ indices: UnsafeMutablePointer<Int64>
) {
    for o in 0..<s.outer {
        for i in 0..<s.inner {
            let first = x + o * s.length * s.inner + i
            var (best, place) = (first[0], 0)
            // Only a NaN differs from itself: the first one is kept.
            for l in 1..<Swift.max(1, s.length) where best == best {
                let value = first[l * s.inner]
                if (isMaximum ? value > best : value < best) || value != value { (best, place) = (value, l) }
            }
            indices[o * s.inner + i] = Int64(place)
        }
    }
}
