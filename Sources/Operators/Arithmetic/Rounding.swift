extension Operators {
    private static func rounding(
        _ name: String, _ doc: String, _ value: (Expression) -> Expression
    ) -> Pointwise {
        Pointwise(
            name, doc: doc, typing: .common, accepts: .numbers, faces: .elementwise,
            examples: [.init(.values(2, 3, from: 0.1, to: 0.4)), .init(.values(2, 3, from: -1.4, to: -1.1))]
        ) { x, _ in value(x) }
    }

    static let floor = rounding("floor", "The largest integer that is not above each element.") { .call(.floor, $0) }
    static let ceil = rounding("ceil", "The smallest integer that is not below each element.") { .call(.ceil, $0) }
    static let trunc = rounding("trunc", "Each element without its fraction.") { .call(.trunc, $0) }

    static let frac = Pointwise(
        "frac", doc: "The fraction of each element, with its sign.", typing: .common, accepts: .floating,
        faces: .elementwise, examples: [.init(.values(2, 3, from: 0.1, to: 0.4))]
    ) { x, _ in x - .call(.trunc, x) }

    static let sign = Pointwise(
        "sign", doc: "1 for positive elements, -1 for negative ones, 0 for 0.", typing: .common, faces: .elementwise,
        examples: [.init(.values(2, 3, away: 0)), .init(.integers(3, below: 3))]
    ) { x, _ in .sign(x) }

    static let round = Operator(
        "round", doc: "The nearest integer, of two the even one; or the nearest number of so many decimals.",
        [.tensor("input")], options: [.integer("decimals", default: 0)], faces: .elementwise,
        examples: [
            .init(.values(2, 3, from: 0.1, to: 0.4)),
            .init(.values(2, 3, from: 1.11, to: 1.14), options: ["decimals": 1]),
            .init(.values(2, 3, from: 11, to: 14), options: ["decimals": -1]),
        ]
    ) { a, _ in
        let (x, decimals) = (try a.tensor("input"), try a.integer("decimals"))
        if decimals == 0 { return .tensor(try rounded(x)) }
        // Powers of ten that can be had exactly on either side of the point.
        let scale = Double.power(of: 10, Swift.abs(Swift.max(-400, Swift.min(400, decimals))))
        return .tensor(try (decimals > 0 ? roundedBehind : roundedBefore)(x, parameters: [scale]))
    }

    private static let x = Expression.variable(0), scale = Expression.parameter(0)
    private static let rounded = PointwiseFunction(
        "round", inputs: 1, accepts: .numbers, value: .call(.round, x))
    private static let roundedBehind = PointwiseFunction(
        "round", inputs: 1, parameters: 1, accepts: .floating, value: .call(.round, x * scale) / scale)
    private static let roundedBefore = PointwiseFunction(
        "round", inputs: 1, parameters: 1, accepts: .floating, value: .call(.round, x / scale) * scale)
}

extension Double {
    /// A whole power, by products.
    fileprivate static func power(of base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { product, _ in product * base }
    }
}
