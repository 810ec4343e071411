import CVectors
import KernelInterface

extension Kernels {
    public func nonzeroMaxima(
        _ s: Pooling, _ gradient: UnsafePointer<Float>, mask: UnsafePointer<Float>?, indices: UnsafePointer<Int32>,
        bits: UnsafeMutablePointer<UInt64>, sums: UnsafeMutablePointer<Float>, _ planes: Range<Int>, of all: Int
    ) -> (count: Int, isFinite: Bool) {
        let (windows, words) = (s.outHeight * s.outWidth, (s.height * s.width + 63) / 64)
        var (count, areInside, isFinite) = (0, true, true)
        for plane in planes {
            let marks = Marks(
                gradient: gradient + plane * windows, mask: mask.map { $0 + plane * windows },
                indices: indices + plane * windows, left: (all - plane) * windows)
            let bits = bits + plane * words
            var values = SIMD16<Float>.zero
            withUnsafeMutableBytes(of: &values) { values in
                guard let values = values.baseAddress?.assumingMemoryBound(to: Float.self) else { return }
                if s.isPairs && s.width <= 32 {
                    count += marks.putRows(s, bits, words, values)
                    return
                }
                bits.update(repeating: 0, count: words)
                if s.isPairs {
                    count += marks.putPairs(s, bits, values)
                } else if let found = marks.putEach(windows, bits, values) {
                    count += found
                } else {
                    areInside = false
                }
            }
            let half = values.lowHalf + values.highHalf
            let quarter = half.lowHalf + half.highHalf
            let sum = (quarter[0] + quarter[2]) + (quarter[1] + quarter[3])
            sums[plane] = sum
            isFinite = isFinite && sum.isFinite
        }
        return (count, areInside && isFinite)
    }
}

/// The gradients of a plane's windows, and where they go.
private struct Marks {
    let gradient: UnsafePointer<Float>
    let mask: UnsafePointer<Float>?
    let indices: UnsafePointer<Int32>
    /// Windows from the plane's first on, those of all planes behind it included.
    let left: Int

    /// - Returns: how many are not 0; nil where one has no place.
    func putEach(_ windows: Int, _ bits: UnsafeMutablePointer<UInt64>, _ sums: UnsafeMutablePointer<Float>) -> Int? {
        var (count, areInside) = (0, true)
        for window in 0..<windows where gradient[window] != 0 && !(mask.map { $0[window] <= 0 } ?? false) {
            let place = Int(indices[window])
            sums[window & 15] += gradient[window]
            if place < 0 {
                areInside = false
            } else {
                bits[place / 64] |= 1 << UInt64(truncatingIfNeeded: place % 64)
                count += 1
            }
        }
        return areInside ? count : nil
    }

    /// Windows of two by two in rows that are not longer than 32 places: both rows of places that a row of windows lies in
    /// are bits that follow each other, and so do those of all.
    @inline(__always)
    func putRows(_ s: Pooling, _ bits: UnsafeMutablePointer<UInt64>, _ words: Int, _ sums: UnsafeMutablePointer<Float>) -> Int {
        var (count, word) = (0, 0)
        // The bits of a word that is not full yet.
        var (open, filled): (UInt64, UInt64) = (0, 0)
        let width = UInt64(truncatingIfNeeded: s.width)
        for row in 0..<s.outHeight {
            let found = corners(row * s.outWidth, min(16, s.outWidth), place: 2 * row * s.width, s.width, sums)
            let upper = nightjar_interleave(UInt32(found.part.0), UInt32(found.part.1))
            let lower = nightjar_interleave(UInt32(found.part.2), UInt32(found.part.3))
            let both = upper | lower &<< width
            count += both.nonzeroBitCount
            open |= both &<< filled
            filled += 2 * width
            if filled >= 64 {
                bits[word] = open
                word += 1
                filled -= 64
                open = filled > 0 ? both &>> (2 * width - filled) : 0
            }
        }
        while word < words {
            bits[word] = open
            open = 0
            word += 1
        }
        return count
    }

    /// Windows of two by two in longer rows, sixteen at a time.
    @inline(__always)
    func putPairs(_ s: Pooling, _ bits: UnsafeMutablePointer<UInt64>, _ sums: UnsafeMutablePointer<Float>) -> Int {
        var count = 0
        for row in 0..<s.outHeight {
            for column in stride(from: 0, to: s.outWidth, by: 16) {
                let place = 2 * row * s.width + 2 * column
                let found = corners(
                    row * s.outWidth + column, min(16, s.outWidth - column), place: place, s.width, sums)
                let upper = nightjar_interleave(UInt32(found.part.0), UInt32(found.part.1))
                let lower = nightjar_interleave(UInt32(found.part.2), UInt32(found.part.3))
                put(upper, bits, place)
                put(lower, bits, place + s.width)
                count += upper.nonzeroBitCount + lower.nonzeroBitCount
            }
        }
        return count
    }

    /// What `count` windows from one on give.
    @inline(__always)
    private func corners(
        _ window: Int, _ count: Int, place: Int, _ width: Int, _ sums: UnsafeMutablePointer<Float>
    ) -> nightjar_corners {
        let (first, width) = (Int32(truncatingIfNeeded: place), Int32(truncatingIfNeeded: width))
        let count32 = Int32(truncatingIfNeeded: count)
        if window + 16 <= left {
            return nightjar_nonzero_corners(
                gradient + window, mask.map { $0 + window }, indices + window, first, width, count32, sums)
        }
        // The last of the last plane.
        var (values, places, kept) = (SIMD16<Float>.zero, SIMD16<Int32>.zero, SIMD16<Float>(repeating: 1))
        for i in 0..<count {
            (values[i], places[i]) = (gradient[window + i], indices[window + i])
            if let mask { kept[i] = mask[window + i] }
        }
        return withUnsafeBytes(of: &values) { values in
            withUnsafeBytes(of: &places) { places in
                withUnsafeBytes(of: &kept) { kept in
                    guard let values = values.baseAddress, let places = places.baseAddress, let kept = kept.baseAddress
                    else { return .init() }
                    return nightjar_nonzero_corners(
                        values.of(Float.self), kept.of(Float.self), places.of(Int32.self), first, width, count32, sums)
                }
            }
        }
    }
}

/// Sets 32 bits from one on.
@inline(__always)
private func put(_ found: UInt64, _ bits: UnsafeMutablePointer<UInt64>, _ place: Int) {
    let (word, shift) = (place >> 6, UInt64(truncatingIfNeeded: place & 63))
    bits[word] |= found &<< shift
    let rest = shift > 32 ? found &>> (64 - shift) : 0
    if rest != 0 { bits[word + 1] |= rest }
}
