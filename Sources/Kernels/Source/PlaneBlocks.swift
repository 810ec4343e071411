import CVectors
import KernelInterface

#if KERNELS_V4
    /// The vectors of columns that planes are cut into, of which the last of a row overlaps the one before it; planes that
    /// are no wider than half a vector share one with another image's.
    struct PlaneBlocks {
        /// Vectors of a plane or of a pair.
        let aPlane: Int
        /// Whether a vector holds two planes.
        let arePairs: Bool
        private let shape: Convolution
        /// Columns of a block, and how many of them are kept.
        private let width: Int, kept: UInt16
        /// For each block and tap those lanes that see the plane: the vector's, or those of its lower and its upper half;
        /// with a step of two those of both vectors that are read.
        private let bits: [UInt16]

        init(_ s: Convolution) {
            shape = s
            arePairs = s.outWidth <= lanes / 2
            width = arePairs ? lanes / 2 : lanes
            kept = firstLanes(min(width, s.outWidth))
            aPlane = (s.outWidth + lanes - 1) / lanes
            var bits: [UInt16] = []
            for block in 0..<aPlane {
                let x = Self.column(block, width, s)
                for part in 0..<2 {
                    for tap in 0..<s.columns.size {
                        let from = x * s.columns.stride + tap * s.columns.dilation - s.columns.padding
                        if s.columns.stride == 1 {
                            let some = Self.seen(from, width, s.width)
                            bits.append(part == 0 ? some : arePairs ? some << UInt16(width) : 0)
                        } else {
                            bits.append(Self.seen(arePairs || part == 0 ? from : from + lanes, lanes, s.width))
                        }
                    }
                }
            }
            self.bits = bits
        }

        /// The column of the output that a block begins with.
        private static func column(_ block: Int, _ width: Int, _ s: Convolution) -> Int {
            max(0, min(block * lanes, s.outWidth - width))
        }

        /// A bit for each of `count` places from one on that lies inside of a row.
        private static func seen(_ from: Int, _ count: Int, _ width: Int) -> UInt16 {
            let (low, high) = (min(count, max(0, -from)), min(count, max(0, width - from)))
            return high > low ? firstLanes(high) & ~firstLanes(low) : 0
        }

        func withBits(_ body: (UnsafePointer<UInt16>) -> Void) {
            bits.withUnsafeBufferPointer { bits in
                if let bits = bits.baseAddress { body(bits) }
            }
        }

        /// What is worked on at a time: some columns of some rows.
        struct Block {
            /// The place of the columns in a row.
            let column: Int
            let rows: Range<Int>
            /// Floats to where the next block is read, which is to be in the cache by then.
            let ahead: Int
        }

        /// Calls `body` with each block of a plane. Of wide planes all columns of some rows come before the next rows: what
        /// lies side by side in memory is read at about the same time.
        @inline(__always)
        func each(_ body: (Block) -> Void) {
            let s = shape
            if aPlane == 1 {
                // The processor does not see sixteen rows coming, some of which are of planes behind this one.
                return body(Block(column: 0, rows: 0..<s.outHeight, ahead: 16 * s.width))
            }
            let band = s.rows.dilation > 1 ? s.outHeight : evenBlock(s.outHeight, 32, of: 1)
            for row in stride(from: 0, to: s.outHeight, by: band) {
                let end = min(s.outHeight, row + band)
                for block in 0..<aPlane {
                    let here = Self.column(block, width, s) * s.columns.stride
                    let rows = end < s.outHeight ? band * s.rows.stride : s.height - row * s.rows.stride
                    let ahead =
                        block < aPlane - 1
                        ? Self.column(block + 1, width, s) * s.columns.stride - here : rows * s.width - here
                    body(Block(column: block, rows: row..<end, ahead: ahead))
                }
            }
        }

        /// A block of some planes or pairs that follow each other.
        ///
        /// - Parameter image: the first one's, which the next one's image follows where `areChannels` does not say that it
        ///   is the next channel of the same image. These are not paired.
        func places(
            image: Int, channel: Int, _ block: Int, _ bits: UnsafePointer<UInt16>, _ input: UnsafePointer<Float>,
            _ output: UnsafeMutablePointer<Float>, areChannels: Bool
        ) -> PlanePlaces {
            let s = shape
            let x = Self.column(block, width, s)
            let seen = x * s.columns.stride - s.columns.padding
            let (inPlane, outPlane, first) = (s.height * s.width, s.outPixels, image * s.inChannels + channel)
            let step = areChannels ? 1 : arePairs ? 2 * s.inChannels : s.inChannels
            let isPaired = arePairs && !areChannels
            let bits = bits + 2 * block * s.columns.size
            // The upper half of a pair is read where its lower half would begin.
            let other = (isPaired ? s.inChannels * inPlane : 0) - (s.columns.stride == 1 ? width : 0)
            return PlanePlaces(
                from: input + (first * inPlane + seen), fromStep: step * inPlane, other: arePairs ? other : lanes,
                lowBits: bits, highBits: bits + s.columns.size, to: output + (first * outPlane + x),
                toStep: step * outPlane, toOther: isPaired ? s.inChannels * outPlane : 0, kept: kept,
                lastWhole: s.outPixels - x - width)
        }
    }

    /// Where a block of four planes, or of four pairs, is read and written.
    struct PlanePlaces {
        let from: UnsafePointer<Float>
        /// Floats from one plane or pair to the next, and from a vector's lower half to its upper one.
        let fromStep: Int, other: Int
        /// For each column of taps the lanes that are read of the lower half and of the upper.
        let lowBits: UnsafePointer<UInt16>, highBits: UnsafePointer<UInt16>
        let to: UnsafeMutablePointer<Float>
        let toStep: Int
        /// Floats to where a pair's other half goes; 0 where that is not kept.
        let toOther: Int
        /// The lanes that are written, of each half.
        let kept: UInt16
        /// The last place whose vector, or half, does not reach beyond its plane.
        let lastWhole: Int

        /// What the taps of a column see, and where two are read at a time those of the next.
        @inline(__always)
        func read<Reader: PlaneReader>(_ at: Int, _ column: Int, _ units: Int, _: Reader.Type) -> (TileRow, TileRow) {
            let (at, low, high) = (from + at, lowBits[column], highBits[column])
            var (near, far) = (TileRow(), TileRow())
            (near.v0, far.v0) = Reader.read(at, other, low, high)
            if units > 1 { (near.v1, far.v1) = Reader.read(at + fromStep, other, low, high) }
            if units > 2 { (near.v2, far.v2) = Reader.read(at + 2 * fromStep, other, low, high) }
            if units > 3 { (near.v3, far.v3) = Reader.read(at + 3 * fromStep, other, low, high) }
            return (near, far)
        }

        /// Asks for what will be read.
        @inline(__always)
        func prefetch<Reader: PlaneReader>(_ at: Int, _ units: Int, _: Reader.Type) {
            let at = from + at
            for unit in 0..<units {
                nightjar_prefetch(at + unit * fromStep)
                if Reader.vectors > 1 { nightjar_prefetch(at + (unit * fromStep + other)) }
            }
        }

        /// Writes a row of each plane.
        ///
        /// - Parameter hasNext: whether something may be written behind the rows' ends.
        @inline(__always)
        func put<Reader: PlaneReader>(_ row: TileRow, _ at: Int, _ units: Int, _: Reader.Type, hasNext: Bool) {
            put(row.v0, at, 0, Reader.self, hasNext)
            if units > 1 { put(row.v1, at, 1, Reader.self, hasNext) }
            if units > 2 { put(row.v2, at, 2, Reader.self, hasNext) }
            if units > 3 { put(row.v3, at, 3, Reader.self, hasNext) }
        }

        @inline(__always)
        private func put<Reader: PlaneReader>(
            _ vector: Vector, _ at: Int, _ unit: Int, _: Reader.Type, _ hasNext: Bool
        ) {
            let to = to + (at + unit * toStep)
            if Reader.mayBeHalves, kept <= firstLanes(lanes / 2) {
                putHalf(vector.lowHalf, to, hasNext)
                if toOther > 0 { putHalf(vector.highHalf, to + toOther, hasNext) }
            } else if hasNext {
                store(vector, to)
            } else {
                storeSome(vector, to, kept)
            }
        }

        @inline(__always)
        private func putHalf(_ half: HalfVector, _ to: UnsafeMutablePointer<Float>, _ hasNext: Bool) {
            if hasNext {
                UnsafeMutableRawPointer(to).storeBytes(of: half, as: HalfVector.self)
            } else {
                storeSome(Vector(lowHalf: half, highHalf: .zero), to, kept)
            }
        }
    }

    /// How a vector of columns is read.
    protocol PlaneReader {
        /// Columns of taps that are read at a time, and vectors.
        static var columns: Int { get }
        static var vectors: Int { get }
        /// Whether a vector may be halves of two planes.
        static var mayBeHalves: Bool { get }
        static func read(_ at: UnsafePointer<Float>, _ other: Int, _ low: UInt16, _ high: UInt16) -> (Vector, Vector)
    }

    enum WholeColumns: PlaneReader {
        static var columns: Int { 1 }
        static var vectors: Int { 1 }
        static var mayBeHalves: Bool { false }
        @inline(__always)
        static func read(_ at: UnsafePointer<Float>, _ other: Int, _ low: UInt16, _ high: UInt16) -> (Vector, Vector) {
            (loadSome(at, low), .zero)
        }
    }

    enum HalfColumns: PlaneReader {
        static var columns: Int { 1 }
        static var vectors: Int { 2 }
        static var mayBeHalves: Bool { true }
        @inline(__always)
        static func read(_ at: UnsafePointer<Float>, _ other: Int, _ low: UInt16, _ high: UInt16) -> (Vector, Vector) {
            (loadSome(at + other, high, over: loadSome(at, low)), .zero)
        }
    }

    /// With a step of two, of which every other lane belongs to the next column.
    enum StridedColumns: PlaneReader {
        static var columns: Int { 2 }
        static var vectors: Int { 2 }
        static var mayBeHalves: Bool { true }
        @inline(__always)
        static func read(_ at: UnsafePointer<Float>, _ other: Int, _ low: UInt16, _ high: UInt16) -> (Vector, Vector) {
            let (low, high) = (loadSome(at, low), loadSome(at + other, high))
            return (
                Vector(lowHalf: low.evenHalf, highHalf: high.evenHalf),
                Vector(lowHalf: low.oddHalf, highHalf: high.oddHalf)
            )
        }
    }
#endif
