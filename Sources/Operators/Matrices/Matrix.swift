import Kernels

/// A matrix in memory, with its strides.
struct Matrix<Element> {
    var pointer: UnsafeMutablePointer<Element>
    var rows: Int, columns: Int
    var rowStep: Int, columnStep: Int

    /// The last two dimensions of a tensor, at an offset into it.
    init(_ tensor: Tensor, offset: Int = 0) {
        let rank = tensor.dim
        pointer = tensor.address(as: Element.self) + offset
        (rows, columns) = (tensor.shape[rank - 2], tensor.shape[rank - 1])
        (rowStep, columnStep) = (tensor.strides[rank - 2], tensor.strides[rank - 1])
    }
}

/// `C (+)= A·B` for matrices of one type, in parallel by blocks of rows or columns. The split does not touch the order of
/// any sum.
///
/// - Parameter offsets: where in each tensor its matrix begins.
func multiply(
    _ a: Tensor, _ b: Tensor, into c: Tensor, at offsets: (Int, Int, Int) = (0, 0, 0), accumulate: Bool = false
) {
    if c.dtype == .float64 {
        multiply(
            Matrix(a, offset: offsets.0), Matrix(b, offset: offsets.1), into: c.address(as: Double.self) + offsets.2,
            accumulate
        ) { kernels.gemm($0) }
    } else {
        multiply(
            Matrix(a, offset: offsets.0), Matrix(b, offset: offsets.1), into: c.floats + offsets.2, accumulate
        ) { kernels.gemm($0) }
    }
    withExtendedLifetime((a, b)) {}
}

private func multiply<T>(
    _ a: Matrix<T>, _ b: Matrix<T>, into c: UnsafeMutablePointer<T>, _ accumulate: Bool, _ gemm: (Gemm<T>) -> Void
) {
    let (m, n, k) = (a.rows, b.columns, a.columns)
    func block(_ rows: Range<Int>, _ columns: Range<Int>) {
        gemm(
            Gemm(
                m: rows.count, n: columns.count, k: k,
                a: a.pointer + rows.lowerBound * a.rowStep, aRow: a.rowStep, aColumn: a.columnStep,
                b: b.pointer + columns.lowerBound * b.columnStep, bRow: b.rowStep, bColumn: b.columnStep,
                c: c + rows.lowerBound * n + columns.lowerBound, cRow: n, accumulate: accumulate))
    }
    let (rows, columns) = blockSize(m, n, k)
    let across = (n + columns - 1) / columns
    ThreadPool.shared.run((m + rows - 1) / rows * across) { part in
        let (i, j) = (part / across * rows, part % across * columns)
        block(i..<min(m, i + rows), j..<min(n, j + columns))
    }
}

/// Rows and columns of the blocks of a product: of up to eight parts worth starting, which are as square as may be, for each
/// packs its rows and columns.
private func blockSize(_ m: Int, _ n: Int, _ k: Int) -> (Int, Int) {
    let wanted = min(8, m * n * k / 100_000)
    var (down, across) = (1, 1)
    while down * across < wanted {
        if m / down >= n / across && m / down >= 32 {
            down *= 2
        } else if n / across >= 64 {
            across *= 2
        } else if m / down >= 16 {
            down *= 2
        } else {
            break
        }
    }
    // Multiples of the tiles' sizes.
    return (max(1, ((m + down - 1) / down + 7) / 8 * 8), max(1, ((n + across - 1) / across + 15) / 16 * 16))
}
