/// Adds to each tap's vector of sums the products of a gradient and the frame at the tap's distance.
///
/// - Parameters:
///   - count: places; behind them the gradient is zero up to a whole vector.
///   - to: one vector a tap, whose lanes are added up in the end.
@inline(never)
func addStripProducts(
    count: Int, taps: Int, offsets: UnsafePointer<Int>, from: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
    to: UnsafeMutablePointer<Float>
) {
    var first = 0
    while first < taps {
        let left = taps - first
        // Taps beyond the last read the first one's, and are not kept.
        func place(_ tap: Int) -> UnsafePointer<Float> { from + offsets[tap < left ? first + tap : first] }
        let (x0, x1, x2, x3, x4) = (place(0), place(1), place(2), place(3), place(4))
        let (x5, x6, x7, x8) = (place(5), place(6), place(7), place(8))
        var (s0, s1, s2, s3, s4) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero, Vector.zero)
        var (s5, s6, s7, s8) = (s0, s0, s0, s0)
        var i = 0
        while i < count {
            let g = load(gradient + i)
            accumulate(&s0, load(x0 + i), g)
            accumulate(&s1, load(x1 + i), g)
            accumulate(&s2, load(x2 + i), g)
            accumulate(&s3, load(x3 + i), g)
            accumulate(&s4, load(x4 + i), g)
            accumulate(&s5, load(x5 + i), g)
            accumulate(&s6, load(x6 + i), g)
            accumulate(&s7, load(x7 + i), g)
            accumulate(&s8, load(x8 + i), g)
            i += lanes
        }
        func add(_ sum: Vector, _ tap: Int) {
            if tap < left {
                let total = to + (first + tap) * lanes
                store(load(total) + sum, total)
            }
        }
        add(s0, 0)
        add(s1, 1)
        add(s2, 2)
        add(s3, 3)
        add(s4, 4)
        add(s5, 5)
        add(s6, 6)
        add(s7, 7)
        add(s8, 8)
        first += 9
    }
}
