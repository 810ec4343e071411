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

    static let clampMin = bound("clamp_min", "Elements below `min` replaced by it.", "min") { x, low in
        try clamp(x, low, nil)
    }
    static let clampMax = bound("clamp_max", "Elements above `max` replaced by it.", "max") { x, high in
        try clamp(x, nil, high)
    }

    private static func bound(
        _ name: String, _ doc: String, _ bound: StaticString,
        _ body: @escaping @Sendable (Tensor, Operand) throws -> Tensor
    ) -> Operator {
        Operator(
            name, doc: doc, [.tensor("input"), .operand(bound)], faces: .elementwise,
            examples: [.init(.values(3, 4), 0.3), .init(.values(3, 4), .values(4))]
        ) { a, _ in .tensor(try body(a.tensor("input"), a.operand(at: 1))) }
    }

    static func clamp(_ x: Tensor, _ low: Operand?, _ high: Operand?) throws -> Tensor {
        let (low, high) = (try low?.bound(isLow: true, x.dtype), try high?.bound(isLow: false, x.dtype))
        let areNumbers = low?.tensor == nil && high?.tensor == nil
        return switch (low, high) {
        case (let low?, let high?): try (areNumbers ? betweenNumbers : between)([.tensor(x), low, high])
        case (let low?, nil): try (areNumbers ? aboveNumber : above)([.tensor(x), low])
        case (nil, let high?): try (areNumbers ? belowNumber : below)([.tensor(x), high])
        case (nil, nil): throw TensorError("at least one of 'min' and 'max' expected")
        }
    }

    private static let x = Expression.variable(0), bound = Expression.variable(1)
    private static let highest = Expression.variable(2)

    // Elements on a bound that is a tensor's share the gradient with it.
    private static let above = PointwiseFunction("clamp", inputs: 2, accepts: .numbers, value: .maximum(x, bound))
    private static let below = PointwiseFunction("clamp", inputs: 2, accepts: .numbers, value: .minimum(x, bound))
    private static let between = PointwiseFunction(
        "clamp", inputs: 3, accepts: .numbers, value: .minimum(.maximum(x, bound), highest))

    // Elements on a bound that is a number have none.
    private static let aboveNumber = PointwiseFunction(
        "clamp", inputs: 2, accepts: .numbers, value: .maximum(x, bound),
        gradients: [.select(x > bound, .variable(3), 0), 0])
    private static let belowNumber = PointwiseFunction(
        "clamp", inputs: 2, accepts: .numbers, value: .minimum(x, bound),
        gradients: [.select(x < bound, .variable(3), 0), 0])
    private static let betweenNumbers = PointwiseFunction(
        "clamp", inputs: 3, accepts: .numbers, value: .minimum(.maximum(x, bound), highest),
        gradients: [.select((x > bound) .& (x < highest), .variable(4), 0), 0, 0])
}

extension Operand {
    /// A bound that an integer type cannot hold, as the nearest that it can.
    ///
    /// - Throws: `TensorError` where all numbers of the type are beyond it.
    fileprivate func bound(isLow: Bool, _ dtype: DType) throws -> Operand {
        guard case .integer(let value) = self, let limits = dtype.integers, !limits.contains(value) else { return self }
        guard isLow == (value < limits.lowerBound) else { throw TensorError("\(dtype.rawValue) cannot hold \(value)") }
        return .integer(isLow ? limits.lowerBound : limits.upperBound)
    }
}
