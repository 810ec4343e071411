/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): 64 bits of state,
/// the same numbers on every machine.
struct RandomSource {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    /// Evenly from `low` up to `high`.
    mutating func uniform(_ low: Float, _ high: Float) -> Float {
        low + (high - low) * (Float(next() >> 40) * 0x1p-24)
    }

    /// About normal with mean 0 and deviation 1, within 3.5: the sum of four even numbers, which takes one draw
    /// and no function of the C library, whose last bits differ between machines.
    mutating func normal() -> Float {
        let bits = next()
        let sum = Float(bits & 0xffff) + Float(bits >> 16 & 0xffff) + Float(bits >> 32 & 0xffff) + Float(bits >> 48)
        return (sum * 0x1p-16 - 2) * 1.732_050_8
    }

    /// Evenly one of 0..<count, for counts far below 2^32.
    mutating func index(_ count: Int) -> Int { Int(((next() >> 32) &* UInt64(count)) >> 32) }
}
