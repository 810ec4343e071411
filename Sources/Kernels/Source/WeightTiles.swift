/// Adds one image's part to a weight gradient `[taps, width]`: six taps by two vectors of output channels at a time,
/// and twelve by the last one where their number is odd.
///
/// - Parameters:
///   - offsets: where each tap reads, from the place of its pixel.
///   - gradient: `[outHeight, outWidth, width]`, the output gradient with its channels last, `width` a multiple of
///     a vector.
///   - rowStep, columnStep: how far the input moves from one output row and column to the next.
func addWeightTiles(
    taps: Int, offsets: UnsafePointer<Int>, input: UnsafePointer<Float>, rowStep: Int, columnStep: Int,
    gradient: UnsafePointer<Float>, outHeight: Int, outWidth: Int, width: Int, to sums: UnsafeMutablePointer<Float>
) {
    let pairs = width / (2 * lanes) * (2 * lanes)
    var first = 0
    while first < taps && pairs > 0 {
        let rows = min(6, taps - first)
        // Rows beyond the last tap read the first one's input, and are not kept.
        func place(_ row: Int) -> UnsafePointer<Float> { input + offsets[row < rows ? first + row : first] }
        let (r0, r1, r2, r3, r4, r5) = (place(0), place(1), place(2), place(3), place(4), place(5))
        var channel = 0
        while channel < pairs {
            var (c00, c01) = (Vector.zero, Vector.zero)
            var (c10, c11) = (Vector.zero, Vector.zero)
            var (c20, c21) = (Vector.zero, Vector.zero)
            var (c30, c31) = (Vector.zero, Vector.zero)
            var (c40, c41) = (Vector.zero, Vector.zero)
            var (c50, c51) = (Vector.zero, Vector.zero)
            var g = gradient + channel
            for y in 0..<outHeight {
                var at = y * rowStep
                for _ in 0..<outWidth {
                    let (b0, b1) = (load(g), load(g + lanes))
                    accumulate(&c00, &c01, r0[at], b0, b1)
                    accumulate(&c10, &c11, r1[at], b0, b1)
                    accumulate(&c20, &c21, r2[at], b0, b1)
                    accumulate(&c30, &c31, r3[at], b0, b1)
                    accumulate(&c40, &c41, r4[at], b0, b1)
                    accumulate(&c50, &c51, r5[at], b0, b1)
                    at += columnStep
                    g += width
                }
            }
            let c = sums + first * width + channel
            put(c00, c01, c, true)
            if rows > 1 { put(c10, c11, c + 1 * width, true) }
            if rows > 2 { put(c20, c21, c + 2 * width, true) }
            if rows > 3 { put(c30, c31, c + 3 * width, true) }
            if rows > 4 { put(c40, c41, c + 4 * width, true) }
            if rows > 5 { put(c50, c51, c + 5 * width, true) }
            channel += 2 * lanes
        }
        first += 6
    }
    guard pairs < width else { return }
    for first in stride(from: 0, to: taps, by: 12) {
        let rows = min(12, taps - first)
        func place(_ row: Int) -> UnsafePointer<Float> { input + offsets[row < rows ? first + row : first] }
        let (r0, r1, r2, r3, r4, r5) = (place(0), place(1), place(2), place(3), place(4), place(5))
        let (r6, r7, r8, r9, r10, r11) = (place(6), place(7), place(8), place(9), place(10), place(11))
        var (c0, c1, c2, c3, c4, c5) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero, Vector.zero, Vector.zero)
        var (c6, c7, c8, c9, c10, c11) = (c0, c0, c0, c0, c0, c0)
        var g = gradient + pairs
        for y in 0..<outHeight {
            var at = y * rowStep
            for _ in 0..<outWidth {
                let b = load(g)
                accumulate(&c0, Vector(repeating: r0[at]), b)
                accumulate(&c1, Vector(repeating: r1[at]), b)
                accumulate(&c2, Vector(repeating: r2[at]), b)
                accumulate(&c3, Vector(repeating: r3[at]), b)
                accumulate(&c4, Vector(repeating: r4[at]), b)
                accumulate(&c5, Vector(repeating: r5[at]), b)
                accumulate(&c6, Vector(repeating: r6[at]), b)
                accumulate(&c7, Vector(repeating: r7[at]), b)
                accumulate(&c8, Vector(repeating: r8[at]), b)
                accumulate(&c9, Vector(repeating: r9[at]), b)
                accumulate(&c10, Vector(repeating: r10[at]), b)
                accumulate(&c11, Vector(repeating: r11[at]), b)
                at += columnStep
                g += width
            }
        }
        let c = sums + first * width + pairs
        func add(_ sum: Vector, _ row: Int) {
            if row < rows { store(load(c + row * width) + sum, c + row * width) }
        }
        add(c0, 0)
        add(c1, 1)
        add(c2, 2)
        add(c3, 3)
        add(c4, 4)
        add(c5, 5)
        add(c6, 6)
        add(c7, 7)
        add(c8, 8)
        add(c9, 9)
        add(c10, 10)
        add(c11, 11)
    }
}
