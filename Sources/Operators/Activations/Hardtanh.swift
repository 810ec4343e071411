extension Operators {
    static let hardtanh = Operator(
        "hardtanh", doc: "Elements brought into [`min_val`, `max_val`].",
        [.tensor("input"), .number("min_val", default: -1), .number("max_val", default: 1), .inplace],
        faces: [.functional, .layer("Hardtanh")],
        examples: [.init(.values(3, 4, away: 1)), .init(.values(3, 4), -1.5, 0.05)]
    ) { a, _ in
        let (low, high) = (try a.number("min_val"), try a.number("max_val"))
        guard low <= high else { throw TensorError("a 'min_val' of at most 'max_val', \(high), expected, got \(low)") }
        return .tensor(try function.activated(a, [low, high]))
    }

    private static let function: PointwiseFunction = {
        let (x, low, high) = (Expression.variable(0), Expression.parameter(0), Expression.parameter(1))
        return PointwiseFunction(
            "hardtanh", inputs: 1, parameters: 2, accepts: .numbers, value: .minimum(.maximum(x, low), high),
            gradients: [.select((x <= low) .| (x >= high), 0, .variable(2))])
    }()
}
