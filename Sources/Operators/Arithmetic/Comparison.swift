extension Operators {
    private static func comparison(
        _ name: String, _ doc: String, _ value: (Expression, Expression) -> Expression
    ) -> Pointwise {
        .binary(
            name, doc: doc, typing: .truth, faces: .elementwise,
            examples: [.init(.values(2, 3), .values(3)), .init(.integers(4, below: 3), 1)], value: value)
    }

    static let eq = comparison("eq", "Where both are equal.") { $0 .== $1 }
    static let ne = comparison("ne", "Where they differ.") { $0 .!= $1 }
    static let lt = comparison("lt", "Where the first is less.") { $0 < $1 }
    static let le = comparison("le", "Where the first is less or equal.") { $0 <= $1 }
    static let gt = comparison("gt", "Where the first is greater.") { $0 > $1 }
    static let ge = comparison("ge", "Where the first is greater or equal.") { $0 >= $1 }

    static let isclose = Operator(
        "isclose", doc: "Where both are nearly equal: their difference is at most `atol` + `rtol` · |other|.",
        [.tensor("input"), .tensor("other")] + tolerances, faces: .usual,
        examples: [.init(.values(2, 3), .values(2, 3)), .init(.values(2, 3), .values(2, 3), 0.5, 0.5, true)]
    ) { a, _ in .tensor(try close(a)) }

    static let allclose = Operator(
        "allclose", doc: "Whether all elements are nearly equal: `isclose` everywhere.",
        [.tensor("input"), .tensor("other")] + tolerances, returns: .boolean(), faces: .usual,
        examples: [.init(.values(2, 3), .values(2, 3)), .init(.values(2, 3), .values(2, 3), 0.5, 9, true)]
    ) { a, _ in .boolean(try !logicalNot(close(a)).containsTrue()) }

    static let equal = Operator(
        "equal", doc: "Whether both have the same shape and equal elements.", [.tensor("input"), .tensor("other")],
        returns: .boolean(), faces: .usual, examples: [.init(.values(2, 3), .values(2, 3))]
    ) { a, _ in
        let (x, y) = (try a.tensor("input"), try a.tensor("other"))
        return .boolean(try x.shape == y.shape && !ne(x.detach(), y.detach()).containsTrue())
    }

    private static let tolerances: [Argument] = [
        .number("rtol", min: 0, default: 1e-5), .number("atol", min: 0, default: 1e-8),
        .boolean("equal_nan", "whether NaNs are equal", default: false),
    ]

    private static func close(_ a: Arguments) throws -> Tensor {
        let (x, y) = (try a.tensor("input"), try a.tensor("other"))
        guard x.dtype == y.dtype else {
            throw TensorError("tensors of one type expected, got \(x.dtype.rawValue) and \(y.dtype.rawValue)")
        }
        let parameters = [try a.number("rtol"), try a.number("atol"), try a.boolean("equal_nan") ? 1 : 0]
        let isFloat = x.dtype.isFloatingPoint
        return try nearlyEqual(isFloat ? x : x.to(.float64), isFloat ? y : y.to(.float64), parameters: parameters)
    }

    private static let nearlyEqual: PointwiseFunction = {
        let (a, b) = (Expression.variable(0), Expression.variable(1))
        let (rtol, atol, isNaNEqual) = (Expression.parameter(0), Expression.parameter(1), Expression.parameter(2))
        let areNaN = .call(.isNaN, a) .& .call(.isNaN, b) .& isNaNEqual
        // Infinite ones are close to nothing but themselves.
        let difference = Expression.abs(a - b)
        let isNear = (difference <= atol + .abs(rtol * b)) .& .call(.not, .call(.isNaN, difference - difference))
        return PointwiseFunction(
            "isclose", inputs: 2, parameters: 3, typing: .truth, value: (a .== b) .| areNaN .| isNear)
    }()
}
