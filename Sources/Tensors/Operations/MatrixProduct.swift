import Kernels

/// A matrix in memory, with its strides.
struct Matrix {
    var pointer: UnsafeMutablePointer<Float>
    var rows: Int, columns: Int
    var rowStep: Int, columnStep: Int

    var transposed: Matrix {
        Matrix(pointer: pointer, rows: columns, columns: rows, rowStep: columnStep, columnStep: rowStep)
    }

    /// The last two dimensions of a tensor, at an offset into it.
    init(_ tensor: Tensor, offset: Int = 0) {
        let rank = tensor.dim
        self.init(
            pointer: tensor.floats + offset, rows: tensor.shape[rank - 2], columns: tensor.shape[rank - 1],
            rowStep: tensor.strides[rank - 2], columnStep: tensor.strides[rank - 1])
    }

    init(pointer: UnsafeMutablePointer<Float>, rows: Int, columns: Int, rowStep: Int, columnStep: Int) {
        self.pointer = pointer
        self.rows = rows
        self.columns = columns
        self.rowStep = rowStep
        self.columnStep = columnStep
    }
}

/// `C (+)= A·B`, in parallel by blocks of rows or columns. The split does not touch the order of any sum.
func multiply(_ a: Matrix, _ b: Matrix, into c: UnsafeMutablePointer<Float>, accumulate: Bool = false) {
    let (m, n, k) = (a.rows, b.columns, a.columns)
    func block(_ rows: Range<Int>, _ columns: Range<Int>) {
        kernels.gemm(
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

extension Tensor {
    /// The matrix product of the last two dimensions, those before repeated to a common shape; a tensor with one
    /// dimension counts as a row on the left and as a column on the right (`torch.matmul`).
    public func matmul(_ other: Tensor) throws -> Tensor {
        try expect(.float32)
        try other.expect(.float32)
        guard dim > 0 && other.dim > 0 else { throw TensorError("a matrix or a vector expected, got a number") }
        if dim == 1 { return try unsqueeze(0).matmul(other).squeeze(other.dim == 1 ? 0 : -2) }
        if other.dim == 1 { return try matmul(other.unsqueeze(1)).squeeze(-1) }
        guard shape[dim - 1] == other.shape[other.dim - 2] else {
            throw TensorError(
                "cannot multiply \(describe(shape)) by \(describe(other.shape)): "
                    + "\(plural(shape[dim - 1], "column")) on the left, \(plural(other.shape[other.dim - 2], "row")) "
                    + "on the right")
        }
        let batch = try broadcastShape(Array(shape.dropLast(2)), Array(other.shape.dropLast(2)))
        let left = try expand(batch + shape.suffix(2))
        let right = try other.expand(batch + other.shape.suffix(2))
        let result = try Tensor(uninitialized: batch + [shape[dim - 2], other.shape[other.dim - 1]])
        let area = shape[dim - 2] * other.shape[other.dim - 1]
        var out = result.floats
        forEachRow(batch, Array(left.strides.dropLast(2)), Array(right.strides.dropLast(2))) { steps, x, y, count in
            for i in 0..<count {
                multiply(
                    Matrix(left, offset: x + i * steps.0), Matrix(right, offset: y + i * steps.1), into: out)
                out += area
            }
        }
        let (a, b) = (Saved(self), Saved(other))
        let (needA, needB) = (requiresGrad, other.requiresGrad)
        return recorded(result, "matmul", [self, other]) { gradient in
            let (a, b) = (try a.unwrap(), try b.unwrap())
            return [
                needA ? try gradient.matmul(b.transpose(-2, -1)).summed(to: a.shape) : nil,
                needB ? try a.transpose(-2, -1).matmul(gradient).summed(to: b.shape) : nil,
            ]
        }
    }

    /// `x·Wᵀ + b` over the last dimension, with W `[out, in]` and b `[out]`.
    public func linear(_ weight: Tensor, _ bias: Tensor? = nil) throws -> Tensor {
        try expect(.float32)
        try weight.expect(.float32)
        guard weight.dim == 2, dim >= 1 else {
            throw TensorError(
                "an input with features and a weight [out, in] expected, got \(describe(shape)) and "
                    + describe(weight.shape))
        }
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        guard shape[dim - 1] == inputs else {
            throw TensorError(
                "expected \(plural(inputs, "input feature")), got \(shape[dim - 1]) "
                    + "(input \(describe(shape)), weight \(describe(weight.shape)))")
        }
        if let bias, bias.shape != [outputs] || bias.dtype != .float32 {
            throw TensorError(
                "a float32 bias of shape [\(outputs)] expected, got \(bias.dtype.rawValue) \(describe(bias.shape))")
        }
        let rows = shape.dropLast().reduce(1, *)
        let x = try contiguous()
        let result = try Tensor(uninitialized: Array(shape.dropLast()) + [outputs])
        let flat = Matrix(pointer: x.floats, rows: rows, columns: inputs, rowStep: inputs, columnStep: 1)
        if let bias {
            let values = try bias.contiguous()
            for row in 0..<rows { (result.floats + row * outputs).update(from: values.floats, count: outputs) }
        }
        multiply(flat, Matrix(weight).transposed, into: result.floats, accumulate: bias != nil)
        let (savedX, savedWeight) = (Saved(x), Saved(weight))
        let (needX, needWeight, needBias) = (requiresGrad, weight.requiresGrad, bias?.requiresGrad ?? false)
        let shape = shape
        return recorded(result, "linear", [self, weight] + (bias.map { [$0] } ?? [])) { gradient in
            let dense = try gradient.contiguous()
            let g = Matrix(pointer: dense.floats, rows: rows, columns: outputs, rowStep: outputs, columnStep: 1)
            var gradients: [Tensor?] = [nil, nil, nil]
            if needX {
                let dx = try Tensor(uninitialized: shape)
                multiply(g, Matrix(try savedWeight.unwrap()), into: dx.floats)
                gradients[0] = dx
            }
            if needWeight {
                let x = try savedX.unwrap()
                let dw = try Tensor(uninitialized: [outputs, inputs])
                multiply(
                    g.transposed,
                    Matrix(pointer: x.floats, rows: rows, columns: inputs, rowStep: inputs, columnStep: 1),
                    into: dw.floats)
                gradients[1] = dw
            }
            if needBias { gradients[2] = try dense.reshape([rows, outputs]).sum([0]) }
            extendLifetime(dense)
            return gradients
        }
    }
}
