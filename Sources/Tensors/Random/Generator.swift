import CLibrary

/// PyTorch's CPU generator: MT19937 (Matsumoto and Nishimura, 1998), from which every kind of random number takes its
/// draws in PyTorch's order, so that one seed gives the same numbers in both.
public final class Generator {
    // Nothing here calls out while it changes: the checks at run time are spared, which cost more than a draw.
    @exclusivity(unchecked) private var state = [UInt32](repeating: 0, count: 624)
    @exclusivity(unchecked) private var place = 624
    private var spareNormal: Double?
    /// The seed that was set last.
    public private(set) var seed: UInt64 = 0

    /// - Parameter seed: its low 32 bits count, as in PyTorch.
    public init(seed: UInt64) { self.setSeed(seed) }

    /// Starts the sequence that belongs to a seed.
    public func setSeed(_ seed: UInt64) {
        self.seed = seed
        state[0] = UInt32(truncatingIfNeeded: seed)
        for i in 1..<624 {
            state[i] = 1_812_433_253 &* (state[i - 1] ^ state[i - 1] >> 30) &+ UInt32(i)
        }
        place = 624
        spareNormal = nil
    }

    /// Everything that decides what comes next: 624 words, the place among them, and two words more where a normal
    /// number waits for its turn. Anything else is not taken over.
    public var snapshot: [UInt32] {
        get {
            let spare = spareNormal.map { $0.bitPattern }.map { [UInt32($0 >> 32), UInt32(truncatingIfNeeded: $0)] }
            return state + [UInt32(place)] + (spare ?? [])
        }
        set {
            guard Self.isSnapshot(newValue) else { return }
            state = Array(newValue[..<624])
            place = Int(newValue[624])
            spareNormal =
                newValue.count == 625 ? nil : Double(bitPattern: UInt64(newValue[625]) << 32 | UInt64(newValue[626]))
        }
    }

    /// Whether words can be a generator's snapshot.
    public static func isSnapshot(_ words: [UInt32]) -> Bool {
        (words.count == 625 || words.count == 627) && words[624] <= 624
    }

    /// The next 32 bits.
    public func next32() -> UInt32 {
        if place == 624 { refill() }
        var y = state[place]
        place += 1
        y ^= y >> 11
        y ^= y << 7 & 0x9d2c_5680
        y ^= y << 15 & 0xefc6_0000
        return y ^ y >> 18
    }

    /// The next 64 bits: two draws, the first in the upper half.
    public func next64() -> UInt64 {
        let high = UInt64(next32())
        return high << 32 | UInt64(next32())
    }

    private func refill() {
        @inline(__always)
        func mixed(_ a: UInt32, _ b: UInt32) -> UInt32 {
            let y = a & 0x8000_0000 | b & 0x7fff_ffff
            return y >> 1 ^ (0 &- (y & 1)) & 0x9908_b0df
        }
        // In stretches without a remainder to take, so that vectors do it.
        state.withUnsafeMutableBufferPointer { s in
            for i in 0..<227 { s[i] = s[i + 397] ^ mixed(s[i], s[i + 1]) }
            for i in 227..<623 { s[i] = s[i - 227] ^ mixed(s[i], s[i + 1]) }
            s[623] = s[396] ^ mixed(s[623], s[0])
        }
        place = 0
    }

    /// As many times the next 32 bits as there is room for.
    private func fill(_ words: UnsafeMutableBufferPointer<UInt32>) {
        var done = 0
        while done < words.count {
            if place == 624 { refill() }
            let count = min(words.count - done, 624 - place)
            state.withUnsafeBufferPointer { s in
                for i in 0..<count {
                    var y = s[place + i]
                    y ^= y >> 11
                    y ^= y << 7 & 0x9d2c_5680
                    y ^= y << 15 & 0xefc6_0000
                    words[done + i] = y ^ y >> 18
                }
            }
            place += count
            done += count
        }
    }

    /// What `torch.empty((), dtype=torch.int64).random_()` gives: 63 bits.
    public func nextInt64() -> Int64 { Int64(next64() & UInt64(Int64.max)) }

    /// A float32 in 0..<1, 24 random bits.
    public func uniform() -> Float { Float(next32() & 0xFF_FFFF) * 0x1p-24 }

    /// A float32 in `low..<high`, 24 random bits, rounded once: PyTorch's builds fuse the product and the sum.
    public func uniform(_ low: Float, _ high: Float) -> Float { low.addingProduct(uniform(), high - low) }

    /// A number in 0..<1 with 53 random bits.
    public func uniform53() -> Double { Double(next64() & (1 << 53 - 1)) * 0x1p-53 }

    /// True with probability `p`.
    public func bernoulli(_ p: Double) -> Bool { uniform53() < p }

    /// `value` with probability `p`, else 0, for each element: the draws of `bernoulli`, many at a time.
    public func fillBernoulli(_ values: UnsafeMutableBufferPointer<Float>, _ p: Double, value: Float) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 256) { words in
            for start in stride(from: 0, to: values.count, by: 128) {
                let count = min(128, values.count - start)
                fill(UnsafeMutableBufferPointer(rebasing: words[..<(2 * count)]))
                for i in 0..<count {
                    let bits = UInt64(words[2 * i]) << 32 | UInt64(words[2 * i + 1])
                    values[start + i] = Double(bits & (1 << 53 - 1)) * 0x1p-53 < p ? value : 0
                }
            }
        }
    }

    /// The numbers 0..<n in random order, as `torch.randperm`; none for a negative n.
    public func permutation(_ n: Int) -> [Int] {
        var order = [Int](repeating: 0, count: max(0, n))
        order.withUnsafeMutableBufferPointer { fillPermutation($0) }
        return order
    }

    /// The same into memory that is there.
    func fillPermutation<T: FixedWidthInteger>(_ order: UnsafeMutableBufferPointer<T>) {
        let n = order.count
        for i in 0..<n { order[i] = T(i) }
        let isShort = n < Int(UInt32.max) / 20
        for i in 0..<max(0, n - 1) {
            order.swapAt(i, i + Int((isShort ? UInt64(next32()) : next64()) % UInt64(n - i)))
        }
    }

    /// A number in 0..<`range` from one draw, or from two where the range has more than 28 bits; of all 64 bits for 0.
    public func integer(below range: UInt64) -> UInt64 {
        if range == 0 { return next64() }
        return range >= 1 << 28 ? next64() % range : UInt64(next32()) % range
    }

    /// Normally distributed numbers, as `torch.randn`: by the method of Box and Muller, in blocks of 16 where there
    /// are so many.
    public func fillNormal(_ values: UnsafeMutableBufferPointer<Float>) {
        if values.count < 16 {
            for i in values.indices { values[i] = Float(normal()) }
            return
        }
        fillInBlocks(values, draw: { uniform() }) { block in
            for j in 0..<8 {
                let radius = (-2 * log(1 - block[j])).squareRoot()
                // Float.pi is rounded towards zero, PyTorch's to the nearest.
                let angle = Float(2 * Double.pi) * block[j + 8]
                block[j] = radius * cos(angle)
                block[j + 8] = radius * sin(angle)
            }
        }
    }

    /// The same for float64.
    public func fillNormal(_ values: UnsafeMutableBufferPointer<Double>) {
        if values.count < 16 {
            for i in values.indices { values[i] = normal() }
            return
        }
        fillInBlocks(values, draw: { uniform53() }) { block in
            for j in 0..<8 {
                let radius = (-2 * log(1 - block[j])).squareRoot()
                let angle = 2 * Double.pi * block[j + 8]
                block[j] = radius * cos(angle)
                block[j + 8] = radius * sin(angle)
            }
        }
    }

    private func fillInBlocks<T>(
        _ values: UnsafeMutableBufferPointer<T>, draw: () -> T, _ transform: (UnsafeMutableBufferPointer<T>) -> Void
    ) {
        for i in values.indices { values[i] = draw() }
        var start = 0
        while start + 16 <= values.count {
            transform(UnsafeMutableBufferPointer(rebasing: values[start..<start + 16]))
            start += 16
        }
        if start < values.count {
            let last = UnsafeMutableBufferPointer(rebasing: values[(values.count - 16)...])
            for i in last.indices { last[i] = draw() }
            transform(last)
        }
    }

    /// A normally distributed number; every second one was drawn with the one before.
    public func normal() -> Double {
        if let spare = spareNormal {
            spareNormal = nil
            return spare
        }
        let angle = 2 * Double.pi * uniform53()
        let radius = (-2 * log1p(-uniform53())).squareRoot()
        spareNormal = radius * sin(angle)
        return radius * cos(angle)
    }

    /// An exponentially distributed number.
    public func exponential(_ rate: Double) -> Double { -1 / rate * log1p(-uniform53()) }

    /// A number whose logarithm is normally distributed.
    public func logNormal(_ mean: Double, _ deviation: Double) -> Double { exp(normal() * deviation + mean) }

    /// A number of the Cauchy distribution.
    public func cauchy(_ median: Double, _ sigma: Double) -> Double {
        median + sigma * tan(Double.pi * (uniform53() - 0.5))
    }

    /// Trials up to the first success, each of probability `p`.
    public func geometric(_ p: Double) -> Double { (log(uniform53()) / log1p(-p)).rounded(.up) }
}
