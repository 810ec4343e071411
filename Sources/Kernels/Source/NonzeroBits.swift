import CVectors
import KernelInterface

extension Kernels {
    public func nonzeros(
        _ x: UnsafePointer<Float>, pixels: Int, bits: UnsafeMutablePointer<UInt64>, _ planes: Range<Int>
    ) -> (count: Int, isFinite: Bool) {
        let words = (pixels + 63) / 64
        var count = 0
        var finite = Vector.zero
        for plane in planes {
            let x = x + plane * pixels
            for word in 0..<words {
                let first = word * 64
                var found: UInt64 = 0
                var at = first
                let end = min(first + 64, pixels)
                while at + 16 <= end {
                    found |= UInt64(nightjar_nonzeros(x + at)) << UInt64(truncatingIfNeeded: at - first)
                    for i in stride(from: 0, to: 16, by: lanes) { finite += load(x + at + i) * 0 }
                    at += 16
                }
                if at < end, pixels >= 16 {
                    // The last sixteen, of which the first were had.
                    let last = UInt64(nightjar_nonzeros(x + end - 16)) >> UInt64(truncatingIfNeeded: 16 - (end - at))
                    for i in stride(from: 0, to: 16, by: lanes) { finite += load(x + end - 16 + i) * 0 }
                    found |= last << UInt64(truncatingIfNeeded: at - first)
                    at = end
                }
                while at < end {
                    if x[at] != 0 { found |= 1 << UInt64(truncatingIfNeeded: at - first) }
                    finite[0] += x[at] * 0
                    at += 1
                }
                bits[plane * words + word] = found
                count += found.nonzeroBitCount
            }
        }
        return (count, finite.sum() == 0)
    }

    public func sum(_ gradient: SparseGradient, plane: Int, pixels: Int) -> Float {
        let values = gradient.values + plane * gradient.valuesAPlane
        let bits = gradient.bits + plane * ((pixels + 63) / 64)
        return sumBlock(values, gradient.places, bits, 0..<pixels)
    }

    /// Adds the elements in the order in which `sum` adds those of a dense array.
    private func sumBlock(
        _ values: UnsafePointer<Float>, _ places: UnsafePointer<Int32>, _ bits: UnsafePointer<UInt64>,
        _ range: Range<Int>
    ) -> Float {
        if range.count > 4096 {
            let middle = range.lowerBound + (range.count / 2 + 4095) / 4096 * 4096
            return sumBlock(values, places, bits, range.lowerBound..<middle)
                + sumBlock(values, places, bits, middle..<range.upperBound)
        }
        var sums = SIMD32<Float>.zero
        let end = range.lowerBound + range.count / 32 * 32
        withUnsafeMutableBytes(of: &sums) { sums in
            guard let sums = sums.baseAddress?.assumingMemoryBound(to: Float.self) else { return }
            eachNonzero(bits, range.lowerBound..<end) { sums[$0 & 31] += values[Int(places[$0])] }
        }
        let (low, high) = (sums.lowHalf, sums.highHalf)
        let all = (low.lowHalf + low.highHalf) + (high.lowHalf + high.highHalf)
        let quarter = all.lowHalf + all.highHalf
        var total = (quarter[0] + quarter[2]) + (quarter[1] + quarter[3])
        eachNonzero(bits, end..<range.upperBound) { total += values[Int(places[$0])] }
        return total
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
