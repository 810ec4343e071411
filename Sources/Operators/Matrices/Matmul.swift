import Kernels

extension Operators {
    static let matmul = Operator(
        "matmul", doc: "The matrix product of the last two dimensions.", [.tensor("input"), .tensor("other")],
        faces: .usual,
        examples: [
            .init(.values(2, 1, 3, 4), .values(3, 4, 2)), .init(.values(3), .values(2, 3, 4)),
            .init(.values(2, 3, 4), .values(4)), .init(.values(4), .values(4)),
        ]
    ) { a, _ in .tensor(try a.tensor("input").matmul(a.tensor("other"))) }
}

extension Tensor {
    /// The matrix product of the last two dimensions, those before repeated to a common shape; a tensor with one
    /// dimension counts as a row on the left and as a column on the right (`torch.matmul`).
    public func matmul(_ other: Tensor) throws -> Tensor {
        guard dim > 0 && other.dim > 0 else { throw TensorError("a matrix or a vector expected, got a number") }
        if dim == 1 { return try unsqueeze(0).matmul(other).squeeze([other.dim == 1 ? 0 : -2]) }
        if other.dim == 1 { return try matmul(other.unsqueeze(1)).squeeze([-1]) }
        if !dtype.isFloatingPoint, dtype != .bool, dtype == other.dtype { return try integerProduct(other) }
        return try .applyOne(MatmulOperation(), [self, other])
    }
}

extension Tensor {
    /// The product of matrices of integers, a column and a row at a time.
    private func integerProduct(_ other: Tensor) throws -> Tensor {
        let members = shape[dim - 1]
        guard members == other.shape[other.dim - 2] else {
            throw TensorError(
                "cannot multiply \(shape) by \(other.shape): \(plural(members, "column")) on the left, "
                    + "\(plural(other.shape[other.dim - 2], "row")) on the right")
        }
        var shape = try broadcastShape(Shape(shape.dropLast(2)), Shape(other.shape.dropLast(2)))
        shape += [self.shape[dim - 2], other.shape[other.dim - 1]]
        var total = try Tensor.zeros(shape, dtype: dtype)
        for k in 0..<members {
            total = try total + narrow(-1, start: k, length: 1) * other.narrow(-2, start: k, length: 1)
        }
        return total
    }
}

package struct MatmulOperation: Operation {
    package var name: String { "matmul" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        let (a, b) = (inputs[0].shape, inputs[1].shape)
        try expectMatrices(inputs[0].dtype, inputs[1].dtype)
        guard a[a.count - 1] == b[b.count - 2] else {
            throw TensorError(
                "cannot multiply \(a) by \(b): \(plural(a[a.count - 1], "column")) on the left, "
                    + "\(plural(b[b.count - 2], "row")) on the right")
        }
        let batch = try broadcastShape(Shape(a.dropLast(2)), Shape(b.dropLast(2)))
        return [Spec(batch + [a[a.count - 2], b[b.count - 1]], inputs[0].dtype)]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let batch = Shape(outputs[0].shape.dropLast(2))
        let left = try inputs[0].detach().expand(batch + inputs[0].shape.suffix(2))
        let right = try inputs[1].detach().expand(batch + inputs[1].shape.suffix(2))
        let c = outputs[0]
        let steps = [left, right, c].map { Shape($0.strides.dropLast(2)) }
        withRows(batch, steps[0], steps[1], steps[2]) { rows in
            eachPlace(rows) { multiply(left, right, into: c, at: ($0, $1, $2)) }
        }
    }

    package func saves(_ needs: [Bool]) -> Saves { .factors(needs) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        return [
            kept.needs[0]
                ? try gradient.matmul(kept.input(1).transpose(-2, -1)).sum(to: kept.inputSpecs[0].shape) : nil,
            kept.needs[1]
                ? try kept.input(0).transpose(-2, -1).matmul(gradient).sum(to: kept.inputSpecs[1].shape) : nil,
        ]
    }
}

extension Saves {
    /// What gradients of two factors need: each that of the other.
    static func factors(_ needs: [Bool]) -> Saves {
        var saves = Saves()
        if needs[0] { saves.inputs.insert(1) }
        if needs[1] { saves.inputs.insert(0) }
        return saves
    }
}

/// - Throws: `TensorError` for types that no matrix product is made for.
func expectMatrices(_ dtypes: DType...) throws {
    for dtype in dtypes {
        guard dtype.isFloatingPoint else {
            throw TensorError("float32 expected, got \(dtype.rawValue); convert with float()")
        }
        guard dtype == dtypes[0] else {
            throw TensorError("operands of one type expected, got \(dtypes[0].rawValue) and \(dtype.rawValue)")
        }
    }
}

/// Calls `body` with the offsets of the three arrays at every place.
private func eachPlace(_ rows: Rows, _ body: (Int, Int, Int) -> Void) {
    func visit(_ d: Int, _ a: Int, _ b: Int, _ c: Int) {
        if d == rows.rank { return body(a, b, c) }
        for i in 0..<rows.sizes[d] {
            visit(d + 1, a + i * rows.first[d], b + i * rows.second[d], c + i * rows.third[d])
        }
    }
    visit(0, 0, 0, 0)
}
