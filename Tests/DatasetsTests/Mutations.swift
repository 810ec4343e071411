/// Damages content in the same ways every time.
struct Mutations {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    private mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }

    mutating func below(_ count: Int) -> Int { count < 1 ? 0 : Int(next() % UInt64(count)) }

    /// One to three changes: a byte, a bit, a piece left out, doubled or moved, the end cut off.
    ///
    /// - Parameter alphabet: the bytes that are put in; any where there are none.
    mutating func mutated(_ content: [UInt8], alphabet: [UInt8] = []) -> [UInt8] {
        var bytes = content
        for _ in 0...below(3) {
            let place = below(bytes.count)
            let byte = alphabet.isEmpty ? UInt8(below(256)) : alphabet[below(alphabet.count)]
            let end = min(bytes.count, place + 1 + below(16))
            switch below(6) {
            case 0 where !bytes.isEmpty: bytes[place] = byte
            case 1 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8(below(8))
            case 2: bytes.insert(byte, at: place)
            case 3: bytes.removeSubrange(place..<end)
            case 4: bytes.insert(contentsOf: Array(bytes[place..<end]), at: below(bytes.count))
            default: if below(4) == 0 { bytes.removeSubrange(place...) }
            }
        }
        return bytes
    }
}
