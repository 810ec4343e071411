extension Operators {
    static let whereFunction = Operator(
        "where",
        doc:
            "Elements of `input` where the condition holds, else of `other`; with the condition alone, the places where "
            + "it holds: for each dimension an int64 tensor of its positions.",
        [.tensor("condition"), .operand("input").optional, .operand("other").optional], faces: [.function],
        examples: [.init(.truths([2, 3]), .values(2, 3), .values(3)), .init(.truths([2, 3]), .values(2, 1), 0.5)]
    ) { a, _ in
        let condition = try a.tensor("condition")
        guard try a.has("input") || a.has("other") else {
            return .list(try (condition.dim == 0 ? condition.reshape([1]) : condition).nonzeroPlaces())
        }
        guard try a.has("input"), try a.has("other") else {
            throw TensorError("both of 'input' and 'other' expected beside the condition, or none")
        }
        return .tensor(try chosen(condition, a.operand("input"), a.operand("other")))
    }

    static let whereMethod = Operator(
        "where", doc: "The elements where the condition holds, else those of `other`.",
        [.tensor("input"), .tensor("condition"), .operand("other")], faces: [.method],
        examples: [.init(.values(2, 3), .truths([2, 3]), .values(3)), .init(.values(2, 1), .truths([2, 3]), 0.5)]
    ) { a, _ in .tensor(try chosen(a.tensor("condition"), a.operand("input"), a.operand("other"))) }

    static func chosen(_ condition: Tensor, _ a: Operand, _ b: Operand) throws -> Tensor {
        guard condition.dtype == .bool || condition.dtype == .uint8 else {
            throw TensorError("a bool condition expected, got \(condition.dtype.rawValue); compare, as in x:gt(0)")
        }
        let dtype = [a, b].resultType
        for case .integer(let number) in [a, b] { try dtype.expectToHold(number) }
        return try choice([.tensor(condition.dtype == .bool ? condition : condition.to(.bool)), a, b])
    }

    private static let choice: PointwiseFunction = {
        let (condition, a, b, g) = (
            Expression.variable(0), Expression.variable(1), Expression.variable(2), Expression.variable(4)
        )
        return PointwiseFunction(
            "where", inputs: 3, value: .select(condition, a, b),
            gradients: [0, .select(condition, g, 0), .select(condition, 0, g)])
    }()
}
