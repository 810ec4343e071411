import KernelInterface

extension PatchLayout {
    /// Where a vector of an output channel lies among weights `[blocks, patches, outputs, rows, width]`.
    @inline(__always)
    private func place(_ vector: Int, block: Int, output: Int, outputs: Int) -> Int {
        let place = vectorPlaces[vector]
        let patch = patches[place.patch]
        return (block * blockSize + patch.start) * outputs + output * patch.size + place.offset
    }

    /// Packs the weights `[inChannels, rows, columns]` of one output channel. - Returns: whether all are finite.
    func packWeights(
        _ weights: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, output: Int, outputs: Int
    ) -> Bool {
        let each = channels / lanes
        return packChannelsLast(weights, shape, vectors: blocks * each) { tap, vector in
            packed + place(tap * each + vector % each, block: vector / each, output: output, outputs: outputs)
        }
    }

    /// Adds up one output channel's sums of several parts and writes them as weights `[inChannels, rows, columns]`.
    ///
    /// - Parameters:
    ///   - step: floats from one part's sums to the next's.
    func unpackWeights(
        _ packed: UnsafePointer<Float>, parts: Int, step: Int, to weights: UnsafeMutablePointer<Float>, output: Int,
        outputs: Int
    ) {
        let taps = shape.rows.size * shape.columns.size
        if isDense {
            eachDenseWeight { channel, tap, vector, i in
                guard channel < shape.inChannels else { return }
                let from = packed + place(vector, block: 0, output: output, outputs: outputs) + i
                var sum: Float = 0
                for part in 0..<parts { sum += from[part * step] }
                weights[channel * taps + tap] = sum
            }
            return
        }
        let each = channels / lanes
        withUnsafeTemporaryAllocation(of: Float.self, capacity: lanes * taps + lanes) { space in
            guard let rows = space.baseAddress else { return }
            for group in 0..<blocks * each {
                let first = group * lanes
                let count = min(lanes, shape.inChannels - first)
                let isLast = (first + lanes) * taps + lanes > shape.taps
                let to = isLast ? rows : weights + first * taps
                // What a row's last vector writes beyond its end is written over by the rows behind it.
                for tap in stride(from: (taps - 1) / lanes * lanes, through: 0, by: -lanes) {
                    let square = Square { row in
                        guard tap + row < taps else { return .zero }
                        let from =
                            packed
                            + place(
                                (tap + row) * each + group % each, block: group / each, output: output, outputs: outputs
                            )
                        var sum = Vector.zero
                        for part in 0..<parts { sum += load(from + part * step) }
                        return sum
                    }
                    square.transposed.eachRow(count) { store($1, to + $0 * taps + tap) }
                }
                if isLast { (weights + first * taps).update(from: rows, count: count * taps) }
            }
        }
    }

    /// Calls `body` with each weight's place, those that fill up vectors included, which have channels beyond the last.
    @inline(__always)
    private func eachDenseWeight(_ body: (_ channel: Int, _ tap: Int, _ vector: Int, _ i: Int) -> Void) {
        let (rows, columns, c) = (shape.rows.size, shape.columns.size, shape.inChannels)
        let vectors = vectorPlaces.count / rows
        let unit = blockSize / vectorPlaces.count
        for row in 0..<rows {
            for i in 0..<vectors * unit {
                let (column, channel) = (i / c, i % c)
                let isInside = column < columns
                body(isInside ? channel : c, row * columns + column, row * vectors + i / unit, i % unit)
            }
        }
    }
}

/// Packs the weights `[inChannels, rows, columns]` of one output channel with their channels last.
///
/// - Parameters:
///   - vectors: vectors of input channels, which zeros fill up.
///   - place: where such a vector of a tap goes.
/// - Returns: whether all are finite.
@inline(__always)
func packChannelsLast(
    _ weights: UnsafePointer<Float>, _ shape: Convolution, vectors: Int,
    to place: (_ tap: Int, _ vector: Int) -> UnsafeMutablePointer<Float>
) -> Bool {
    let taps = shape.rows.size * shape.columns.size
    var excess: UInt32 = 0
    for i in 0..<shape.taps { excess |= exponentExcess(weights[i]) }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: lanes * taps + lanes) { space in
        guard let rows = space.baseAddress else { return }
        for vector in 0..<vectors {
            let first = vector * lanes
            let count = max(0, min(lanes, shape.inChannels - first))
            var from = weights + first * taps
            if (first + lanes) * taps + lanes > shape.taps {
                // A row is read up to a whole vector, which the last one's weights do not fill.
                if count > 0 { rows.update(from: from, count: count * taps) }
                (rows + count * taps).update(repeating: 0, count: (lanes - count) * taps + lanes)
                from = UnsafePointer(rows)
            }
            for tap in stride(from: 0, to: taps, by: lanes) {
                let square = Square { load(from + $0 * taps + tap) }
                square.transposed.eachRow(min(lanes, taps - tap)) { store($1, place(tap + $0, vector)) }
            }
        }
    }
    return excess >> 31 == 0
}

/// Has its highest bit set where `x` is not finite.
@inline(__always)
func exponentExcess(_ x: Float) -> UInt32 { (x.bitPattern & 0x7fff_ffff) &+ 0x0080_0000 }
