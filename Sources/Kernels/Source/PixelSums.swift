#if KERNELS_V4
    /// A product of some pixels of a row with the weights of some output channels, over all taps.
    struct PixelProduct {
        /// The first pixel, as if its tap were at no distance.
        let from: UnsafePointer<Float>
        /// Floats from one pixel to the next: 1 or 2.
        let step: Int
        /// Where each tap reads.
        let offsets: UnsafePointer<Int>
        let taps: Int
        /// Some vectors for each tap.
        let weight: UnsafePointer<Float>
        /// What sums begin with, a value for each channel; nil where they are in their place already.
        let start: UnsafePointer<Float>?
        /// The sums, the vectors of each pixel side by side.
        let to: UnsafeMutablePointer<Float>

        /// - Parameter count: pixels, up to `PixelSums.most`.
        func run<Vectors: Count>(_: Vectors.Type, _ count: Int) {
            if step == 1 { run(Vectors.self, N1.self, count) } else { run(Vectors.self, N2.self, count) }
        }

        private func run<Vectors: Count, Step: Count>(_: Vectors.Type, _: Step.Type, _ count: Int) {
            switch count {
            case 1: run(Vectors.self, Step.self, N1.self)
            case 2: run(Vectors.self, Step.self, N2.self)
            case 3: run(Vectors.self, Step.self, N3.self)
            case 4: run(Vectors.self, Step.self, N4.self)
            case 5: run(Vectors.self, Step.self, N5.self)
            case 6: run(Vectors.self, Step.self, N6.self)
            case 7: run(Vectors.self, Step.self, N7.self)
            case 8: run(Vectors.self, Step.self, N8.self)
            case 9: run(Vectors.self, Step.self, N9.self)
            case 10: run(Vectors.self, Step.self, N10.self)
            case 11: run(Vectors.self, Step.self, N11.self)
            case 12: run(Vectors.self, Step.self, N12.self)
            case 13: run(Vectors.self, Step.self, N13.self)
            default: run(Vectors.self, Step.self, N14.self)
            }
        }

        @inline(never)
        private func run<Vectors: Count, Step: Count, Pixels: Count>(
            _: Vectors.Type, _: Step.Type, _: Pixels.Type
        ) {
            let (vectors, step, pixels) = (Vectors.value, Step.value, Pixels.value)
            var sums = PixelSums()
            if let start {
                sums.begin(pixels, vectors, start, 0)
            } else {
                sums.begin(pixels, vectors, UnsafePointer(to), vectors * lanes)
            }
            var weight = weight
            for tap in 0..<taps {
                sums.add(pixels, vectors, from + offsets[tap], step, weight)
                weight += vectors * lanes
            }
            sums.end(pixels, vectors, to)
        }
    }

    /// One or two vectors of sums for each of some pixels. The numbers of both, and how far pixels lie apart, are known where these functions are compiled.
    struct PixelSums {
        /// Pixels whose sums fit the registers beside the weights and a pixel.
        static var most: Int { 14 }

        private var p0 = TileRow(), p1 = TileRow(), p2 = TileRow(), p3 = TileRow(), p4 = TileRow()
        private var p5 = TileRow(), p6 = TileRow(), p7 = TileRow(), p8 = TileRow(), p9 = TileRow()
        private var p10 = TileRow(), p11 = TileRow(), p12 = TileRow(), p13 = TileRow()

        @inline(__always)
        mutating func add(
            _ pixels: Int, _ vectors: Int, _ x: UnsafePointer<Float>, _ step: Int, _ weight: UnsafePointer<Float>
        ) {
            let w = row(vectors, weight)
            p0.add(x[0], w, vectors)
            if pixels > 1 { p1.add(x[step], w, vectors) }
            if pixels > 2 { p2.add(x[2 * step], w, vectors) }
            if pixels > 3 { p3.add(x[3 * step], w, vectors) }
            if pixels > 4 { p4.add(x[4 * step], w, vectors) }
            if pixels > 5 { p5.add(x[5 * step], w, vectors) }
            if pixels > 6 { p6.add(x[6 * step], w, vectors) }
            if pixels > 7 { p7.add(x[7 * step], w, vectors) }
            if pixels > 8 { p8.add(x[8 * step], w, vectors) }
            if pixels > 9 { p9.add(x[9 * step], w, vectors) }
            if pixels > 10 { p10.add(x[10 * step], w, vectors) }
            if pixels > 11 { p11.add(x[11 * step], w, vectors) }
            if pixels > 12 { p12.add(x[12 * step], w, vectors) }
            if pixels > 13 { p13.add(x[13 * step], w, vectors) }
        }

        /// - Parameter step: floats from the sums of one pixel to those of the next.
        @inline(__always)
        mutating func begin(_ pixels: Int, _ vectors: Int, _ from: UnsafePointer<Float>, _ step: Int) {
            p0 = row(vectors, from)
            if pixels > 1 { p1 = row(vectors, from + step) }
            if pixels > 2 { p2 = row(vectors, from + 2 * step) }
            if pixels > 3 { p3 = row(vectors, from + 3 * step) }
            if pixels > 4 { p4 = row(vectors, from + 4 * step) }
            if pixels > 5 { p5 = row(vectors, from + 5 * step) }
            if pixels > 6 { p6 = row(vectors, from + 6 * step) }
            if pixels > 7 { p7 = row(vectors, from + 7 * step) }
            if pixels > 8 { p8 = row(vectors, from + 8 * step) }
            if pixels > 9 { p9 = row(vectors, from + 9 * step) }
            if pixels > 10 { p10 = row(vectors, from + 10 * step) }
            if pixels > 11 { p11 = row(vectors, from + 11 * step) }
            if pixels > 12 { p12 = row(vectors, from + 12 * step) }
            if pixels > 13 { p13 = row(vectors, from + 13 * step) }
        }

        @inline(__always)
        func end(_ pixels: Int, _ vectors: Int, _ to: UnsafeMutablePointer<Float>) {
            put(p0, vectors, to, 0)
            if pixels > 1 { put(p1, vectors, to, 1) }
            if pixels > 2 { put(p2, vectors, to, 2) }
            if pixels > 3 { put(p3, vectors, to, 3) }
            if pixels > 4 { put(p4, vectors, to, 4) }
            if pixels > 5 { put(p5, vectors, to, 5) }
            if pixels > 6 { put(p6, vectors, to, 6) }
            if pixels > 7 { put(p7, vectors, to, 7) }
            if pixels > 8 { put(p8, vectors, to, 8) }
            if pixels > 9 { put(p9, vectors, to, 9) }
            if pixels > 10 { put(p10, vectors, to, 10) }
            if pixels > 11 { put(p11, vectors, to, 11) }
            if pixels > 12 { put(p12, vectors, to, 12) }
            if pixels > 13 { put(p13, vectors, to, 13) }
        }

        @inline(__always)
        private func row(_ vectors: Int, _ from: UnsafePointer<Float>) -> TileRow {
            var row = TileRow()
            row.v0 = load(from)
            if vectors > 1 { row.v1 = load(from + lanes) }
            return row
        }

        @inline(__always)
        private func put(_ row: TileRow, _ vectors: Int, _ to: UnsafeMutablePointer<Float>, _ pixel: Int) {
            let to = to + pixel * vectors * lanes
            store(row.v0, to)
            if vectors > 1 { store(row.v1, to + lanes) }
        }
    }
#endif
