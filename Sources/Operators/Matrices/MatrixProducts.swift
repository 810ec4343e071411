extension Operators {
    /// Declares a product of two tensors with certain numbers of dimensions.
    private static func product(
        _ name: String, _ doc: String, _ names: (StaticString, StaticString) = ("input", "mat2"),
        ranks: (Int, Int), faces: [Face] = .usual, example: @autoclosure @escaping Lazy<Example>,
        body: @escaping @Sendable (Tensor, Tensor) throws -> Tensor
    ) -> Operator {
        Operator(name, doc: doc, [.tensor(names.0), .tensor(names.1)], faces: faces, examples: [example()]) { a, _ in
            let (x, y) = (try a.tensor(names.0), try a.tensor(names.1))
            guard x.dim == ranks.0, y.dim == ranks.1 else {
                throw TensorError(
                    "\(kind(ranks.0)) and \(kind(ranks.1)) expected, got \(x.shape) and \(y.shape); use matmul for others"
                )
            }
            return .tensor(try body(x, y))
        }
    }

    private static func kind(_ rank: Int) -> String {
        rank == 1 ? "a vector" : rank == 2 ? "a matrix" : "matrices [b, n, m]"
    }

    static let mm = product(
        "mm", "The product of two matrices.", ranks: (2, 2), example: .init(.values(2, 3), .values(3, 4))
    ) { try $0.matmul($1) }

    static let mv = product(
        "mv", "The product of a matrix and a vector.", ("input", "vec"), ranks: (2, 1),
        example: .init(.values(2, 3), .values(3))
    ) { try $0.matmul($1) }

    static let bmm = product(
        "bmm", "The products of matrices in a batch.", ranks: (3, 3), example: .init(.values(2, 3, 4), .values(2, 4, 2))
    ) {
        try expectBatch($0, $1)
        return try $0.matmul($1)
    }

    private static func expectBatch(_ x: Tensor, _ y: Tensor) throws {
        guard x.dim == 3, y.dim == 3, x.shape[0] == y.shape[0] else {
            throw TensorError("batches of as many matrices expected, got \(x.shape) and \(y.shape)")
        }
    }

    static let dot = product(
        "dot", "The sum of the products of two vectors' elements.", ("input", "tensor"), ranks: (1, 1),
        example: .init(.values(3), .values(3))
    ) { try innerProduct($0, $1) }
    static let vdot = product(
        "vdot", "The sum of the products of two vectors' elements.", ("input", "other"), ranks: (1, 1),
        example: .init(.values(3), .values(3))
    ) { try innerProduct($0, $1) }

    private static func innerProduct(_ x: Tensor, _ y: Tensor) throws -> Tensor {
        guard x.shape == y.shape, x.dtype == y.dtype else {
            throw TensorError(
                "vectors of one size and type expected, got \(x.dtype.rawValue) \(x.shape) and "
                    + "\(y.dtype.rawValue) \(y.shape)")
        }
        return try x.matmul(y)
    }

    static let outer = product(
        "outer", "Every product of an element of one vector and one of another, [n, m].", ("input", "vec2"),
        ranks: (1, 1), example: .init(.values(3), .values(2))
    ) { try $0.unsqueeze(1) * $1 }
    static let ger = Operator("ger", sameAs: outer)

    static let inner = Operator(
        "inner", doc: "The sums of products over the last dimensions of both.", [.tensor("input"), .tensor("other")],
        faces: .usual, examples: [.init(.values(2, 3), .values(4, 3)), .init(.values(3), .values(3))]
    ) { a, _ in
        let (x, y) = (try a.tensor("input"), try a.tensor("other"))
        if x.dim == 0 || y.dim == 0 { return .tensor(try x * y) }
        return .tensor(try x.tensordot(y, [x.dim - 1], [y.dim - 1]))
    }

    // MARK: β·input + α·product

    private static func added(
        _ name: String, _ doc: String, _ names: (StaticString, StaticString),
        example: @autoclosure @escaping Lazy<Example>,
        product: @escaping @Sendable (Tensor, Tensor) throws -> Tensor
    ) -> Operator {
        Operator(
            name, doc: "`beta` times the input, plus `alpha` times " + doc,
            [.tensor("input"), .tensor(names.0), .tensor(names.1)],
            options: [.number("beta", default: 1), .number("alpha", default: 1)], faces: .elementwise,
            examples: [
                example(), Example(arguments: example().arguments, options: ["beta": 0.5, "alpha": 2]),
            ]
        ) { a, _ in
            let x = try a.tensor("input")
            var result = try product(a.tensor(names.0), a.tensor(names.1))
            guard x.dtype == result.dtype else {
                throw TensorError(
                    "operands of one type expected, got \(x.dtype.rawValue) and \(result.dtype.rawValue)")
            }
            guard (try? x.expand(result.shape)) != nil else {
                throw TensorError("an input that fits to \(result.shape) expected, got \(x.shape)")
            }
            result = try scaled(result, a.operand("alpha"))
            // Nothing of the input counts where beta is 0, not even a NaN.
            if try a.number("beta") == 0 { return .tensor(try second([.tensor(x), .tensor(result)])) }
            return .tensor(try scaled(x, a.operand("beta")) + result)
        }
    }

    private static let second = PointwiseFunction(
        "add", inputs: 2, value: .variable(1), gradients: [0, .variable(3)])

    private static func scaled(_ x: Tensor, _ factor: Operand) throws -> Tensor {
        try factor.number == 1 ? x : mul.function.called([.tensor(x), factor]).to(x.dtype)
    }

    static let addmm = added(
        "addmm", "the product of two matrices.", ("mat1", "mat2"),
        example: .init(.values(2, 4), .values(2, 3), .values(3, 4))
    ) {
        guard $0.dim == 2, $1.dim == 2 else { throw TensorError("matrices expected, got \($0.shape) and \($1.shape)") }
        return try $0.matmul($1)
    }
    static let addmv = added(
        "addmv", "the product of a matrix and a vector.", ("mat", "vec"),
        example: .init(.values(2), .values(2, 3), .values(3))
    ) {
        guard $0.dim == 2, $1.dim == 1 else {
            throw TensorError("a matrix and a vector expected, got \($0.shape) and \($1.shape)")
        }
        return try $0.matmul($1)
    }
    static let baddbmm = added(
        "baddbmm", "the products of matrices in a batch.", ("batch1", "batch2"),
        example: .init(.values(2, 3, 2), .values(2, 3, 4), .values(2, 4, 2))
    ) {
        try expectBatch($0, $1)
        return try $0.matmul($1)
    }
    static let addbmm = added(
        "addbmm", "the sum of the products of matrices in a batch.", ("batch1", "batch2"),
        example: .init(.values(3, 2), .values(2, 3, 4), .values(2, 4, 2))
    ) {
        try expectBatch($0, $1)
        return try $0.matmul($1).sum([0])
    }
    static let addr = added(
        "addr", "the outer product of two vectors.", ("vec1", "vec2"),
        example: .init(.values(3, 2), .values(3), .values(2))
    ) {
        guard $0.dim == 1, $1.dim == 1 else { throw TensorError("vectors expected, got \($0.shape) and \($1.shape)") }
        return try $0.unsqueeze(1) * $1
    }

    // MARK: Others

    static let tensordot = Operator(
        "tensordot",
        doc: "The sums of products over some dimensions of both: over the last so many of one and the first of "
            + "the other, or over those of two lists.",
        [
            .tensor("a"), .tensor("b"), .anyOf("dims", "2 by default", of: [.integer, .list]).optional,
        ], faces: [.function],
        examples: [.init(.values(2, 3, 4), .values(3, 4, 2)), .init(.values(2, 3), .values(4, 3), [[1], [1]])]
    ) { a, _ in
        let (x, y) = (try a.tensor("a"), try a.tensor("b"))
        if case .list(let lists)? = try a.value("dims") {
            let pairs = lists.map { list -> [Int] in
                if case .list(let items) = list { return items.compactMap(\.integer) }
                return list.integer.map { [$0] } ?? []
            }
            guard pairs.count == 2 else { throw TensorError("two lists of dimensions expected, got \(pairs.count)") }
            return .tensor(try x.tensordot(y, pairs[0], pairs[1]))
        }
        let count = try a.optionalInteger("dims") ?? 2
        guard count >= 0, count <= x.dim, count <= y.dim else {
            throw TensorError("'dims' from 0 to \(Swift.min(x.dim, y.dim)) expected, got \(count)")
        }
        return .tensor(try x.tensordot(y, Array(x.dim - count..<x.dim), Array(0..<count)))
    }

    static let kron = Operator(
        "kron", doc: "Kronecker's product: the second tensor in every element's place, times the element.",
        [.tensor("input"), .tensor("other")], faces: .usual, examples: [.init(.values(2, 3), .values(3, 2))]
    ) { a, _ in
        var (x, y) = (try a.tensor("input"), try a.tensor("other"))
        while x.dim < y.dim { x = try x.unsqueeze(0) }
        while y.dim < x.dim { y = try y.unsqueeze(0) }
        let sizes = Array(zip(x.shape, y.shape))
        let rank = x.dim
        for d in 0..<rank {
            x = try x.unsqueeze(2 * d + 1)
            y = try y.unsqueeze(2 * d)
        }
        let product = try x * y
        return .tensor(try product.reshape(Shape(sizes.map { $0.0 * $0.1 })))
    }

    static let trace = Operator(
        "trace", doc: "The sum of a matrix's diagonal.", [.tensor("input")], faces: .usual,
        examples: [.init(.values(3, 4))]
    ) { a, _ in
        let x = try a.tensor("input")
        guard x.dim == 2 else { throw TensorError("a matrix expected, got \(x.shape)") }
        return .tensor(try x.diagonal().sum())
    }

    static let cross = Operator(
        "cross", doc: "The vectors perpendicular to two of size 3 along a dimension, by default the first of size 3.",
        [.tensor("input"), .tensor("other"), .integer("dim").optional], faces: .usual,
        examples: [.init(.values(2, 3), .values(2, 3), 1)]
    ) { a, _ in
        let (given, other) = (try a.tensor("input"), try a.tensor("other"))
        guard given.dtype == other.dtype, given.dtype != .bool else {
            throw TensorError("numbers of one type expected, got \(given.dtype.rawValue) and \(other.dtype.rawValue)")
        }
        let shape = try broadcastShape(given.shape, other.shape)
        let (x, y) = (try given.expand(shape), try other.expand(shape))
        guard let d = try a.optionalInteger("dim").map({ try x.resolve($0) }) ?? shape.firstIndex(of: 3), shape[d] == 3
        else { throw TensorError("a dimension of size 3 expected, got \(shape)") }
        func turned(_ x: Tensor, _ places: Int) throws -> Tensor {
            try .cat([x.slice(d, places), x.slice(d, 0, places)], d)
        }
        return .tensor(try turned(x, 1) * turned(y, 2) - turned(x, 2) * turned(y, 1))
    }

    static let multiDot = Operator(
        "multi_dot", doc: "The product of several matrices, from the left.", [.tensors("tensors")], faces: [.linalg],
        examples: [.init([.values(2, 3), .values(3, 4), .values(4, 2)])]
    ) { a, _ in
        let tensors: [Tensor] = try a.objects("tensors")
        guard let first = tensors.first, tensors.count > 1 else {
            throw TensorError("at least 2 matrices expected, got \(tensors.count)")
        }
        return .tensor(try tensors.dropFirst().reduce(first) { try $0.matmul($1) })
    }

    static let matrixPower = Operator(
        "matrix_power", doc: "A square matrix multiplied by itself; `n` of at least 0, for there are no inverses.",
        [.tensor("input"), .integer("n", min: 0)], faces: .usual,
        examples: [.init(.values(3, 3), 3), .init(.values(2, 2, 2), 0), .init(.values(2, 2), 1)]
    ) { a, _ in
        let x = try a.tensor("input")
        guard x.dim >= 2, x.shape[x.dim - 1] == x.shape[x.dim - 2] else {
            throw TensorError("square matrices expected, got \(x.shape)")
        }
        var (left, power, result) = (try a.integer("n"), x, nil as Tensor?)
        while left > 0 {
            if left & 1 == 1 { result = try result.map { try $0.matmul(power) } ?? power }
            left >>= 1
            if left > 0 { power = try power.matmul(power) }
        }
        if let result { return .tensor(try result === x ? x.clone() : result) }
        let unit = try Tensor.zeros(x.shape, dtype: x.dtype)
        try unit.diagonal(offset: 0, -2, -1).assign(.ones([], dtype: x.dtype))
        return .tensor(unit)
    }

    static let cdist = Operator(
        "cdist", doc: "The p-norm of the difference of every row of one and every row of the other, [.., n, m].",
        [.tensor("x1"), .tensor("x2"), .number("p", min: 0, default: 2)], faces: [.function],
        examples: [.init(.values(3, 2), .values(4, 2)), .init(.values(3, 2), .values(4, 2), 1)]
    ) { a, _ in
        let (x, y) = (try a.tensor("x1"), try a.tensor("x2"))
        guard x.dim >= 2, y.dim >= 2 else {
            throw TensorError("rows of vectors expected, got \(x.shape) and \(y.shape)")
        }
        return .tensor(try (x.unsqueeze(-2) - y.unsqueeze(-3)).norm(a.number("p"), [-1]))
    }
}

extension Tensor {
    /// The sums of products over dimensions of both, pair by pair; the others follow in their order.
    func tensordot(_ other: Tensor, _ mine: [Int], _ theirs: [Int]) throws -> Tensor {
        let (a, b) = (try mine.map { try resolve($0) }, try theirs.map { try other.resolve($0) })
        guard a.count == b.count, Set(a).count == a.count, Set(b).count == b.count,
            zip(a, b).allSatisfy({ shape[$0] == other.shape[$1] })
        else {
            throw TensorError(
                "dimensions of the same sizes expected, got \(describe(mine)) of \(shape) and \(describe(theirs)) of "
                    + "\(other.shape)")
        }
        let left = shape.indices.filter { !a.contains($0) }
        let right = other.shape.indices.filter { !b.contains($0) }
        let members = a.reduce(1) { $0 * shape[$1] }
        let rows = left.reduce(1) { $0 * shape[$1] }
        let columns = right.reduce(1) { $0 * other.shape[$1] }
        let product = try permute(Shape(left + a)).reshape([rows, members])
            .matmul(other.permute(Shape(b + right)).reshape([members, columns]))
        return try product.reshape(Shape(left.map { shape[$0] } + right.map { other.shape[$0] }))
    }
}
