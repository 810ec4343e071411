import KernelInterface

#if KERNELS_V4
    /// A depthwise convolution of planes as they lie in memory: lanes that see the padding are not read. Where there is a
    /// stride, the phases of planes are copied.
    struct PlaneConvolution: ConvolutionMethod {
        var kind: ConvolutionKind { .planes }
        let shape: Convolution
        let parts: Int
        private let layout: PlaneLayout
        private let planes: Int
        private let isReversed: Bool
        /// Planes that are worked on at a time.
        private let some = 4

        /// - Parameter isReversed: whether this is the gradient of an input as `Convolution.reversed` has it.
        /// - Returns: nil where `PlaneLayout` does not fit.
        init?(_ shape: Convolution, _ images: Int, isReversed: Bool = false) {
            guard let layout = PlaneLayout(shape, most: 4) else { return nil }
            self.shape = shape
            self.layout = layout
            self.isReversed = isReversed
            planes = images * shape.inChannels
            parts = min(32, (planes + some - 1) / some)
        }

        var packedSize: Int { shape.inChannels * layout.taps }
        var packParts: Int { min(4, shape.inChannels) }

        /// As it is, or with the taps of each channel in reverse.
        func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part: Int) {
            let taps = layout.taps
            for c in part * shape.inChannels / packParts..<(part + 1) * shape.inChannels / packParts {
                let (from, to) = (weight + c * taps, packed + c * taps)
                if isReversed {
                    for i in 0..<taps { to[i] = from[taps - 1 - i] }
                } else {
                    to.update(from: from, count: taps)
                }
            }
        }

        func run(
            _ input: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
            output: UnsafeMutablePointer<Float>, part: Int
        ) {
            let units = (planes + some - 1) / some
            let (first, end) = (part * units / parts * some, min(planes, (part + 1) * units / parts * some))
            let (inSize, outSize, copySize) = (shape.height * shape.width, shape.outPixels, layout.copySize)
            let isCopied = !layout.isInPlace
            // The next planes are copied before these are worked on: what has just been written could not be read at once
            // in other vectors than those it was written in.
            layout.withTables { tables in
                withFloats(2 * some * copySize) { space in
                    func fill(_ plane: Int, _ half: Int) {
                        for i in 0..<min(some, end - plane) {
                            tables.fill(
                                space + (half * some + i) * copySize, input + (plane + i) * inSize,
                                end: input + planes * inSize)
                        }
                    }
                    if isCopied { fill(first, 0) }
                    var half = 0
                    for plane in stride(from: first, to: end, by: some) {
                        if isCopied, plane + some < end { fill(plane + some, 1 - half) }
                        let work = PlaneWork(
                            tables: tables, packed: packed, bias: bias, channels: shape.inChannels,
                            from: isCopied ? UnsafePointer(space + half * some * copySize) : input + plane * inSize,
                            fromPlane: isCopied ? copySize : inSize, to: output + plane * outSize, toPlane: outSize)
                        if end - plane >= some {
                            work.run(N4.self, plane, 0)
                        } else {
                            for i in 0..<end - plane { work.run(N1.self, plane + i, i) }
                        }
                        half = 1 - half
                    }
                }
            }
        }
    }

    /// Some planes that follow each other.
    private struct PlaneWork {
        let tables: PlaneTables
        let packed: UnsafePointer<Float>
        let bias: UnsafePointer<Float>?
        let channels: Int
        let from: UnsafePointer<Float>
        let fromPlane: Int
        let to: UnsafeMutablePointer<Float>
        let toPlane: Int

        /// Works out planes from the `index`th on, which is `plane` among those of all images.
        func run<Planes: Count>(_: Planes.Type, _ plane: Int, _ index: Int) {
            let blocks = (tables.vectors + 3) / 4
            func channel(_ i: Int) -> Int { (plane + min(i, Planes.value - 1)) % channels }
            let source = PlaneSource(
                tables: tables, from: from + index * fromPlane, plane: fromPlane, weights: packed,
                channels: (channel(0), channel(1), channel(2), channel(3)), bias: bias)
            let to = to + index * toPlane
            var bits = tables.bits
            for block in 0..<blocks {
                let first = tables.vectors * block / blocks
                let count = tables.vectors * (block + 1) / blocks - first
                let starts = (
                    tables.start(first), tables.start(first + 1), tables.start(first + 2), tables.start(first + 3)
                )
                switch count {
                case 1: source.run(Planes.self, N1.self, bits, starts, to, toPlane)
                case 2: source.run(Planes.self, N2.self, bits, starts, to, toPlane)
                case 3: source.run(Planes.self, N3.self, bits, starts, to, toPlane)
                default: source.run(Planes.self, N4.self, bits, starts, to, toPlane)
                }
                bits += count * tables.taps
            }
        }
    }

    /// What planes are worked out from.
    private struct PlaneSource {
        let tables: PlaneTables
        let from: UnsafePointer<Float>
        let plane: Int
        let weights: UnsafePointer<Float>
        let channels: (Int, Int, Int, Int)
        let bias: UnsafePointer<Float>?

        /// Works out some vectors of some planes.
        @inline(never)
        func run<Planes: Count, Vectors: Count>(
            _: Planes.Type, _: Vectors.Type, _ bits: UnsafePointer<UInt16>, _ starts: (Int, Int, Int, Int),
            _ to: UnsafeMutablePointer<Float>, _ toPlane: Int
        ) {
            let (planes, vectors) = (Planes.value, Vectors.value)
            let (taps, offsets) = (tables.taps, tables.offsets)
            func start(_ channel: Int) -> TileRow {
                let value = Vector(repeating: bias?[channel] ?? 0)
                return TileRow(v0: value, v1: value, v2: value, v3: value)
            }
            var (r0, r1, r2, r3) = (start(channels.0), start(channels.1), start(channels.2), start(channels.3))
            let (w0, w1) = (weights + channels.0 * taps, weights + channels.1 * taps)
            let (w2, w3) = (weights + channels.2 * taps, weights + channels.3 * taps)
            var bits = bits
            for tap in 0..<taps {
                let some = SomeLanes(bits: bits, starts: starts)
                let at = from + offsets[tap]
                r0.add(w0[tap], some.row(at, vectors), vectors)
                if planes > 1 { r1.add(w1[tap], some.row(at + plane, vectors), vectors) }
                if planes > 2 {
                    r2.add(w2[tap], some.row(at + 2 * plane, vectors), vectors)
                    r3.add(w3[tap], some.row(at + 3 * plane, vectors), vectors)
                }
                bits += vectors
            }
            @inline(__always)
            func put(_ row: TileRow, _ to: UnsafeMutablePointer<Float>) {
                store(row.v0, to + starts.0)
                if vectors > 1 { store(row.v1, to + starts.1) }
                if vectors > 2 { store(row.v2, to + starts.2) }
                if vectors > 3 { store(row.v3, to + starts.3) }
            }
            put(r0, to)
            if planes > 1 { put(r1, to + toPlane) }
            if planes > 2 {
                put(r2, to + 2 * toPlane)
                put(r3, to + 3 * toPlane)
            }
        }
    }

    /// Vectors of which some lanes are read.
    private struct SomeLanes {
        let bits: UnsafePointer<UInt16>
        let starts: (Int, Int, Int, Int)

        @inline(__always)
        func row(_ at: UnsafePointer<Float>, _ vectors: Int) -> TileRow {
            var row = TileRow()
            row.v0 = loadSome(at + starts.0, bits[0])
            if vectors > 1 { row.v1 = loadSome(at + starts.1, bits[1]) }
            if vectors > 2 { row.v2 = loadSome(at + starts.2, bits[2]) }
            if vectors > 3 { row.v3 = loadSome(at + starts.3, bits[3]) }
            return row
        }
    }
#endif
