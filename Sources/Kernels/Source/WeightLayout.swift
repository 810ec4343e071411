import KernelInterface

/// How the weight of a convolution is packed for its product with the input, some input channels after the other; or, where
/// the gradient of the input is worked out as a convolution of the gradient of the output, for that: with its channels
/// exchanged and its taps in reverse.
struct WeightLayout {
    /// Output and input channels of a group of the product.
    let rows: Int, channels: Int
    /// Taps of one channel.
    let taps: Int
    /// Input channels that are multiplied at a time, and how often there are as many.
    let depth: Int, depths: Int
    /// Floats of the packed weight for as many channels.
    let blockSize: Int
    private let groups: Int
    private let isReversed: Bool

    /// - Parameter s: the product as it is worked out.
    init(_ s: Convolution, isReversed: Bool) {
        (rows, channels, taps) = (s.outChannels / s.groups, s.inChannels / s.groups, s.rows.size * s.columns.size)
        groups = s.groups
        self.isReversed = isReversed
        // What a tile's columns see of so many taps takes three quarters of a first-level cache of 48 KB.
        depth = evenBlock(channels, max(1, 192 / taps), of: 1)
        depths = max(1, (channels + depth - 1) / depth)
        blockSize = packedSizeOfA(rows: rows, k: depth * taps)
    }

    var packedSize: Int { parts * blockSize }
    var parts: Int { groups * depths }

    /// The channels of a group that are multiplied together.
    func channels(_ block: Int) -> Range<Int> {
        min(channels, block * depth)..<min(channels, (block + 1) * depth)
    }

    /// Where the weight of some channels begins.
    func place(group: Int, block: Int) -> Int { (group * depths + block) * blockSize }

    /// Packs one part.
    func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part: Int) {
        let (weight, packed) = (weight + part / depths * rows * channels * taps, packed + part * blockSize)
        let some = channels(part % depths)
        let k = some.count * taps
        if !isReversed {
            packA(
                rows: rows, k: k, a: weight + some.lowerBound * taps, row: channels * taps, column: 1, into: packed)
        } else if taps == 1 {
            packA(rows: rows, k: k, a: weight + some.lowerBound * rows, row: 1, column: rows, into: packed)
        } else {
            for (i, channel) in some.enumerated() {
                packA(
                    rows: rows, k: taps, a: weight + ((channel * rows + 1) * taps - 1), row: taps, column: -1,
                    into: packed + i * taps * tileRows, groupSize: k * tileRows)
            }
        }
    }
}
