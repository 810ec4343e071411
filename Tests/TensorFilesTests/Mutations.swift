import Tensors

/// Makes damaged copies of a file, the same ones in every run.
struct Mutations {
    private let generator: Generator

    init(seed: UInt64) { generator = Generator(seed: seed) }

    private func random(_ limit: Int) -> Int { limit > 0 ? Int(generator.next32()) % limit : 0 }

    /// One to four changes: bytes set, flipped or made extreme, pieces taken out, doubled, moved or cleared, the end cut.
    func mutated(_ whole: [UInt8]) -> [UInt8] {
        var bytes = whole
        for _ in 0...random(4) {
            guard !bytes.isEmpty else { break }
            let place = random(bytes.count)
            let length = min(1 + random(16), bytes.count - place)
            switch random(10) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random(256))
            case 1: bytes[place] ^= 1 << random(8)
            case 2: bytes[place] = [0, 0xff, 0x7f, 0x80][random(4)]
            case 3: bytes.removeSubrange(place..<place + length)
            case 4: bytes.insert(contentsOf: bytes[place..<place + length], at: random(bytes.count))
            case 5: for i in place..<place + length { bytes[i] = 0xff }
            case 6: for i in place..<place + length { bytes[i] = 0 }
            case 7: bytes.removeLast(bytes.count - place)
            case 8: bytes[place] = whole[random(whole.count)]
            default: bytes[place] &+= 1
            }
        }
        return bytes
    }
}
