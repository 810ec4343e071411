import KernelInterface

/// Blocks of a matrix product: rows of A of this depth stay in the second cache, with a panel of B beside them, while a
/// block of B stays in the third. The deeper a block, the more seldom are the sums fetched and put back: of 512 floats
/// instead of 192 a product of 1,024 rows is a twentieth faster, of 1,024 a thirtieth more, though a panel of B then comes
/// from the second cache each time.
private let (mostDepth, mostHeight, mostWidth) = (1024, 64, 2048)

extension Kernels {
    /// Blocked matrix product after Goto and van de Geijn (2008): a block of B is packed once for all, then rows of A as
    /// they are needed, so that the micro-kernel reads both in order. The depth of blocks hangs on `k` alone, so every
    /// element is summed in one order whatever the threads.
    public func gemm(_ g: Gemm<Float>, _ inParallel: ParallelLoop) {
        guard g.m > 0 && g.n > 0 else { return }
        guard g.k > 0 else {
            if !g.accumulate { for i in 0..<g.m { (g.c + i * g.cRow).update(repeating: 0, count: g.n) } }
            return
        }
        if multiplyDots(g, inParallel) { return }
        let (depth, width) = (evenBlock(g.k, mostDepth, of: 1), evenBlock(g.n, mostWidth, of: tileColumns))
        // Few rows do not make up for packing columns that lie side by side, fewer where each row is in a page of its own.
        let mostUnpacked = g.bRow > 1024 ? 4 * tileRows : 128
        let isPacked = g.bColumn != 1 || g.m > mostUnpacked || g.n % lanes != 0
        withFloats(isPacked ? packedSizeOfB(k: depth, columns: width) : 0) { packedB in
            for j in stride(from: 0, to: g.n, by: width) {
                for p in stride(from: 0, to: g.k, by: depth) {
                    let (n, k) = (min(width, g.n - j), min(depth, g.k - p))
                    let b = g.b + (p * g.bRow + j * g.bColumn)
                    if isPacked { packBlock(b, of: g, k: k, columns: n, to: packedB, inParallel) }
                    let block = Gemm(
                        m: g.m, n: n, k: k, a: g.a + p * g.aColumn, aRow: g.aRow, aColumn: g.aColumn,
                        b: isPacked ? UnsafePointer(packedB) : b, bRow: isPacked ? tileColumns : g.bRow, bColumn: 1,
                        c: g.c + j, cRow: g.cRow, accumulate: g.accumulate || p > 0)
                    multiplyBlock(block, bPanel: isPacked ? tileColumns * k : tileColumns, inParallel)
                }
            }
        }
    }

    /// Row by row of C, for a type that no micro-kernel is made for.
    public func gemm(_ g: Gemm<Double>, _ inParallel: ParallelLoop) {
        let rows = max(1, g.m / partsWorthStarting(g.m, g.n, g.k))
        inParallel((g.m + rows - 1) / rows) { part in
            for i in part * rows..<min(g.m, (part + 1) * rows) {
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
}

/// How many parts a product is worth, up to eight.
func partsWorthStarting(_ m: Int, _ n: Int, _ k: Int) -> Int { max(1, min(8, m * n * k / 100_000)) }

/// Packs a block of B, some panels at a time.
private func packBlock(
    _ b: UnsafePointer<Float>, of g: Gemm<Float>, k: Int, columns: Int, to packed: UnsafeMutablePointer<Float>,
    _ inParallel: ParallelLoop
) {
    let some = max(1, 1 << 15 / (k * tileColumns)) * tileColumns
    inParallel((columns + some - 1) / some) { part in
        let first = part * some
        packB(
            k: k, columns: min(some, columns - first), b: b + first * g.bColumn, row: g.bRow, column: g.bColumn,
            into: packed + first * k)
    }
}

/// Multiplies all rows of A by a block of B: some rows, where there are few of these by some of the columns, at a time.
///
/// - Parameter bPanel: floats from one panel of B to the next.
private func multiplyBlock(_ g: Gemm<Float>, bPanel: Int, _ inParallel: ParallelLoop) {
    let wanted = partsWorthStarting(g.m, g.n, g.k)
    let down = max((g.m + mostHeight - 1) / mostHeight, min(wanted, g.m / (2 * tileRows)))
    let rows = evenBlock(g.m, (g.m + down - 1) / max(1, down), of: tileRows)
    let across = max(1, min((wanted * rows + g.m - 1) / g.m, g.n / tileColumns))
    let columns = evenBlock(g.n, (g.n + across - 1) / across, of: tileColumns)
    let groups = (g.n + columns - 1) / columns
    inParallel((g.m + rows - 1) / rows * groups) { part in
        let (i, j) = (part / groups * rows, part % groups * columns)
        let (m, n) = (min(rows, g.m - i), min(columns, g.n - j))
        withFloats(packedSizeOfA(rows: m, k: g.k)) { packedA in
            packA(rows: m, k: g.k, a: g.a + i * g.aRow, row: g.aRow, column: g.aColumn, into: packedA)
            multiplyPanels(
                m: m, n: n, k: g.k, packedA: packedA, b: g.b + j / tileColumns * bPanel, bRow: g.bRow, bPanel: bPanel,
                c: g.c + (i * g.cRow + j), cRow: g.cRow, accumulating: g.accumulate)
        }
    }
}

/// The size of blocks of at most `most` that divide `count` evenly, rounded up to a multiple of `unit`.
func evenBlock(_ count: Int, _ most: Int, of unit: Int) -> Int {
    let blocks = max(1, (count + max(1, most) - 1) / max(1, most))
    return max(unit, ((count + blocks - 1) / blocks + unit - 1) / unit * unit)
}
