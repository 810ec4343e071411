/// Adds what some pixels give to a weight gradient `[taps, width]`, for some vectors of its output channels.
///
/// - Parameters:
///   - offsets: where each tap reads, from the place of a pixel.
///   - places: where the pixels are.
///   - gradient: `[pixels, vectors]`, the output's gradient with its channels last.
///   - vectors: 1 to `weightVectors`.
func addWeightTiles(
    taps: Int, offsets: UnsafePointer<Int>, input: UnsafePointer<Float>, places: UnsafePointer<Int>, pixels: Int,
    gradient: UnsafePointer<Float>, vectors: Int, width: Int, to sums: UnsafeMutablePointer<Float>
) {
    let rows = weightRows(vectors)
    for first in stride(from: 0, to: taps, by: rows) {
        let count = min(rows, taps - first)
        let values = TapValues(input, offsets + first, count)
        let target = MatrixTarget(first: sums + first * width, step: width, last: lanes, isAdded: true)
        switch vectors {
        case 1:
            if count > 4 {
                addTile(N8.self, N1.self, values, places, pixels, gradient, count, target)
            } else {
                addTile(N4.self, N1.self, values, places, pixels, gradient, count, target)
            }
        #if KERNELS_V4 || KERNELS_FMA
            case 2:
                if count > 4 {
                    addTile(N8.self, N2.self, values, places, pixels, gradient, count, target)
                } else {
                    addTile(N4.self, N2.self, values, places, pixels, gradient, count, target)
                }
            case 3:
                if count > 4 {
                    addTile(N8.self, N3.self, values, places, pixels, gradient, count, target)
                } else {
                    addTile(N4.self, N3.self, values, places, pixels, gradient, count, target)
                }
            default:
                if count > 4 {
                    addTile(N6.self, N4.self, values, places, pixels, gradient, count, target)
                } else {
                    addTile(N4.self, N4.self, values, places, pixels, gradient, count, target)
                }
        #else
            default: addTile(N6.self, N2.self, values, places, pixels, gradient, count, target)
        #endif
        }
    }
}

#if KERNELS_V4 || KERNELS_FMA
    /// The most vectors of channels that a tile of a weight gradient has.
    let weightVectors = 4
    private func weightRows(_ vectors: Int) -> Int { vectors > 3 ? 6 : 8 }
#else
    /// The most vectors of channels that a tile of a weight gradient has.
    let weightVectors = 2
    private func weightRows(_ vectors: Int) -> Int { vectors > 1 ? 6 : 8 }
#endif

@inline(never)
private func addTile<Rows: Count, Vectors: Count>(
    _: Rows.Type, _: Vectors.Type, _ values: TapValues, _ places: UnsafePointer<Int>, _ pixels: Int,
    _ gradient: UnsafePointer<Float>, _ count: Int, _ target: MatrixTarget
) {
    var (sums, values) = (TileSums(), values)
    let source = PanelSource(first: gradient, step: Vectors.value * lanes)
    for pixel in 0..<pixels {
        values.place = places[pixel]
        sums.add(values, source.row(pixel, Vectors.value), Rows.value, Vectors.value)
    }
    sums.put(count, Rows.value, Vectors.value, to: target)
}

/// What some taps see at a pixel.
private struct TapValues: TileValues {
    var place = 0
    private let t0: UnsafePointer<Float>, t1: UnsafePointer<Float>, t2: UnsafePointer<Float>
    private let t3: UnsafePointer<Float>, t4: UnsafePointer<Float>, t5: UnsafePointer<Float>
    private let t6: UnsafePointer<Float>, t7: UnsafePointer<Float>

    /// Taps beyond the last see what the first does, and are not kept.
    @inline(__always)
    init(_ input: UnsafePointer<Float>, _ offsets: UnsafePointer<Int>, _ count: Int) {
        func tap(_ i: Int) -> UnsafePointer<Float> { input + offsets[i < count ? i : 0] }
        (t0, t1, t2, t3, t4, t5) = (tap(0), tap(1), tap(2), tap(3), tap(4), tap(5))
        (t6, t7) = (tap(6), tap(7))
    }

    @inline(__always)
    func value(_ row: Int) -> Float {
        switch row {
        case 0: t0[place]
        case 1: t1[place]
        case 2: t2[place]
        case 3: t3[place]
        case 4: t4[place]
        case 5: t5[place]
        case 6: t6[place]
        default: t7[place]
        }
    }
}
