extension Operators {
    static let sum = Operator(
        "sum", doc: "The sum of all elements, or along dimensions. Integers and truth values give int64.",
        [.tensor("input"), .dimensions, .keepdim], options: [.dtype], faces: .usual,
        examples: [
            .init(.values(2, 3, 4), [0, -1]), .init(.values(2, 3)),
            .init(.values(2, 3, 4), 1, options: ["keepdim": true]), .init(.integers(2, 3, below: 9)),
            .init(.values(2, 3), 1, options: ["dtype": "float64"]), .init(.truths([2, 3]), 0),
        ]
    ) { a, _ in
        let x = try a.tensor("input")
        let dtype = try a.dtype()
        let sum = try x.to(dtype ?? x.dtype).sum(a.optionalIntegers("dim"), keepDimensions: a.boolean("keepdim"))
        return .tensor(try sum.to(dtype ?? sum.dtype))
    }

    static let mean = Operator(
        "mean", doc: "The mean of all elements, or along dimensions.", [.tensor("input"), .dimensions, .keepdim],
        options: [.dtype], faces: .usual,
        examples: [
            .init(.values(2, 3, 4), [1], true), .init(.values(2, 3)),
            .init(.integers(2, 3, below: 9), 1, options: ["dtype": "float32"]),
        ]
    ) { a, _ in
        let x = try a.tensor("input")
        return .tensor(
            try x.to(a.dtype() ?? x.dtype).mean(a.optionalIntegers("dim"), keepDimensions: a.boolean("keepdim")))
    }
}

extension Tensor {
    /// The mean over some dimensions, or over all of them.
    public func mean(_ dimensions: [Int]? = nil, keepDimensions: Bool = false) throws -> Tensor {
        try expectFloatingPoint()
        let members = try reducedDimensions(dimensions).reduce(1) { $0 * shape[$1] }
        return try sum(dimensions, keepDimensions: keepDimensions) / Double(members)
    }
}
