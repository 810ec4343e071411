extension Operators {
    static let tril = triangle(
        "tril", "The lower triangle of each matrix, from diagonal `diagonal` down, and zeros above.", upper: false)
    static let triu = triangle(
        "triu", "The upper triangle of each matrix, from diagonal `diagonal` up, and zeros below.", upper: true)

    private static func triangle(_ name: String, _ doc: String, upper: Bool) -> Operator {
        Operator(
            name, doc: doc, [.tensor("input"), .integer("diagonal", default: 0)], faces: .elementwise,
            examples: [.init(.values(2, 3, 3)), .init(.values(2, 4), 1), .init(.values(3, 2), -1)]
        ) { a, _ in .tensor(try a.tensor("input").triangle(a.integer("diagonal"), upper: upper)) }
    }

    static let trilIndices = indices("tril_indices", "lower", upper: false)
    static let triuIndices = indices("triu_indices", "upper", upper: true)

    private static func indices(_ name: String, _ which: String, upper: Bool) -> Operator {
        creation(
            name, "Rows and columns [2, n] of the \(which) triangle of a matrix, int64.",
            [.integer("row", min: 0), .integer("col", min: 0), .integer("offset", default: 0)],
            examples: [.init(3, 4), .init(3, 4, 1)]
        ) { a, _ in
            let ones = try Tensor.ones([a.integer("row"), a.integer("col")], dtype: .bool)
            let places = try ones.triangle(a.integer("offset"), upper: upper).nonzero().transpose(0, 1)
            return try places.contiguous().to(a.dtype() ?? .int64)
        }
    }

    static let diag = Operator(
        "diag", doc: "The diagonal of a matrix, or the matrix with a vector on its diagonal.",
        [.tensor("input"), .integer("diagonal", default: 0)], faces: .usual,
        examples: [.init(.values(3)), .init(.values(2, 3), 1), .init(.values(2), -1)]
    ) { a, _ in
        let (x, offset) = (try a.tensor("input"), try a.integer("diagonal"))
        switch x.dim {
        case 1: return .tensor(try x.embedded(offset))
        case 2: return .tensor(try x.diagonal(offset: offset).clone())
        default: throw TensorError("a vector or a matrix expected, got \(x.shape); use diagonal")
        }
    }

    static let diagflat = Operator(
        "diagflat", doc: "The matrix with the elements on its diagonal.",
        [.tensor("input"), .integer("offset", default: 0)], faces: .usual,
        examples: [.init(.values(2, 2)), .init(.values(3), -1)]
    ) { a, _ in .tensor(try a.tensor("input").reshape([-1]).embedded(a.integer("offset"))) }

    static let diagonal = Operator(
        "diagonal", doc: "The elements of two dimensions whose places differ by `offset`, as a last dimension; a view.",
        [
            .tensor("input"), .integer("offset", default: 0), .integer("dim1", default: 0),
            .integer("dim2", default: 1),
        ], faces: .usual, examples: [.init(.values(2, 3)), .init(.values(2, 3, 3), -1, 1, 2)]
    ) { a, _ in
        .tensor(
            try a.tensor("input").diagonal(offset: a.integer("offset"), a.integer("dim1"), a.integer("dim2")))
    }

    static let diagEmbed = Operator(
        "diag_embed", doc: "Matrices with the last dimension on their diagonals.",
        [
            .tensor("input"), .integer("offset", default: 0), .integer("dim1", default: -2),
            .integer("dim2", default: -1),
        ], faces: .usual, examples: [.init(.values(2, 3)), .init(.values(2), 1), .init(.values(2, 3), 0, 0, 2)]
    ) { a, _ in
        .tensor(try a.tensor("input").embedded(a.integer("offset"), a.integer("dim1"), a.integer("dim2")))
    }

    static let fillDiagonal = Operator(
        "fill_diagonal_", doc: "Sets the elements of the diagonal to a number.",
        [.tensor("input"), .operand("fill_value")], returns: .receiver, faces: [.method],
        examples: [.init(.values(2, 3), 1.5)]
    ) { a, _ in
        let (x, value) = (try a.tensor("input"), try a.operand("fill_value"))
        guard x.dim >= 2 else { throw TensorError("at least two dimensions expected, got \(x.shape)") }
        guard x.dim == 2 || Set(x.shape).count == 1 else {
            throw TensorError("dimensions of one size expected, got \(x.shape)")
        }
        var places = try x.diagonal()
        for _ in 2..<Swift.max(2, x.dim) { places = try places.diagonal(offset: 0, 0, places.dim - 1) }
        try places.assign(value.tensor ?? .full([], value, dtype: x.dtype))
        return .tensor(x)
    }
}

extension Tensor {
    /// The elements on one side of a diagonal, and zeros on the other.
    func triangle(_ diagonal: Int, upper: Bool) throws -> Tensor {
        guard dim >= 2 else { throw TensorError("at least two dimensions expected, got \(shape)") }
        let (rows, columns) = (shape[dim - 2], shape[dim - 1])
        if count == 0 { return try clone() }
        let mask = try Tensor(uninitialized: [rows, columns], dtype: .bool)
        let truths = mask.address(as: Bool.self)
        // As far as the matrix goes; what is beyond decides nothing.
        let offset = Swift.max(-rows - 1, Swift.min(columns + 1, diagonal))
        for i in 0..<rows {
            for j in 0..<columns { truths[i * columns + j] = upper ? j - i >= offset : j - i <= offset }
        }
        return try Operators.chosen([.tensor(mask), .tensor(self)])
    }

    /// Zeros with the last dimension on the diagonal of two new ones.
    fileprivate func embedded(_ offset: Int, _ first: Int = -2, _ second: Int = -1) throws -> Tensor {
        guard dim >= 1 else { throw TensorError("at least one dimension expected, got \(shape)") }
        let (a, b) = (try resolve(first, of: dim + 1), try resolve(second, of: dim + 1))
        guard a != b else { throw TensorError("two different dimensions expected, got \(first) and \(second)") }
        guard offset.magnitude < 1 << 40 else { throw TensorError("an offset of \(offset) is too far away") }
        let size = shape[dim - 1] + abs(offset)
        var target = Shape(shape.dropLast())
        target.insert(size, at: Swift.min(a, b))
        target.insert(size, at: Swift.max(a, b))
        let result = try Tensor.zeros(target, dtype: dtype)
        try result.diagonal(offset: offset, a, b).assign(self)
        return result
    }
}

extension Operators {
    /// The second operand where the first is true, else 0.
    fileprivate static let chosen = PointwiseFunction(
        "where", inputs: 2, value: .select(.variable(0), .variable(1), 0),
        gradients: [0, .select(.variable(0), .variable(3), 0)])
}
