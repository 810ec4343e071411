import CLibrary
import KernelInterface

extension Kernels {
    public func softmax(
        log: Bool, _ type: ComputeType, _ slices: Slices, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
        _ range: Range<Int>
    ) {
        type == .double
            ? normalise(log, slices, x.of(Double.self), y.of(), range)
            : normalise(log, slices, x.of(Float.self), y.of(), range)
    }

    public func argsort(
        descending: Bool, _ type: ComputeType, _ slices: Slices, _ x: UnsafeRawPointer,
        _ indices: UnsafeMutablePointer<Int64>
    ) {
        switch type {
        case .float: sortPlaces(descending, slices, x.of(Float.self), indices)
        case .double: sortPlaces(descending, slices, x.of(Double.self), indices)
        case .integer: sortPlaces(descending, slices, x.of(Int64.self), indices)
        }
    }

    public func search(
        right: Bool, _ type: ComputeType, _ count: Int, _ row: UnsafeRawPointer, _ keyCount: Int,
        _ keys: UnsafeRawPointer, _ places: UnsafeMutablePointer<Int64>
    ) {
        @inline(__always)
        func search<T: Comparable>(_: T.Type) {
            let (row, keys) = (row.of(T.self), keys.of(T.self))
            for i in 0..<keyCount {
                var (low, high) = (0, count)
                while low < high {
                    let middle = (low + high) / 2
                    if right ? !(row[middle] > keys[i]) : !(row[middle] >= keys[i]) {
                        low = middle + 1
                    } else {
                        high = middle
                    }
                }
                places[i] = Int64(low)
            }
        }
        switch type {
        case .float: search(Float.self)
        case .double: search(Double.self)
        case .integer: search(Int64.self)
        }
    }
}

/// The largest element is taken off first, so that no exponential leaves the type's range.
@inline(__always)
private func normalise<T: Real>(
    _ isLog: Bool, _ s: Slices, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ range: Range<Int>
) {
    for o in range {
        for i in 0..<s.inner {
            let start = o * s.length * s.inner + i
            let (from, to) = (x + start, y + start)
            var highest = -T.infinity
            for l in 0..<s.length { highest = Swift.max(highest, from[l * s.inner]) }
            var total: T = 0
            if isLog {
                for l in 0..<s.length { total += T.call(from[l * s.inner] - highest, exp, exp) }
                let shift = T.call(total, log, log)
                for l in 0..<s.length { to[l * s.inner] = from[l * s.inner] - highest - shift }
            } else {
                for l in 0..<s.length {
                    let power = T.call(from[l * s.inner] - highest, exp, exp)
                    to[l * s.inner] = power
                    total += power
                }
                for l in 0..<s.length { to[l * s.inner] /= total }
            }
        }
    }
}

private func sortPlaces<T: Comparable>(
    _ descending: Bool, _ s: Slices, _ x: UnsafePointer<T>, _ indices: UnsafeMutablePointer<Int64>
) {
    var order = [Int32](repeating: 0, count: s.length)
    for o in 0..<s.outer {
        for i in 0..<s.inner {
            let row = x + o * s.length * s.inner + i
            for l in 0..<s.length { order[l] = Int32(truncatingIfNeeded: l) }
            order.sort { left, right in
                let (a, b) = (row[Int(left) * s.inner], row[Int(right) * s.inner])
                if a == b { return left < right }
                let isLess = a != a || b != b ? (b != b && (a == a || left < right)) : a < b
                if a != a && b != b { return left < right }
                return isLess != descending
            }
            for l in 0..<s.length { indices[(o * s.length + l) * s.inner + i] = Int64(order[l]) }
        }
    }
}
