extension Operators {
    static let celu = Operator(
        "celu", doc: "Negative elements replaced by `alpha` · (exp(x / `alpha`) - 1) (Barron, 2017).",
        [.tensor("input"), .number("alpha", default: 1), .inplace],
        faces: [.function, .functional, .layer("CELU")],
        examples: [.init(.values(3, 4, away: 0)), .init(.values(3, 4, away: 0), 0.5)]
    ) { a, _ in
        let alpha = try a.number("alpha")
        guard alpha != 0 else { throw TensorError("an 'alpha' other than 0 expected") }
        return .tensor(try function.activated(a, [alpha]))
    }

    private static let function: PointwiseFunction = {
        let (x, alpha) = (Expression.variable(0), Expression.parameter(0))
        return PointwiseFunction(
            "celu", inputs: 1, parameters: 1, accepts: .floating,
            value: .select(x <= 0, alpha * .expm1(x / alpha), x))
    }()
}
