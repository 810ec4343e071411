import CVectors
import KernelInterface

extension Kernels {
    public func nonzeroMaxima(
        _ s: Pooling, _ gradient: UnsafePointer<Float>, indices: UnsafePointer<Int32>,
        bits: UnsafeMutablePointer<UInt64>, _ planes: Range<Int>, of all: Int
    ) -> (count: Int, isFinite: Bool) {
        let (windows, words) = (s.outHeight * s.outWidth, (s.height * s.width + 63) / 64)
        (bits + planes.lowerBound * words).update(repeating: 0, count: planes.count * words)
        var (count, finite, areInside) = (0, Vector.zero, true)
        for plane in planes {
            let (gradient, indices, bits) = (
                gradient + plane * windows, indices + plane * windows, bits + plane * words
            )
            if s.isPairs {
                count += markPairs(s, gradient, indices, bits, left: (all - plane) * windows, &finite)
                continue
            }
            for window in 0..<windows {
                let (value, place) = (gradient[window], Int(indices[window]))
                finite[0] += value * 0
                guard value != 0 else { continue }
                if place < 0 {
                    areInside = false
                } else {
                    bits[place / 64] |= 1 << UInt64(truncatingIfNeeded: place % 64)
                    count += 1
                }
            }
        }
        return (count, areInside && finite.sum() == 0)
    }
}

/// The usual windows of two by two, sixteen at a time.
///
/// - Parameter left: windows from the plane's first on, those of all planes behind it included.
@inline(__always)
private func markPairs(
    _ s: Pooling, _ gradient: UnsafePointer<Float>, _ indices: UnsafePointer<Int32>,
    _ bits: UnsafeMutablePointer<UInt64>, left: Int, _ finite: inout Vector
) -> Int {
    var count = 0
    let width = Int32(truncatingIfNeeded: s.width)
    for row in 0..<s.outHeight {
        for column in stride(from: 0, to: s.outWidth, by: 16) {
            let window = row * s.outWidth + column
            let place = 2 * row * s.width + 2 * column
            let first = Int32(truncatingIfNeeded: place)
            let some = min(16, s.outWidth - column)
            var corners: nightjar_corners
            if window + 16 <= left {
                corners = nightjar_nonzero_corners(gradient + window, indices + window, first, width)
                for i in stride(from: 0, to: 16, by: lanes) { finite += load(gradient + window + i) * 0 }
            } else {
                // The last of the last plane.
                var (values, places) = (SIMD16<Float>.zero, SIMD16<Int32>.zero)
                for i in 0..<some {
                    (values[i], places[i]) = (gradient[window + i], indices[window + i])
                    finite[0] += values[i] * 0
                }
                corners = withUnsafeBytes(of: &values) { values in
                    withUnsafeBytes(of: &places) { places in
                        guard let values = values.baseAddress, let places = places.baseAddress else { return .init() }
                        return nightjar_nonzero_corners(
                            values.of(Float.self), places.of(Int32.self), first, width)
                    }
                }
            }
            let mask = UInt64(truncatingIfNeeded: (1 << some) - 1) &* 0x1_0000_0001
            let part = corners.part
            // Both rows at once.
            let left = (UInt64(part.0) | UInt64(part.2) &<< 32) & mask
            let right = (UInt64(part.1) | UInt64(part.3) &<< 32) & mask
            let both = spread(left) | spread(right) &<< 1
            put(both & 0xffff_ffff, bits, place)
            put(both &>> 32, bits, place + s.width)
            count += both.nonzeroBitCount
        }
    }
    return count
}

/// Twice sixteen bits, each with a 0 behind it.
@inline(__always)
private func spread(_ bits: UInt64) -> UInt64 {
    var bits = (bits | bits &<< 8) & 0x00ff_00ff_00ff_00ff
    bits = (bits | bits &<< 4) & 0x0f0f_0f0f_0f0f_0f0f
    bits = (bits | bits &<< 2) & 0x3333_3333_3333_3333
    return (bits | bits &<< 1) & 0x5555_5555_5555_5555
}

/// Sets 32 bits from one on.
@inline(__always)
private func put(_ found: UInt64, _ bits: UnsafeMutablePointer<UInt64>, _ place: Int) {
    let (word, shift) = (place >> 6, UInt64(truncatingIfNeeded: place & 63))
    bits[word] |= found &<< shift
    let rest = shift > 32 ? found &>> (64 - shift) : 0
    if rest != 0 { bits[word + 1] |= rest }
}
