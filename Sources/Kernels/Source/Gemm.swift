import KernelInterface

/// Blocks of a matrix product: a panel of B of this depth stays in the first cache while all rows of a block of A, which
/// stays in the second, pass over it; a block of B stays in the third.
private let (mostDepth, mostHeight, mostWidth) = (192, 768, 3072)

extension Kernels {
    /// Blocked matrix product after Goto and van de Geijn (2008): a block of A and a block of B are packed so that the
    /// micro-kernel reads both in order. Blocks have fixed sizes, so every element is summed in one order whatever the
    /// threads.
    public func gemm(_ g: Gemm<Float>) {
        guard g.m > 0 && g.n > 0 else { return }
        guard g.k > 0 else {
            if !g.accumulate { for i in 0..<g.m { (g.c + i * g.cRow).update(repeating: 0, count: g.n) } }
            return
        }
        if multiplyDots(g) { return }
        let (depth, height, width) = (
            evenBlock(g.k, mostDepth, of: 1), evenBlock(g.m, mostHeight, of: tileRows),
            evenBlock(g.n, mostWidth, of: tileColumns)
        )
        let sizeOfA = wholeLines(packedSizeOfA(rows: height, k: depth))
        // Few rows do not make up for packing columns that lie side by side.
        let isPacked = g.bColumn != 1 || g.m > 4 * tileRows || g.n % lanes != 0
        withFloats(sizeOfA + (isPacked ? packedSizeOfB(k: depth, columns: width) : 0)) { packedA in
            let packedB = packedA + sizeOfA
            for j in stride(from: 0, to: g.n, by: width) {
                let nBlock = min(width, g.n - j)
                for p in stride(from: 0, to: g.k, by: depth) {
                    let kBlock = min(depth, g.k - p)
                    let b = g.b + (p * g.bRow + j * g.bColumn)
                    if isPacked {
                        packB(k: kBlock, columns: nBlock, b: b, row: g.bRow, column: g.bColumn, into: packedB)
                    }
                    for i in stride(from: 0, to: g.m, by: height) {
                        let mBlock = min(height, g.m - i)
                        packA(
                            rows: mBlock, k: kBlock, a: g.a + (i * g.aRow + p * g.aColumn), row: g.aRow,
                            column: g.aColumn, into: packedA)
                        multiplyPanels(
                            m: mBlock, n: nBlock, k: kBlock, packedA: packedA, b: isPacked ? UnsafePointer(packedB) : b,
                            bRow: isPacked ? tileColumns : g.bRow,
                            bPanel: isPacked ? tileColumns * kBlock : tileColumns,
                            c: g.c + (i * g.cRow + j), cRow: g.cRow, accumulating: g.accumulate || p > 0)
                    }
                }
            }
        }
    }

    /// Row by row of C, for a type that no micro-kernel is made for.
    public func gemm(_ g: Gemm<Double>) {
        for i in 0..<g.m {
            let row = g.c + i * g.cRow
            if !g.accumulate { row.update(repeating: 0, count: g.n) }
            for p in 0..<g.k {
                let (a, b) = (g.a[i * g.aRow + p * g.aColumn], g.b + p * g.bRow)
                if g.bColumn == 1 {
                    for j in 0..<g.n { row[j] += a * b[j] }
                } else {
                    for j in 0..<g.n { row[j] += a * b[j * g.bColumn] }
                }
            }
        }
    }
}

/// The size of blocks of at most `most` that divide `count` evenly, rounded up to a multiple of `unit`.
func evenBlock(_ count: Int, _ most: Int, of unit: Int) -> Int {
    let blocks = max(1, (count + max(1, most) - 1) / max(1, most))
    return max(unit, ((count + blocks - 1) / blocks + unit - 1) / unit * unit)
}
