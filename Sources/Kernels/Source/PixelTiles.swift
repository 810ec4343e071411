/// Some output of a convolution, read straight from the input: some output channels by some vectors of pixels at a time.
struct PixelTiles {
    let channels: Int, taps: Int
    /// `packA` of `[channels, taps]`.
    let weight: UnsafePointer<Float>
    let bias: UnsafePointer<Float>?
    /// Where each tap reads, from the place of its pixel.
    let offsets: UnsafePointer<Int>
    let places: PixelPlaces
    let input: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    /// Floats from one output channel to the next.
    let outRow: Int
    /// `[vectors, channels]`: the sums so far, of taps before these and for those behind.
    let scratch: UnsafeMutablePointer<Float>
    /// Whether no taps come before these, and none behind.
    let isFirst: Bool, isLast: Bool

    func run() {
        for vector in stride(from: 0, to: places.vectors, by: tileVectors) {
            let scratch = scratch + vector * channels * lanes
            switch places.kind {
            case .wholes:
                let source = Wholes(offsets: offsets, in0: from(vector), in1: from(vector + 1), in2: from(vector + 2))
                let target = WholeEnds(
                    out0: to(vector), out1: to(vector + 1), out2: to(vector + 2), step: outRow, start: start(scratch))
                columns(vector, source, target, scratch)
            case .halves:
                let run = 2 * vector
                let source = Halves(
                    offsets: offsets, low0: from(run), high0: from(run + 1), low1: from(run + 2), high1: from(run + 3),
                    low2: from(run + 4), high2: from(run + 5))
                let target = HalfEnds(
                    low0: to(run), high0: to(run + 1), low1: to(run + 2), high1: to(run + 3), low2: to(run + 4),
                    high2: to(run + 5), step: outRow, start: start(scratch))
                columns(vector, source, target, scratch)
            case .ends:
                #if KERNELS_V4
                    let source = Ends(
                        offsets: offsets, e0: end(vector), e1: end(vector + 1), e2: end(vector + 2))
                    let target = EndTargets(
                        out0: to(vector), out1: to(vector + 1), out2: to(vector + 2), bits0: source.e0.bits,
                        bits1: source.e1.bits, bits2: source.e2.bits, step: outRow, start: start(scratch))
                    columns(vector, source, target, scratch)
                #endif
            }
        }
    }

    // Beyond the last run the tile holds it once more.
    private func from(_ run: Int) -> UnsafePointer<Float> { input + places.start(min(run, places.runs - 1)) }
    private func to(_ run: Int) -> UnsafeMutablePointer<Float> { output + places.end(min(run, places.runs - 1)) }

    #if KERNELS_V4
        private func end(_ run: Int) -> Ends.End {
            let (next, first, count) = places.next(min(run, places.runs - 1))
            return Ends.End(
                low: from(run), high: input + next, lowBits: firstLanes(first),
                highBits: firstLanes(count) & ~firstLanes(first))
        }
    #endif

    private func start(_ scratch: UnsafeMutablePointer<Float>) -> ChannelStart {
        ChannelStart(bias: bias, scratch: isFirst ? nil : UnsafePointer(scratch), vector: channels * lanes)
    }

    private func columns<Source: TileSource, Target: ChannelTarget>(
        _ vector: Int, _ source: Source, _ target: Target, _ scratch: UnsafeMutablePointer<Float>
    ) {
        let vectors = min(tileVectors, places.vectors - vector)
        if isLast {
            multiply(vectors, source, target)
        } else {
            multiply(vectors, source, Scratch(first: scratch, vector: channels * lanes, isAdded: !isFirst))
        }
    }

    private func multiply<Source: TileSource, Target: ChannelTarget>(
        _ vectors: Int, _ source: Source, _ target: Target
    ) {
        for first in stride(from: 0, to: channels, by: tileRows) {
            multiplyRows(
                min(tileRows, channels - first), vectors: vectors, k: taps, a: weight + first * taps, from: source,
                to: target.advanced(by: first))
        }
    }
}

/// A target whose rows are output channels.
private protocol ChannelTarget: TileTarget {
    func advanced(by channels: Int) -> Self
}

/// What a tile's sums are added to.
private struct ChannelStart {
    var bias: UnsafePointer<Float>?
    var scratch: UnsafePointer<Float>?
    /// Floats of a vector of all channels.
    let vector: Int

    @inline(__always)
    func advanced(by channels: Int) -> ChannelStart {
        ChannelStart(bias: bias.map { $0 + channels }, scratch: scratch.map { $0 + channels * lanes }, vector: vector)
    }

    @inline(__always)
    func added(to sums: TileRow, _ row: Int, _ vectors: Int) -> TileRow {
        let value = Vector(repeating: bias?[row] ?? 0)
        var result = sums
        result.v0 += value
        result.v1 += value
        result.v2 += value
        if let scratch {
            let at = scratch + row * lanes
            result.v0 += load(at)
            if vectors > 1 { result.v1 += load(at + vector) }
            if vectors > 2 { result.v2 += load(at + 2 * vector) }
        }
        return result
    }
}

private struct Scratch: ChannelTarget {
    var first: UnsafeMutablePointer<Float>
    let vector: Int
    let isAdded: Bool

    @inline(__always)
    func advanced(by channels: Int) -> Scratch {
        Scratch(first: first + channels * lanes, vector: vector, isAdded: isAdded)
    }

    @inline(__always)
    func put(_ sums: TileRow, row: Int, _ vectors: Int) {
        let at = first + row * lanes
        store(isAdded ? sums.v0 + load(at) : sums.v0, at)
        if vectors > 1 { store(isAdded ? sums.v1 + load(at + vector) : sums.v1, at + vector) }
        if vectors > 2 { store(isAdded ? sums.v2 + load(at + 2 * vector) : sums.v2, at + 2 * vector) }
    }
}

/// Vectors of pixels that lie side by side.
private struct Wholes: TileSource {
    let offsets: UnsafePointer<Int>
    let in0: UnsafePointer<Float>, in1: UnsafePointer<Float>, in2: UnsafePointer<Float>

    @inline(__always)
    func row(_ tap: Int, _ vectors: Int) -> TileRow {
        let offset = offsets[tap]
        var row = TileRow()
        row.v0 = load(in0 + offset)
        if vectors > 1 { row.v1 = load(in1 + offset) }
        if vectors > 2 { row.v2 = load(in2 + offset) }
        return row
    }
}

private struct WholeEnds: ChannelTarget {
    var out0: UnsafeMutablePointer<Float>, out1: UnsafeMutablePointer<Float>, out2: UnsafeMutablePointer<Float>
    let step: Int
    let start: ChannelStart

    @inline(__always)
    func advanced(by channels: Int) -> WholeEnds {
        let distance = channels * step
        return WholeEnds(
            out0: out0 + distance, out1: out1 + distance, out2: out2 + distance, step: step,
            start: start.advanced(by: channels))
    }

    @inline(__always)
    func put(_ sums: TileRow, row: Int, _ vectors: Int) {
        let (at, sums) = (row * step, start.added(to: sums, row, vectors))
        store(sums.v0, out0 + at)
        if vectors > 1 { store(sums.v1, out1 + at) }
        if vectors > 2 { store(sums.v2, out2 + at) }
    }
}

/// Vectors whose halves lie apart: pixels of two rows that are shorter than a vector, or of a row's end and the next.
private struct Halves: TileSource {
    let offsets: UnsafePointer<Int>
    let low0: UnsafePointer<Float>, high0: UnsafePointer<Float>
    let low1: UnsafePointer<Float>, high1: UnsafePointer<Float>
    let low2: UnsafePointer<Float>, high2: UnsafePointer<Float>

    @inline(__always)
    func row(_ tap: Int, _ vectors: Int) -> TileRow {
        let offset = offsets[tap]
        var row = TileRow()
        row.v0 = join(low0 + offset, high0 + offset)
        if vectors > 1 { row.v1 = join(low1 + offset, high1 + offset) }
        if vectors > 2 { row.v2 = join(low2 + offset, high2 + offset) }
        return row
    }

    @inline(__always)
    private func join(_ low: UnsafePointer<Float>, _ high: UnsafePointer<Float>) -> Vector {
        Vector(
            lowHalf: UnsafeRawPointer(low).loadUnaligned(as: HalfVector.self),
            highHalf: UnsafeRawPointer(high).loadUnaligned(as: HalfVector.self))
    }
}

private struct HalfEnds: ChannelTarget {
    var low0: UnsafeMutablePointer<Float>, high0: UnsafeMutablePointer<Float>
    var low1: UnsafeMutablePointer<Float>, high1: UnsafeMutablePointer<Float>
    var low2: UnsafeMutablePointer<Float>, high2: UnsafeMutablePointer<Float>
    let step: Int
    let start: ChannelStart

    @inline(__always)
    func advanced(by channels: Int) -> HalfEnds {
        let distance = channels * step
        return HalfEnds(
            low0: low0 + distance, high0: high0 + distance, low1: low1 + distance, high1: high1 + distance,
            low2: low2 + distance, high2: high2 + distance, step: step, start: start.advanced(by: channels))
    }

    @inline(__always)
    func put(_ sums: TileRow, row: Int, _ vectors: Int) {
        let (at, sums) = (row * step, start.added(to: sums, row, vectors))
        put(sums.v0, low0 + at, high0 + at)
        if vectors > 1 { put(sums.v1, low1 + at, high1 + at) }
        if vectors > 2 { put(sums.v2, low2 + at, high2 + at) }
    }

    @inline(__always)
    private func put(_ vector: Vector, _ low: UnsafeMutablePointer<Float>, _ high: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(low).storeBytes(of: vector.lowHalf, as: HalfVector.self)
        UnsafeMutableRawPointer(high).storeBytes(of: vector.highHalf, as: HalfVector.self)
    }
}

#if KERNELS_V4
    /// Vectors of the end of one row and the beginning of the next.
    private struct Ends: TileSource {
        struct End {
            /// Where the lanes of each row are read, as if all were.
            let low: UnsafePointer<Float>, high: UnsafePointer<Float>
            let lowBits: UInt16, highBits: UInt16
            var bits: UInt16 { lowBits | highBits }

            @inline(__always)
            func load(_ offset: Int) -> Vector {
                loadSome(high + offset, highBits, over: loadSome(low + offset, lowBits))
            }
        }

        let offsets: UnsafePointer<Int>
        let e0: End, e1: End, e2: End

        @inline(__always)
        func row(_ tap: Int, _ vectors: Int) -> TileRow {
            let offset = offsets[tap]
            var row = TileRow()
            row.v0 = e0.load(offset)
            if vectors > 1 { row.v1 = e1.load(offset) }
            if vectors > 2 { row.v2 = e2.load(offset) }
            return row
        }
    }

    private struct EndTargets: ChannelTarget {
        var out0: UnsafeMutablePointer<Float>, out1: UnsafeMutablePointer<Float>, out2: UnsafeMutablePointer<Float>
        let bits0: UInt16, bits1: UInt16, bits2: UInt16
        let step: Int
        let start: ChannelStart

        @inline(__always)
        func advanced(by channels: Int) -> EndTargets {
            let distance = channels * step
            return EndTargets(
                out0: out0 + distance, out1: out1 + distance, out2: out2 + distance, bits0: bits0, bits1: bits1,
                bits2: bits2, step: step, start: start.advanced(by: channels))
        }

        @inline(__always)
        func put(_ sums: TileRow, row: Int, _ vectors: Int) {
            let (at, sums) = (row * step, start.added(to: sums, row, vectors))
            put(sums.v0, out0 + at, bits0)
            if vectors > 1 { put(sums.v1, out1 + at, bits1) }
            if vectors > 2 { put(sums.v2, out2 + at, bits2) }
        }

        @inline(__always)
        private func put(_ vector: Vector, _ to: UnsafeMutablePointer<Float>, _ bits: UInt16) {
            if bits == .max { store(vector, to) } else { storeSome(vector, to, bits) }
        }
    }
#endif
