import KernelInterface

#if KERNELS_V4
    /// How the weight of a convolution is packed where vectors hold output channels: for some input channels after the other,
    /// and each block of output channels, the taps, each with the block's channels side by side. All channels' taps of one row
    /// lie together, so that rows which see nothing but padding can be left out.
    struct ChannelWeights {
        /// Output channels of a block. The last block of a group has half as many places where that will do.
        static var width: Int { 2 * lanes }

        /// Output and input channels of a group.
        let rows: Int, channels: Int
        /// Taps of one channel, and of one of its rows.
        let taps: Int, tapsARow: Int
        /// Input channels that are multiplied at a time, and how often there are as many.
        let depth: Int, depths: Int
        private let groups: Int

        init(_ s: Convolution) {
            (rows, channels, taps) = (s.outChannels / s.groups, s.inChannels / s.groups, s.rows.size * s.columns.size)
            tapsARow = s.columns.size
            groups = s.groups
            // A block of weights takes most of a first-level cache of 48 KB; they are read in order.
            depth = evenBlock(channels, max(1, 320 / taps), of: 1)
            depths = max(1, (channels + depth - 1) / depth)
        }

        /// Blocks of output channels in a group.
        var blocks: Int { (rows + Self.width - 1) / Self.width }
        /// Floats for the sums of a pixel, or for a tap's weights.
        var sumsSize: Int { (rows + lanes - 1) / lanes * lanes }
        var packedSize: Int { parts * sumsSize * depth * taps }
        var parts: Int { groups * depths }

        /// The input channels of a group that are multiplied together.
        func channels(_ depth: Int) -> Range<Int> {
            min(channels, depth * self.depth)..<min(channels, (depth + 1) * self.depth)
        }

        /// Where the weight of some channels begins.
        func place(group: Int, depth: Int, block: Int) -> Int {
            (group * depths + depth) * sumsSize * self.depth * taps + block * Self.width * channels(depth).count * taps
        }

        /// The place among the taps of some channels of each of them in the order of the weight: channel, row, column.
        func writePlaces(channels: Int, to places: UnsafeMutablePointer<Int>) {
            var at = 0
            for channel in 0..<channels {
                for row in 0..<taps / tapsARow {
                    for column in 0..<tapsARow {
                        places[at] = (row * channels + channel) * tapsARow + column
                        at += 1
                    }
                }
            }
        }

        /// Packs one part.
        func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part: Int) {
            let (group, depth) = (part / depths, part % depths)
            let some = channels(depth)
            let (k, from) = (some.count * taps, weight + (group * rows * channels + some.lowerBound) * taps)
            withUnsafeTemporaryAllocation(of: Int.self, capacity: max(1, k)) { places in
                guard let places = places.baseAddress else { return }
                writePlaces(channels: some.count, to: places)
                for first in stride(from: 0, to: rows, by: lanes) {
                    let (block, half) = (first / Self.width, first % Self.width)
                    let row = rows - block * Self.width > lanes ? Self.width : lanes
                    turn(
                        min(lanes, rows - first), k, from + first * channels * taps, places,
                        to: packed + place(group: group, depth: depth, block: block) + half, row: row)
                }
            }
        }

        /// Writes `k` taps of some output channels, at most a vector's, each tap to its place. Lanes beyond the last channel
        /// hold it once more.
        private func turn(
            _ count: Int, _ k: Int, _ from: UnsafePointer<Float>, _ places: UnsafePointer<Int>,
            to: UnsafeMutablePointer<Float>, row: Int
        ) {
            let step = channels * taps
            guard k >= lanes else {
                for tap in 0..<k {
                    for i in 0..<lanes { to[places[tap] * row + i] = from[min(i, count - 1) * step + tap] }
                }
                return
            }
            for first in stride(from: 0, to: k, by: lanes) {
                // The last square overlaps the one before it.
                let tap = min(first, k - lanes)
                let square = Square { load(from + (min($0, count - 1) * step + tap)) }.transposed
                square.eachRow(lanes) { store($1, to + places[tap + $0] * row) }
            }
        }
    }
#endif
