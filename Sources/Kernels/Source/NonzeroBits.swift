import CVectors
import KernelInterface

extension Kernels {
    public func nonzeros(
        _ x: UnsafePointer<Float>, pixels: Int, bits: UnsafeMutablePointer<UInt64>, sums: UnsafeMutablePointer<Float>,
        _ planes: Range<Int>
    ) -> (count: Int, isFinite: Bool) {
        let words = (pixels + 63) / 64
        var (count, isFinite) = (0, true)
        for plane in planes {
            let x = x + plane * pixels
            var (values, rest) = (Vector.zero, Float(0))
            for word in 0..<words {
                let first = word * 64
                var found: UInt64 = 0
                var at = first
                let end = min(first + 64, pixels)
                while at + 16 <= end {
                    found |= UInt64(nightjar_nonzeros(x + at)) << UInt64(truncatingIfNeeded: at - first)
                    for i in stride(from: 0, to: 16, by: lanes) { values += load(x + at + i) }
                    at += 16
                }
                if at < end, pixels >= 16 {
                    // The last sixteen, of which the first were had.
                    let last = UInt64(nightjar_nonzeros(x + end - 16)) >> UInt64(truncatingIfNeeded: 16 - (end - at))
                    found |= last << UInt64(truncatingIfNeeded: at - first)
                    while at < end {
                        rest += x[at]
                        at += 1
                    }
                }
                while at < end {
                    if x[at] != 0 { found |= 1 << UInt64(truncatingIfNeeded: at - first) }
                    rest += x[at]
                    at += 1
                }
                bits[plane * words + word] = found
                count += found.nonzeroBitCount
            }
            sums[plane] = values.sum() + rest
            isFinite = isFinite && sums[plane].isFinite
        }
        return (count, isFinite)
    }
}

/// Calls `body` with each pixel of a range that has its bit.
@inline(__always)
func eachNonzero(_ bits: UnsafePointer<UInt64>, _ range: Range<Int>, _ body: (Int) -> Void) {
    for word in range.lowerBound / 64..<(range.upperBound + 63) / 64 {
        var left = bits[word]
        if word * 64 < range.lowerBound { left &= ~0 << UInt64(range.lowerBound - word * 64) }
        if word * 64 + 64 > range.upperBound { left &= ~(~0 << UInt64(range.upperBound - word * 64)) }
        while left != 0 {
            body(word * 64 + left.trailingZeroBitCount)
            left &= left &- 1
        }
    }
}

/// Begins to load what a word's values are in one of the next planes: no other is far ahead of what is worked out, and
/// waiting for the memory took up to half of the time where the gradient was large.
///
/// - Parameter ahead: floats from this plane to that one.
@inline(__always)
func prefetchWord(_ values: UnsafePointer<Float>, _ word: Int, ahead: Int) {
    for line in 0..<4 { nightjar_prefetch(values + (word * 64 + line * 16 + ahead)) }
}
