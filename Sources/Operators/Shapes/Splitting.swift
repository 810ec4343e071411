extension Operators {
    private static let list: Returns = .value(.objects(Tensor.self))
    private static let dim: Argument = .integer("dim", default: 0)

    static let split = Operator(
        "split",
        doc: "Parts of a dimension: of one size, the last smaller where it does not come out even, or of the sizes "
            + "in a list. They are views.",
        [.tensor("input"), .anyOf("split_size", of: [.integer, .integers]), dim], returns: list, faces: .usual,
        examples: [.init(.values(5, 2), 2), .init(.values(2, 5), [2, 3], 1)]
    ) { a, _ in
        let x = try a.tensor("input")
        let d = try x.resolve(a.integer("dim"))
        if case .list(let sizes)? = try a.value("split_size") {
            let sizes = sizes.compactMap(\.integer)
            guard sizes.allSatisfy({ $0 >= 0 }), sum(sizes) == x.shape[d] else {
                throw TensorError(
                    "sizes that add up to \(x.shape[d]) expected for dimension \(d), got \(describe(sizes))")
            }
            return .list(try x.parts(d, sizes))
        }
        let size = try a.integer("split_size")
        guard size > 0 || size == 0 && x.shape[d] == 0 else {
            throw TensorError("a size of at least 1 expected, got \(size)")
        }
        return .list(try x.split(size, d))
    }

    private static func sum(_ sizes: [Int]) -> Int? {
        var total = 0
        for size in sizes {
            let (next, overflow) = total.addingReportingOverflow(size)
            if overflow { return nil }
            total = next
        }
        return total
    }

    static let chunk = Operator(
        "chunk", doc: "A dimension in at most so many parts of one size, the last smaller. They are views.",
        [.tensor("input"), .integer("chunks", min: 1), dim], returns: list, faces: .usual,
        examples: [.init(.values(5, 2), 2), .init(.values(2, 4), 2, 1)]
    ) { a, _ in
        let x = try a.tensor("input")
        let d = try x.resolve(a.integer("dim"))
        let chunks = try a.integer("chunks")
        if x.shape[d] == 0 { return .list(try x.parts(d, Array(repeating: 0, count: Swift.min(chunks, 1 << 16)))) }
        return .list(try x.split(Swift.max(1, (x.shape[d] - 1) / chunks + 1), d))
    }

    static let tensorSplit = Operator(
        "tensor_split",
        doc: "A dimension in so many parts whose sizes differ by at most 1, or cut at the places in a list.",
        [.tensor("input"), .anyOf("indices_or_sections", of: [.integer, .integers]), dim], returns: list, faces: .usual,
        examples: [.init(.values(5, 2), 2), .init(.values(2, 5), [1, 3], 1)]
    ) { a, _ in
        let x = try a.tensor("input")
        return .list(try x.cut(a.value("indices_or_sections"), x.resolve(a.integer("dim"))))
    }

    private static func cutting(_ name: String, _ dimension: Int, _ doc: String) -> Operator {
        Operator(
            name, doc: doc, [.tensor("input"), .anyOf("indices_or_sections", of: [.integer, .integers])],
            returns: list, faces: .usual, examples: [.init(.values(2, 2, 2), 2)]
        ) { a, _ in
            let x = try a.tensor("input")
            let d = dimension == 1 && x.dim == 1 ? 0 : try x.resolve(dimension)
            if let sections = try a.optionalInteger("indices_or_sections"), sections < 1 || x.shape[d] % sections != 0 {
                throw TensorError("a number of parts that divides \(x.shape[d]) expected, got \(sections)")
            }
            return .list(try x.cut(a.value("indices_or_sections"), d))
        }
    }

    static let hsplit = cutting("hsplit", 1, "Parts of dimension 1, or of the only one.")
    static let vsplit = cutting("vsplit", 0, "Parts of dimension 0.")
    static let dsplit = cutting("dsplit", 2, "Parts of dimension 2.")

    static let unbind = Operator(
        "unbind",
        doc: "The places of a dimension, one after the other, as a list of views: "
            + "`for i, row in ipairs(x:unbind())`.",
        [.tensor("input"), dim], returns: list, faces: .usual,
        examples: [.init(.values(3, 2)), .init(.values(2, 3), -1)]
    ) { a, _ in
        let x = try a.tensor("input")
        let d = try x.resolve(a.integer("dim"))
        guard x.shape[d] <= 1 << 24 else { throw TensorError("at most 2^24 places expected, got \(x.shape[d])") }
        return .list(try (0..<x.shape[d]).map { try x.select(d, $0) })
    }
}

extension Tensor {
    /// Views of consecutive places of a dimension, so many of them as the sizes say. Their gradients come together in one
    /// piece.
    ///
    /// - Throws: `TensorError` where the sizes do not add up to the dimension's.
    public func parts(_ dimension: Int, _ sizes: [Int]) throws -> [Tensor] {
        let d = try resolve(dimension)
        var start = 0
        let views = try GradMode.set(false) {
            try sizes.map { size in
                defer { start += size }
                return try narrow(d, start: start, length: size)
            }
        }
        guard start == shape[d] else {
            throw TensorError("parts of \(shape[d]) places together expected, got \(describe(sizes))")
        }
        Tensor.record(SplitOperation(dimension: d), [self], views)
        return views
    }

    fileprivate func split(_ size: Int, _ dimension: Int) throws -> [Tensor] {
        let whole = shape[dimension]
        let count = whole == 0 ? 1 : (whole - 1) / size + 1
        guard count <= 1 << 24 else { throw TensorError("at most 2^24 parts expected, got \(count)") }
        return try parts(dimension, (0..<count).map { Swift.min(size, whole - $0 * size) })
    }

    /// Parts of nearly one size, or between the places of a list.
    fileprivate func cut(_ given: Value?, _ dimension: Int) throws -> [Tensor] {
        let size = shape[dimension]
        if case .list(let places)? = given {
            var starts = [0]
            starts += places.compactMap(\.integer).map { $0 < 0 ? max(0, $0 < -size ? 0 : $0 + size) : min($0, size) }
            return try starts.enumerated().map { i, start in
                try slice(dimension, start, i + 1 < starts.count ? starts[i + 1] : size)
            }
        }
        guard let sections = given?.integer, sections > 0, sections <= 1 << 24 else {
            throw TensorError("a number of parts of at least 1 expected")
        }
        return try parts(
            dimension, (0..<sections).map { size / sections + ($0 < size % sections ? 1 : 0) })
    }
}

private struct SplitOperation: Operation {
    let dimension: Int
    var name: String { "split" }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        let parts = try zip(gradients, kept.outputSpecs).map { gradient, spec in
            try gradient ?? .zeros(spec.shape, dtype: spec.dtype)
        }
        return [try .cat(parts, dimension)]
    }
}
