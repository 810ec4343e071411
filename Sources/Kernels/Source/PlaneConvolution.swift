import KernelInterface

#if KERNELS_V4
    /// A depthwise convolution of planes as they lie in memory. A row of the input is read once for all rows of the output
    /// that see it: their sums wait in registers, the oldest of them is finished with each step. Lanes that would see the
    /// padding are not read.
    final class PlaneConvolution: ConvolutionMethod {
        var kind: ConvolutionKind { .planes }
        let shape: Convolution
        let parts: Int
        private let images: Int
        private let blocks: PlaneBlocks
        private let isReversed: Bool

        /// - Parameter isReversed: whether this is the gradient of an input as `Convolution.reversed` has it.
        /// - Returns: nil where the taps are other than 3, 5 or 7 rows, or a step is neither 1 nor, of neighbours, 2.
        init?(_ s: Convolution, _ images: Int, isReversed: Bool = false) {
            guard s.groups == s.inChannels, s.groups == s.outChannels, s.outPixels > 0,
                s.rows.stride == s.columns.stride,
                s.rows.stride == 1 || s.rows.stride == 2 && s.rows.dilation == 1 && s.columns.dilation == 1,
                s.rows.size == 3 || s.rows.size == 5 || s.rows.size == 7
            else { return nil }
            shape = s
            self.images = images
            blocks = PlaneBlocks(s)
            self.isReversed = isReversed
            parts = min(32, s.inChannels)
        }

        var packedSize: Int { shape.inChannels * shape.taps }
        var packParts: Int { min(4, shape.inChannels) }

        /// For each phase of the rows, and each column, the taps of that column that see a row of this phase.
        func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part: Int) {
            let (rows, columns, taps) = (shape.rows, shape.columns.size, shape.taps)
            for c in part * shape.inChannels / packParts..<(part + 1) * shape.inChannels / packParts {
                let from = weight + c * taps
                var to = packed + c * taps
                for phase in 0..<rows.stride {
                    for x in 0..<columns {
                        for y in stride(from: phase, to: rows.size, by: rows.stride) {
                            let tap = y * columns + x
                            to.pointee = from[isReversed ? taps - 1 - tap : tap]
                            to += 1
                        }
                    }
                }
            }
        }

        func run(
            _ input: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
            output: UnsafeMutablePointer<Float>, part: Int
        ) {
            let channels = part * shape.inChannels / parts..<(part + 1) * shape.inChannels / parts
            let planes = Planes(
                shape: shape, images: images, blocks: blocks, packed: packed, bias: bias, input: input, output: output)
            switch shape.rows.size {
            case 3: planes.run(N3.self, channels)
            case 5: planes.run(N5.self, channels)
            default: planes.run(N7.self, channels)
            }
        }
    }

    /// The planes of all images.
    private struct Planes {
        let shape: Convolution
        let images: Int
        let blocks: PlaneBlocks
        let packed: UnsafePointer<Float>
        let bias: UnsafePointer<Float>?
        let input: UnsafePointer<Float>
        let output: UnsafeMutablePointer<Float>

        /// Works out some channels of all images.
        func run<Rows: Count>(_: Rows.Type, _ channels: Range<Int>) {
            if shape.rows.stride == 2 {
                run(Rows.self, N2.self, StridedColumns.self, channels)
            } else if blocks.arePairs {
                run(Rows.self, N1.self, HalfColumns.self, channels)
            } else {
                run(Rows.self, N1.self, WholeColumns.self, channels)
            }
        }

        /// The vectors that are worked on at a time are of one channel of several images, so that they share weights, or of
        /// several channels of one image.
        private func run<Rows: Count, Step: Count, Reader: PlaneReader>(
            _: Rows.Type, _: Step.Type, _: Reader.Type, _ channels: Range<Int>
        ) {
            // Sums of seven rows for four vectors and what is added would not fit the registers.
            let most = Rows.value / Step.value > 5 ? 3 : 4
            let units = blocks.arePairs ? images / 2 : images == 1 ? 0 : images
            let alone = images - (blocks.arePairs ? 2 * units : units)
            blocks.withBits { bits in
                let groups = (units + most - 1) / most
                for group in 0..<groups {
                    let (first, end) = (units * group / groups, units * (group + 1) / groups)
                    for channel in channels {
                        blocks.each { block in
                            PlaneRows<SharedWeights>(
                                self, image: blocks.arePairs ? 2 * first : first, channel, block, bits,
                                count: end - first
                            ).run(Rows.self, Step.self, Reader.self)
                        }
                    }
                }
                if alone == 0 { return }
                for channel in stride(from: channels.lowerBound, to: channels.upperBound, by: most) {
                    blocks.each { block in
                        PlaneRows<OwnWeights>(
                            self, image: images - 1, channel, block, bits,
                            count: min(most, channels.upperBound - channel)
                        ).run(Rows.self, Step.self, Reader.self)
                    }
                }
            }
        }
    }

    /// One vector of columns of some planes, from the first row to the last.
    private struct PlaneRows<Weights: PlaneWeights> {
        private let shape: Convolution
        private let places: PlanePlaces
        /// Rows of the output, and floats from a row to what is asked for meanwhile.
        private let rows: Range<Int>
        private let ahead: Int
        private let weight: UnsafePointer<Float>
        private let start: TileRow
        private let count: Int

        /// - Parameter count: planes, from 1 to 4.
        init(
            _ planes: Planes, image: Int, _ channel: Int, _ block: PlaneBlocks.Block, _ bits: UnsafePointer<UInt16>,
            count: Int
        ) {
            shape = planes.shape
            self.count = count
            (rows, ahead) = (block.rows, block.ahead)
            places = planes.blocks.places(
                image: image, channel: channel, block.column, bits, planes.input, planes.output,
                areChannels: !Weights.areShared)
            weight = planes.packed + channel * planes.shape.taps
            func start(_ i: Int) -> Vector {
                Vector(repeating: planes.bias?[channel + (Weights.areShared ? 0 : min(i, count - 1))] ?? 0)
            }
            self.start = TileRow(v0: start(0), v1: start(1), v2: start(2), v3: start(3))
        }

        func run<Rows: Count, Step: Count, Reader: PlaneReader>(_: Rows.Type, _: Step.Type, _: Reader.Type) {
            switch count {
            case 1: run(Rows.self, Step.self, N1.self, Reader.self)
            case 2: run(Rows.self, Step.self, N2.self, Reader.self)
            case 3: run(Rows.self, Step.self, N3.self, Reader.self)
            default: run(Rows.self, Step.self, N4.self, Reader.self)
            }
        }

        @inline(never)
        private func run<Rows: Count, Step: Count, Units: Count, Reader: PlaneReader>(
            _: Rows.Type, _: Step.Type, _: Units.Type, _: Reader.Type
        ) {
            // Rows that are a dilation apart do not see the others.
            for first in 0..<min(shape.rows.dilation, shape.outHeight) {
                run(Rows.self, Step.self, Units.self, Reader.self, first)
            }
        }

        /// Works out every `dilation`th row from `first` on.
        @inline(__always)
        private func run<Rows: Count, Step: Count, Units: Count, Reader: PlaneReader>(
            _: Rows.Type, _: Step.Type, _: Units.Type, _: Reader.Type, _ first: Int
        ) {
            let (step, dilation) = (Step.value, shape.rows.dilation)
            let end = (rows.upperBound - first + dilation - 1) / dilation
            let most = (Rows.value + step - 1) / step
            var sums = RollingSums(start)
            for place in rows.lowerBound..<end + most - 1 {
                var w = weight
                for phase in 0..<step {
                    let y = (place * step + phase) * dilation + first - shape.rows.padding
                    let taps = (Rows.value - phase + step - 1) / step
                    if y >= 0, y < shape.height { add(Units.self, Reader.self, y * shape.width, w, taps, to: &sums) }
                    w += taps * shape.columns.size
                }
                let row = place - (most - 1)
                if row >= rows.lowerBound {
                    // What is stored behind a row's end the next rows write over.
                    let to = (row * dilation + first) * shape.outWidth
                    places.put(
                        sums.oldest(most), to, Units.value, Reader.self,
                        hasNext: dilation == 1 && to <= places.lastWhole)
                }
                sums.advance(most, start)
            }
        }

        /// Adds what the taps of all columns see of a row.
        @inline(__always)
        private func add<Units: Count, Reader: PlaneReader>(
            _: Units.Type, _: Reader.Type, _ row: Int, _ weight: UnsafePointer<Float>, _ taps: Int,
            to sums: inout RollingSums
        ) {
            let (columns, dilation) = (shape.columns.size, shape.columns.dilation)
            places.prefetch(row + ahead, Units.value, Reader.self)
            var (w, at, x) = (weight, row, 0)
            while x < columns {
                let (near, far) = places.read(at, x, Units.value, Reader.self)
                sums.add(w, near, taps, Units.value, shape.taps, Weights.self)
                w += taps
                if Reader.columns > 1, x + 1 < columns {
                    sums.add(w, far, taps, Units.value, shape.taps, Weights.self)
                    w += taps
                }
                x += Reader.columns
                at += Reader.columns * dilation
            }
        }
    }

    /// Whether planes that are worked on together are of one channel.
    private protocol PlaneWeights {
        static var areShared: Bool { get }
    }

    private enum SharedWeights: PlaneWeights {
        static var areShared: Bool { true }
    }

    private enum OwnWeights: PlaneWeights {
        static var areShared: Bool { false }
    }

    /// Sums of some rows of the output, the youngest the first.
    private struct RollingSums {
        private var r0: TileRow, r1: TileRow, r2: TileRow, r3: TileRow, r4: TileRow, r5: TileRow, r6: TileRow

        @inline(__always)
        init(_ start: TileRow) { (r0, r1, r2, r3, r4, r5, r6) = (start, start, start, start, start, start, start) }

        /// Adds what rows see through one tap each.
        ///
        /// - Parameter step: floats from the weights of one plane to those of the next, where they are not the same.
        @inline(__always)
        mutating func add<Weights: PlaneWeights>(
            _ w: UnsafePointer<Float>, _ x: TileRow, _ rows: Int, _ units: Int, _ step: Int, _: Weights.Type
        ) {
            @inline(__always)
            func add(_ row: inout TileRow, _ tap: Int) {
                let w = w + tap
                if Weights.areShared { return row.add(w[0], x, units) }
                accumulate(&row.v0, Vector(repeating: w[0]), x.v0)
                if units > 1 { accumulate(&row.v1, Vector(repeating: w[step]), x.v1) }
                if units > 2 { accumulate(&row.v2, Vector(repeating: w[2 * step]), x.v2) }
                if units > 3 { accumulate(&row.v3, Vector(repeating: w[3 * step]), x.v3) }
            }
            add(&r0, 0)
            if rows > 1 { add(&r1, 1) }
            if rows > 2 { add(&r2, 2) }
            if rows > 3 { add(&r3, 3) }
            if rows > 4 { add(&r4, 4) }
            if rows > 5 { add(&r5, 5) }
            if rows > 6 { add(&r6, 6) }
        }

        @inline(__always)
        func oldest(_ rows: Int) -> TileRow {
            switch rows {
            case 2: r1
            case 3: r2
            case 4: r3
            case 5: r4
            default: r6
            }
        }

        /// Lets the oldest go and begins another.
        @inline(__always)
        mutating func advance(_ rows: Int, _ start: TileRow) {
            if rows > 6 { r6 = r5 }
            if rows > 5 { r5 = r4 }
            if rows > 4 { r4 = r3 }
            if rows > 3 { r3 = r2 }
            if rows > 2 { r2 = r1 }
            r1 = r0
            r0 = start
        }
    }
#endif
