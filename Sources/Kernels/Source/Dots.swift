import KernelInterface

/// A product whose rows of A and columns of B both lie side by side and of which one has few: each element is a dot product
/// along the vectors. A layer that sees few examples is one.
///
/// - Returns: whether it is one.
func multiplyDots(_ g: Gemm<Float>, _ inParallel: ParallelLoop) -> Bool {
    guard g.aColumn == 1, g.bRow == 1, min(g.m, g.n) <= 4 else { return false }
    let many = max(g.m, g.n)
    // Whole groups of four.
    let some = evenBlock(many, (many - 1) / partsWorthStarting(g.m, g.n, g.k) + 1, of: 4)
    inParallel((many + some - 1) / some) { part in
        let columns = part * some..<min(many, (part + 1) * some)
        if g.m <= g.n {
            dots(g, rows: g.m, g.a, g.aRow, columns, g.b, g.bColumn, row: g.cRow, column: 1)
        } else {
            dots(g, rows: g.n, g.b, g.bColumn, columns, g.a, g.aRow, row: 1, column: g.cRow)
        }
    }
    return true
}

private func dots(
    _ g: Gemm<Float>, rows: Int, _ a: UnsafePointer<Float>, _ aRow: Int, _ columns: Range<Int>,
    _ b: UnsafePointer<Float>, _ bColumn: Int, row: Int, column: Int
) {
    for j in stride(from: columns.lowerBound, to: columns.upperBound, by: 4) {
        let count = min(4, columns.upperBound - j)
        func at(_ i: Int) -> UnsafePointer<Float> { b + (j + min(i, count - 1)) * bColumn }
        let (b0, b1, b2, b3) = (at(0), at(1), at(2), at(3))
        for i in 0..<rows {
            let a = a + i * aRow
            var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
            var p = 0
            while p + lanes <= g.k {
                let x = load(a + p)
                accumulate(&s0, x, load(b0 + p))
                accumulate(&s1, x, load(b1 + p))
                accumulate(&s2, x, load(b2 + p))
                accumulate(&s3, x, load(b3 + p))
                p += lanes
            }
            var sums = SIMD4(s0.sum(), s1.sum(), s2.sum(), s3.sum())
            while p < g.k {
                sums += a[p] * SIMD4(b0[p], b1[p], b2[p], b3[p])
                p += 1
            }
            for q in 0..<count {
                let c = g.c + (i * row + (j + q) * column)
                c.pointee = g.accumulate ? c.pointee + sums[q] : sums[q]
            }
        }
    }
}
