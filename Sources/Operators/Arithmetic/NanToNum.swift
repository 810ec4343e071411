extension Operators {
    static let nanToNum = Operator(
        "nan_to_num",
        doc: "NaN and infinite elements replaced: by 0 and the type's extremes where nothing else is given.",
        [.tensor("input"), .number("nan").optional, .number("posinf").optional, .number("neginf").optional],
        faces: .elementwise, examples: [.init(.values(2, 3)), .init(.values(2, 3), 1, 2, -2)]
    ) { a, _ in
        let x = try a.tensor("input")
        guard x.dtype.isFloatingPoint else { return .tensor(try x.clone()) }
        let greatest = x.dtype == .float64 ? Double.greatestFiniteMagnitude : Double(Float.greatestFiniteMagnitude)
        return .tensor(
            try finite(
                x,
                parameters: [
                    a.optionalNumber("nan") ?? 0, a.optionalNumber("posinf") ?? greatest,
                    a.optionalNumber("neginf") ?? -greatest,
                ]))
    }

    private static let finite: PointwiseFunction = {
        let x = Expression.variable(0)
        let isFinite = Expression.call(.not, .call(.isNaN, x - x))
        return PointwiseFunction(
            "nan_to_num", inputs: 1, parameters: 3,
            value: .select(
                isFinite, x,
                .select(.call(.isNaN, x), .parameter(0), .select(x > 0, .parameter(1), .parameter(2)))),
            gradients: [.select(isFinite, .variable(2), 0)])
    }()
}
