extension Operators {
    static let clamp = Operator(
        "clamp",
        doc: "Elements below `min` or above `max` replaced by these: numbers or tensors, at least one of them.",
        [.tensor("input"), .operand("min").optional, .operand("max").optional], faces: .elementwise,
        examples: [
            .init(.values(3, 4), -0.9, 1.3), .init(.values(3, 4), 0.3), .init(.values(3, 4), options: ["max": 0.4]),
            .init(.values(3, 4), .values(4, from: -2, to: 0), .values(3, 1, from: 0, to: 2)),
        ]
    ) { a, _ in
        let low = try a.has("min") ? a.operand("min") : nil
        let high = try a.has("max") ? a.operand("max") : nil
        return .tensor(try clamp(a.tensor("input"), low, high))
    }

    /// The gradient flows where the element is within the bounds, or on one.
    static func clamp(_ x: Tensor, _ low: Operand?, _ high: Operand?) throws -> Tensor {
        switch (low, high) {
        case (let low?, let high?): try both([.tensor(x), low, high])
        case (let low?, nil): try below([.tensor(x), low])
        case (nil, let high?): try above([.tensor(x), high])
        case (nil, nil): throw TensorError("at least one of 'min' and 'max' expected")
        }
    }

    private static let x = Expression.variable(0), low = Expression.variable(1)

    private static let below = PointwiseFunction(
        "clamp", inputs: 2, value: .maximum(x, low),
        gradients: [.select(x >= low, .variable(3), 0), .select(x < low, .variable(3), 0)])
    private static let above = PointwiseFunction(
        "clamp", inputs: 2, value: .minimum(x, low),
        gradients: [.select(x <= low, .variable(3), 0), .select(x > low, .variable(3), 0)])
    private static let both: PointwiseFunction = {
        let (high, g) = (Expression.variable(2), Expression.variable(4))
        return PointwiseFunction(
            "clamp", inputs: 3, value: .minimum(.maximum(x, low), high),
            gradients: [
                .select((x >= low) .& (x <= high), g, 0), .select((x < low) .& (low < high), g, 0),
                .select((x > high) .| (low >= high), g, 0),
            ])
    }()
}
