import KernelInterface

/// How the weight's gradient of a depthwise convolution reads planes without padding: the places of the output follow each
/// other from row to row, so that vectors run on over the rows' ends, and for each tap and vector some bits say which lanes
/// see something inside of the plane. Where a stride divides the plane into phases, these are copied, with as many places
/// to a row as the output has, and each tap reads one phase.
///
/// It is no value, for only one instruction set has it: the function that copies values of its size would be the newest
/// processor's for all of the program.
final class PlaneLayout: Sendable {
    /// Places of the output.
    let count: Int
    let taps: Int
    /// Whether a plane is read where it is.
    let isInPlace: Bool
    /// Floats of all phases, with room for a vector behind each; 0 where a plane is read where it is.
    let copySize: Int
    private let shape: Convolution
    private let phaseSize: Int
    /// Where each tap reads, from the place of the output.
    private let offsets: [Int]
    /// For each vector and tap.
    private let bits: [UInt16]

    /// - Returns: nil where a plane is smaller than a vector, or the rows of its phases longer than the output's.
    init?(_ s: Convolution) {
        guard s.groups == s.inChannels, s.groups == s.outChannels, s.outPixels >= lanes else { return nil }
        let (down, across, pitch) = (s.rows.stride, s.columns.stride, s.outWidth)
        // Wider steps would need more room for the phases than the planes take.
        guard down <= 4, across <= 4 else { return nil }
        isInPlace = down == 1 && across == 1
        let places = (s.width + across - 1) / across
        guard isInPlace ? places == pitch : places <= pitch else { return nil }
        shape = s
        (count, taps) = (s.outPixels, s.taps)
        phaseSize = (s.height + down - 1) / down * pitch + lanes
        copySize = isInPlace ? 0 : down * across * phaseSize
        var offsets: [Int] = []
        var seen: [(rows: Range<Int>, columns: Range<Int>)] = []
        for ky in 0..<s.rows.size {
            let (y, row) = s.rows.phase(ky)
            for kx in 0..<s.columns.size {
                let (x, column) = s.columns.phase(kx)
                offsets.append((isInPlace ? 0 : (y * across + x) * phaseSize) + row * pitch + column)
                seen.append(
                    (
                        s.rows.inside(tap: ky, length: s.height, places: s.outHeight),
                        s.columns.inside(tap: kx, length: s.width, places: s.outWidth)
                    ))
            }
        }
        self.offsets = offsets
        var bits: [UInt16] = []
        for vector in 0..<(count + lanes - 1) / lanes {
            for (rows, columns) in seen {
                bits.append(Self.bits(rows, columns, from: min(vector * lanes, count - lanes), pitch: pitch))
            }
        }
        self.bits = bits
    }

    /// A bit for each place from one on that lies in these rows and columns.
    private static func bits(_ rows: Range<Int>, _ columns: Range<Int>, from: Int, pitch: Int) -> UInt16 {
        var bits: UInt32 = 0
        let first = max(rows.lowerBound, from / pitch)
        for row in first..<max(first, rows.upperBound) {
            let low = row * pitch + columns.lowerBound - from
            if low >= lanes { break }
            let high = min(lanes, low + columns.count)
            if high > max(0, low) { bits |= (1 << UInt32(high)) - (1 << UInt32(max(0, low))) }
        }
        return UInt16(truncatingIfNeeded: bits)
    }

    /// Calls `body` with the tables.
    func withTables(_ body: (PlaneTables) -> Void) {
        offsets.withUnsafeBufferPointer { offsets in
            bits.withUnsafeBufferPointer { bits in
                guard let offsets = offsets.baseAddress, let bits = bits.baseAddress else { return }
                body(
                    PlaneTables(
                        count: count, taps: taps, offsets: offsets, bits: bits, pitch: shape.outWidth,
                        height: shape.height, width: shape.width, down: shape.rows.stride,
                        across: shape.columns.stride, phaseSize: phaseSize))
            }
        }
    }
}

/// What is needed of a layout while planes are worked on.
struct PlaneTables {
    /// Places of the output.
    let count: Int
    let taps: Int
    let offsets: UnsafePointer<Int>
    let bits: UnsafePointer<UInt16>
    /// Places from one row to the next.
    let pitch: Int
    /// The plane's.
    let height: Int, width: Int
    /// Phases of its rows and columns, and floats of each.
    let down: Int, across: Int, phaseSize: Int

    var vectors: Int { (count + lanes - 1) / lanes }
    /// Where a vector begins: the last overlaps the one before it.
    func start(_ vector: Int) -> Int { min(vector * lanes, count - lanes) }
}

extension Window {
    /// The phase of its stride that a tap sees, and how many places from the output's.
    fileprivate func phase(_ tap: Int) -> (phase: Int, distance: Int) {
        let shift = tap * dilation - padding
        let distance = shift >= 0 ? shift / stride : -((stride - 1 - shift) / stride)
        return (shift - distance * stride, distance)
    }
}
