/// Pixels that a tile of a direct convolution holds in one vector.
let pixelLanes = Vector.scalarCount

/// The output of a convolution with column stride 1, read straight from the input: six output channels by two vectors
/// of pixels at a time.
///
/// - Parameters:
///   - weight: `packA` of `[channels, taps]`.
///   - offsets: where each tap reads, from the place of its pixel.
///   - starts, ends: where each run of pixels reads from and goes to.
///   - areHalves: whether a run is half a vector instead of a whole one.
///   - outRow: floats from one output channel to the next.
func convolveTiles(
    channels: Int, taps: Int, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    offsets: UnsafePointer<Int>, starts: UnsafePointer<Int>, ends: UnsafePointer<Int>, runs: Int, areHalves: Bool,
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, outRow: Int
) {
    // Beyond the last run the tile holds it once more.
    func from(_ run: Int) -> UnsafePointer<Float> { input + starts[min(run, runs - 1)] }
    func to(_ run: Int) -> UnsafeMutablePointer<Float> { output + ends[min(run, runs - 1)] }
    var run = 0
    while run < runs {
        if areHalves {
            convolveTile(
                channels: channels, taps: taps, weight: weight, bias: bias, offsets: offsets,
                Halves(low: from(run), high: from(run + 1)), Halves(low: from(run + 2), high: from(run + 3)),
                HalfEnds(low: to(run), high: to(run + 1)), HalfEnds(low: to(run + 2), high: to(run + 3)), outRow)
            run += 4
        } else {
            convolveTile(
                channels: channels, taps: taps, weight: weight, bias: bias, offsets: offsets,
                from(run), from(run + 1), to(run), to(run + 1), outRow)
            run += 2
        }
    }
}

@inline(__always)
private func convolveTile<Source: VectorSource, Target: VectorTarget>(
    channels: Int, taps: Int, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    offsets: UnsafePointer<Int>, _ in0: Source, _ in1: Source, _ out0: Target, _ out1: Target, _ outRow: Int
) {
    var first = 0
    while first < channels {
        let rows = min(6, channels - first)
        var sums = Sums()
        if let bias { sums.fill(bias + first, rows) }
        var a = weight + first * taps
        for tap in 0..<taps {
            let offset = offsets[tap]
            let (b0, b1) = (in0.vector(at: offset), in1.vector(at: offset))
            accumulate(&sums.c00, &sums.c01, a[0], b0, b1)
            accumulate(&sums.c10, &sums.c11, a[1], b0, b1)
            accumulate(&sums.c20, &sums.c21, a[2], b0, b1)
            accumulate(&sums.c30, &sums.c31, a[3], b0, b1)
            accumulate(&sums.c40, &sums.c41, a[4], b0, b1)
            accumulate(&sums.c50, &sums.c51, a[5], b0, b1)
            a += 6
        }
        sums.eachRow(rows) { row, low, high in
            out0.put(low, at: (first + row) * outRow)
            out1.put(high, at: (first + row) * outRow)
        }
        first += 6
    }
}

/// Where a vector of pixels is read from, at some distance.
private protocol VectorSource {
    func vector(at offset: Int) -> Vector
}

/// Where a vector of pixels goes to, at some distance.
private protocol VectorTarget {
    func put(_ vector: Vector, at offset: Int)
}

extension UnsafePointer<Float>: VectorSource {
    @inline(__always)
    fileprivate func vector(at offset: Int) -> Vector { load(self + offset) }
}

extension UnsafeMutablePointer<Float>: VectorTarget {
    @inline(__always)
    fileprivate func put(_ vector: Vector, at offset: Int) { store(vector, self + offset) }
}

/// A vector whose halves lie apart: pixels of two rows that are shorter than a vector, or of a row's end and the next.
private struct Halves: VectorSource {
    var low: UnsafePointer<Float>, high: UnsafePointer<Float>

    @inline(__always)
    func vector(at offset: Int) -> Vector {
        Vector(
            lowHalf: UnsafeRawPointer(low + offset).loadUnaligned(as: HalfVector.self),
            highHalf: UnsafeRawPointer(high + offset).loadUnaligned(as: HalfVector.self))
    }
}

private struct HalfEnds: VectorTarget {
    var low: UnsafeMutablePointer<Float>, high: UnsafeMutablePointer<Float>

    @inline(__always)
    func put(_ vector: Vector, at offset: Int) {
        UnsafeMutableRawPointer(low + offset).storeBytes(of: vector.lowHalf, as: HalfVector.self)
        UnsafeMutableRawPointer(high + offset).storeBytes(of: vector.highHalf, as: HalfVector.self)
    }
}
