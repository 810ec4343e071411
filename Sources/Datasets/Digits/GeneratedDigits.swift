/// Digits drawn by program in the manner of MNIST, for when its files cannot be had: 28 x 28 pixels, light strokes
/// on black within about 20 x 20, in the middle by weight.
///
/// Each digit is one of a few ways to write it, bent, slanted, turned, stretched, thicker or thinner, and somewhat
/// off its place. The same seed gives the same bytes on every machine.
public enum GeneratedDigits {
    /// A stand-in for a split of MNIST, of as many digits: 60,000 or 10,000, from different seeds.
    ///
    /// - Parameter limit: the most that are drawn, from the first.
    public static func make(_ split: MNIST.Split, seed: UInt64 = 0, limit: Int = .max) -> ImageDataset {
        switch split {
        case .train: make(count: min(60_000, limit), seed: seed &* 2)
        case .test: make(count: min(10_000, limit), seed: seed &* 2 &+ 1)
        }
    }

    /// - Parameters:
    ///   - count: how many. A smaller set is the beginning of a larger one.
    ///   - seed: what chooses them.
    public static func make(count: Int, seed: UInt64) -> ImageDataset {
        let count = max(count, 0)
        var labels: [UInt8] = []
        labels.reserveCapacity(count)
        var pen = DigitPen()
        let images = [UInt8](unsafeUninitializedCapacity: count * DigitPen.pixels) { images, initialized in
            for place in 0..<count {
                // A source for each digit, so that none depends on what the ones before it drew.
                var seeds = RandomSource(seed: seed)
                var random = RandomSource(seed: seeds.next() &+ UInt64(place) &* 0xd134_2543_de82_ef95)
                let label = random.index(10)
                labels.append(UInt8(label))
                pen.draw(label, &random, into: UnsafeMutableBufferPointer(rebasing: images.dropFirst(initialized)))
                initialized += DigitPen.pixels
            }
        }
        return ImageDataset(generated: images, rows: DigitPen.side, columns: DigitPen.side, labels: labels)
    }
}
