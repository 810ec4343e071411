// Functions of two numbers beyond arithmetic.
extension Operators {
    static let atan2 = Pointwise.binary(
        "atan2", doc: "The angle of the point (other, input), in radians.", takesNumbers: false, typing: .floating,
        faces: .elementwise, examples: [.init(.positive(2, 3), .positive(3))]
    ) { .call(.atan2, $0, $1) }

    static let hypot = Pointwise.binary(
        "hypot", doc: "The hypotenuse of a right triangle with these legs.", takesNumbers: false,
        accepts: .floating, faces: .elementwise, examples: [.init(.positive(2, 3), .positive(3))]
    ) { .call(.hypot, $0, $1) }

    static let copysign = Pointwise.binary(
        "copysign", doc: "The first with the sign of the other.", typing: .floating, faces: .elementwise,
        examples: [.init(.values(2, 3, away: 0), .values(3, away: 0)), .init(.values(2, 3, away: 0), -1)],
        gradients: { g, a, _, y in [.select(a .== 0, 0, g * (y / a)), 0] },
        value: { .call(.copySign, $0, $1) })

    static let heaviside = Operator(
        "heaviside", doc: "0 for negative elements, 1 for positive ones, `values` for 0.",
        [.tensor("input"), .tensor("values")], faces: .elementwise,
        examples: [.init(.values(2, 3, away: 0), .values(3))]
    ) { a, _ in
        let (x, values) = (try a.tensor("input"), try a.tensor("values"))
        guard x.dtype == values.dtype else {
            throw TensorError("values of type \(x.dtype.rawValue) expected, got \(values.dtype.rawValue)")
        }
        return .tensor(try step(x, values))
    }

    private static let step: PointwiseFunction = {
        let (x, values) = (Expression.variable(0), Expression.variable(1))
        return PointwiseFunction(
            "heaviside", inputs: 2, value: .select(x .== 0, values, x > 0),
            gradients: [0, 0])
    }()

    static let xlogy = Pointwise.binary(
        "xlogy", doc: "input · log(other), and 0 where the input is 0.", typing: .floating, faces: .elementwise,
        examples: [.init(.values(2, 3, away: 0), .positive(3)), .init(2.5, .positive(2, 3))],
        gradients: { g, a, b, _ in [.select((a .== 0) .& (b <= 0), 0, g * .log(b)), g * (a / b)] },
        value: { a, b in .select((a .== 0) .& .call(.not, .call(.isNaN, b)), 0, a * .log(b)) })

    static let logaddexp = Pointwise.binary(
        "logaddexp", doc: "log(exp(input) + exp(other)), without leaving the range of the type.",
        takesNumbers: false, accepts: .floating, faces: .usual,
        examples: [.init(.values(2, 3), .values(3))],
        gradients: { g, a, b, _ in [g / (1 + .exp(b - a)), g / (1 + .exp(a - b))] },
        // Infinite ones have no difference.
        value: { a, b in
            .select(a .== b, a + 0.6931471805599453, .maximum(a, b) + .log1p(.exp(-.abs(a - b))))
        })
}
