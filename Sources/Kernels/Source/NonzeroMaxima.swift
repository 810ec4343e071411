import CVectors
import KernelInterface

extension Kernels {
    public func nonzeroMaxima(
        _ s: Pooling, _ gradient: UnsafePointer<Float>, mask: UnsafePointer<Float>?, indices: UnsafePointer<Int32>,
        bits: UnsafeMutablePointer<UInt64>, sums: UnsafeMutablePointer<Float>, _ planes: Range<Int>, of all: Int
    ) -> (count: Int, isFinite: Bool) {
        let marks = Marks(gradient: gradient, mask: mask, indices: indices, codes: nil, without: 0, left: 0)
        return mark(s, marks, bits, sums, planes, of: all)
    }

    public func nonzeroMaxima(
        _ s: Pooling, _ gradient: UnsafePointer<Float>, mask: UnsafePointer<Float>?, codes: UnsafePointer<UInt8>,
        rectified: Bool, bits: UnsafeMutablePointer<UInt64>, sums: UnsafeMutablePointer<Float>, _ planes: Range<Int>,
        of all: Int
    ) -> (count: Int, isFinite: Bool) {
        let marks = Marks(
            gradient: gradient, mask: mask, indices: nil, codes: codes, without: rectified ? 4 : 0, left: 0)
        return mark(s, marks, bits, sums, planes, of: all)
    }

    private func mark(
        _ s: Pooling, _ marks: Marks, _ bits: UnsafeMutablePointer<UInt64>, _ sums: UnsafeMutablePointer<Float>,
        _ planes: Range<Int>, of all: Int
    ) -> (count: Int, isFinite: Bool) {
        let (windows, words) = (s.outHeight * s.outWidth, (s.height * s.width + 63) / 64)
        var (count, areInside, isFinite) = (0, true, true)
        for plane in planes {
            let (marks, bits) = (marks.ofPlane(plane, windows, of: all), bits + plane * words)
            var values = SIMD16<Float>.zero
            if s.isPairs && s.width <= 32 {
                count += marks.putRows(s, bits, words, &values)
            } else {
                bits.update(repeating: 0, count: words)
                if s.isPairs {
                    count += marks.putPairs(s, bits, &values)
                } else if let found = marks.putEach(windows, bits, &values) {
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

/// The gradients of windows, and where they go.
private struct Marks {
    let gradient: UnsafePointer<Float>
    let mask: UnsafePointer<Float>?
    /// Either places, or codes of corners, of which those with any bit of `without` do not count.
    let indices: UnsafePointer<Int32>?
    let codes: UnsafePointer<UInt8>?
    let without: Int32
    /// Windows from the first on, those of all planes behind included.
    let left: Int

    func ofPlane(_ plane: Int, _ windows: Int, of all: Int) -> Marks {
        let first = plane * windows
        return Marks(
            gradient: gradient + first, mask: mask.map { $0 + first }, indices: indices.map { $0 + first },
            codes: codes.map { $0 + first }, without: without, left: all * windows - first)
    }

    /// - Returns: how many are not 0; nil where one has no place.
    func putEach(_ windows: Int, _ bits: UnsafeMutablePointer<UInt64>, _ sums: inout SIMD16<Float>) -> Int? {
        var (count, areInside) = (0, true)
        for window in 0..<windows where gradient[window] != 0 && !(mask.map { $0[window] <= 0 } ?? false) {
            let place = indices.map { Int($0[window]) } ?? -1
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
    func putRows(_ s: Pooling, _ bits: UnsafeMutablePointer<UInt64>, _ words: Int, _ sums: inout SIMD16<Float>) -> Int {
        var (count, word) = (0, 0)
        // The bits of a word that is not full yet.
        var (open, filled): (UInt64, UInt64) = (0, 0)
        let width = UInt64(truncatingIfNeeded: s.width)
        for row in 0..<s.outHeight {
            let found = find(row * s.outWidth, min(16, s.outWidth), place: 2 * row * s.width, s.width, &sums)
            let both = found & 0xffff_ffff | (found &>> 32) &<< width
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
    func putPairs(_ s: Pooling, _ bits: UnsafeMutablePointer<UInt64>, _ sums: inout SIMD16<Float>) -> Int {
        var count = 0
        for row in 0..<s.outHeight {
            for column in stride(from: 0, to: s.outWidth, by: 16) {
                let place = 2 * row * s.width + 2 * column
                let found = find(
                    row * s.outWidth + column, min(16, s.outWidth - column), place: place, s.width, &sums)
                put(found & 0xffff_ffff, bits, place)
                put(found &>> 32, bits, place + s.width)
                count += found.nonzeroBitCount
            }
        }
        return count
    }

    /// The places that `count` windows from one on give something to: those of the upper row, and from bit 32 on of the lower.
    /// What they give is added to `sums`.
    @inline(__always)
    private func find(
        _ window: Int, _ count: Int, place: Int, _ width: Int, _ sums: inout SIMD16<Float>
    ) -> UInt64 {
        let some = Int32(truncatingIfNeeded: count)
        let (first, width) = (Int32(truncatingIfNeeded: place), Int32(truncatingIfNeeded: width))
        guard window + 16 <= left else { return findLast(window, some, first, width, &sums) }
        let (values, mask) = (gradient + window, mask.map { $0 + window })
        let codes = codes.map { $0 + window }
        sums += nightjar_counted_values(values, mask, codes, without, some)
        if let codes { return nightjar_coded_bits(values, mask, codes, without, some) }
        guard let indices else { return 0 }
        return nightjar_placed_bits(values, mask, indices + window, first, width, some)
    }

    /// The same for the last of the last plane, behind which nothing can be read.
    @inline(never)
    private func findLast(
        _ window: Int, _ count: Int32, _ first: Int32, _ width: Int32, _ sums: inout SIMD16<Float>
    ) -> UInt64 {
        withUnsafeTemporaryAllocation(byteCount: 3 * 64 + 16, alignment: 64) { space in
            guard let values = space.baseAddress?.bindMemory(to: Float.self, capacity: 32) else { return 0 }
            let kept = values + 16
            let places = UnsafeMutableRawPointer(values + 32).bindMemory(to: Int32.self, capacity: 16)
            let corners = UnsafeMutableRawPointer(places + 16).bindMemory(to: UInt8.self, capacity: 16)
            for i in 0..<16 {
                let isThere = i < Int(count)
                values[i] = isThere ? gradient[window + i] : 0
                kept[i] = isThere ? mask.map { $0[window + i] } ?? 1 : 1
                places[i] = isThere ? indices.map { $0[window + i] } ?? 0 : 0
                corners[i] = isThere ? codes.map { $0[window + i] } ?? 0 : 0
            }
            sums += nightjar_counted_values(values, kept, corners, without, count)
            return codes != nil
                ? nightjar_coded_bits(values, kept, corners, without, count)
                : nightjar_placed_bits(values, kept, places, first, width, count)
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
