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
    if m * n * k < 100_000 { return block(0..<m, 0..<n) }
    if m >= n {
        let size = max(24, ((m + 7) / 8 + 5) / 6 * 6)
        inParts(of: m, size: size) { block($0, 0..<n) }
    } else {
        let size = max(64, ((n + 7) / 8 + 31) / 32 * 32)
        inParts(of: n, size: size) { block(0..<m, $0) }
    }
}
