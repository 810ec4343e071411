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

/// `C (+)= A·B` for matrices of one type, in parallel. The split does not touch the order of any sum.
///
/// - Parameter offsets: where in each tensor its matrix begins.
func multiply(
    _ a: Tensor, _ b: Tensor, into c: Tensor, at offsets: (Int, Int, Int) = (0, 0, 0), accumulate: Bool = false
) {
    let inParallel: ParallelLoop = { ThreadPool.shared.run($0, $1) }
    if c.dtype == .float64 {
        kernels.gemm(
            Matrix(a, offset: offsets.0).times(
                Matrix(b, offset: offsets.1), c.address(as: Double.self) + offsets.2, accumulate),
            inParallel)
    } else {
        kernels.gemm(
            Matrix(a, offset: offsets.0).times(Matrix(b, offset: offsets.1), c.floats + offsets.2, accumulate),
            inParallel)
    }
    withExtendedLifetime((a, b)) {}
}

extension Matrix {
    /// The product with another as kernels take it.
    fileprivate func times(
        _ other: Matrix, _ c: UnsafeMutablePointer<Element>, _ accumulate: Bool
    ) -> Gemm<Element> {
        Gemm(
            m: rows, n: other.columns, k: columns, a: pointer, aRow: rowStep, aColumn: columnStep,
            b: other.pointer, bRow: other.rowStep, bColumn: other.columnStep, c: c, cRow: other.columns,
            accumulate: accumulate)
    }
}
