import KernelInterface

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
        let (depth, height, width) = (min(g.k, 256), min(g.m, 96), min(g.n, 1024))
        let widthPadded = (width + tileColumns - 1) / tileColumns * tileColumns
        withUnsafeTemporaryAllocation(
            of: Float.self, capacity: packedSizeOfA(rows: height, k: depth) + depth * widthPadded
        ) { space in
            guard let packedA = space.baseAddress else { return }
            let packedB = packedA + packedSizeOfA(rows: height, k: depth)
            var p = 0
            while p < g.k {
                let kBlock = min(depth, g.k - p)
                var j = 0
                while j < g.n {
                    let nBlock = min(width, g.n - j)
                    packB(
                        k: kBlock, columns: nBlock, b: g.b + p * g.bRow + j * g.bColumn, row: g.bRow, column: g.bColumn,
                        into: packedB)
                    var i = 0
                    while i < g.m {
                        let mBlock = min(height, g.m - i)
                        packA(
                            rows: mBlock, k: kBlock, a: g.a + i * g.aRow + p * g.aColumn, row: g.aRow,
                            column: g.aColumn, into: packedA)
                        multiplyPanels(
                            m: mBlock, n: nBlock, k: kBlock, packedA: packedA, b: packedB, bRow: tileColumns,
                            bPanel: tileColumns * kBlock, c: g.c + i * g.cRow + j, cRow: g.cRow,
                            accumulating: g.accumulate || p > 0)
                        i += mBlock
                    }
                    j += nBlock
                }
                p += kBlock
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

/// Packs `k` × `columns` values of B into panels of `tileColumns`, the last filled up with zeros.
private func packB(
    k: Int, columns: Int, b: UnsafePointer<Float>, row: Int, column: Int, into packed: UnsafeMutablePointer<Float>
) {
    var out = packed
    var first = 0
    let panel = tileColumns
    while first < columns {
        let count = min(panel, columns - first)
        let base = b + first * column
        for p in 0..<k {
            let source = base + p * row
            if column == 1 {
                for j in 0..<count { out[j] = source[j] }
            } else {
                for j in 0..<count { out[j] = source[j * column] }
            }
            for j in count..<panel { out[j] = 0 }
            out += panel
        }
        first += panel
    }
}
