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

    static let clampMin = Pointwise.binary(
        "clamp_min", doc: "Elements below `min` replaced by it.", other: "min", faces: .elementwise,
        examples: [.init(.values(3, 4), 0.3), .init(.values(3, 4), .values(4))],
        gradients: { g, x, low, _ in [.select(x >= low, g, 0), .select(x < low, g, 0)] },
        value: { x, low in .maximum(x, low) })

    static let clampMax = Pointwise.binary(
        "clamp_max", doc: "Elements above `max` replaced by it.", other: "max", faces: .elementwise,
        examples: [.init(.values(3, 4), 0.3), .init(.values(3, 4), .values(4))],
        gradients: { g, x, high, _ in [.select(x <= high, g, 0), .select(x > high, g, 0)] },
        value: { x, high in .minimum(x, high) })

    /// The gradient flows where the element is within the bounds, or on one.
    static func clamp(_ x: Tensor, _ low: Operand?, _ high: Operand?) throws -> Tensor {
        let (low, high) = (low?.within(x.dtype), high?.within(x.dtype))
        return switch (low, high) {
        case (let low?, let high?): try both([.tensor(x), low, high])
        case (let low?, nil): try clampMin.function([.tensor(x), low])
        case (nil, let high?): try clampMax.function([.tensor(x), high])
        case (nil, nil): throw TensorError("at least one of 'min' and 'max' expected")
        }
    }

    private static let x = Expression.variable(0), low = Expression.variable(1)

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

extension Operand {
    /// A bound that an integer type cannot hold as the nearest that it can.
    fileprivate func within(_ dtype: DType) -> Operand {
        guard case .integer(let value) = self, let limits = dtype.integers else { return self }
        return .integer(min(max(value, limits.lowerBound), limits.upperBound))
    }
}
