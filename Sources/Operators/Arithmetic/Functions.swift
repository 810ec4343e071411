import KernelInterface

// Functions of one number that the C library has.
extension Operators {
    private static func function(
        _ name: String, _ doc: String, _ primitive: Primitive, faces: [Face] = .elementwise,
        on example: @autoclosure @escaping Lazy<Example.Given> = .values(2, 3),
        typing: PointwiseFunction.Typing = .floating,
        accepts: PointwiseFunction.Elements = .all
    ) -> Pointwise {
        Pointwise(name, doc: doc, typing: typing, accepts: accepts, faces: faces, examples: [.init(example())]) {
            x, _ in
            .call(primitive, x)
        }
    }

    static let abs = function(
        "abs", "The absolute value of each element.", .absolute, on: .values(2, 3, away: 0), typing: .common,
        accepts: .numbers)
    static let exp = function("exp", "e to the power of each element.", .exp)
    static let exp2 = Pointwise(
        "exp2", doc: "2 to the power of each element.", faces: .elementwise, examples: [.init(.values(2, 3))],
        gradient: { g, _, y, _ in g * (y * 0.6931471805599453) },
        value: { x, _ in .call(.power, 2, x) })
    static let expm1 = function("expm1", "exp(x) - 1 of each element, exact near 0.", .expm1)
    static let log = function("log", "The natural logarithm of each element.", .log, on: .positive(2, 3))
    static let log1p = function("log1p", "log(1 + x) of each element, exact near 0.", .log1p, on: .positive(2, 3))
    static let log2 = function("log2", "The logarithm to base 2 of each element.", .log2, on: .positive(2, 3))
    static let log10 = function("log10", "The logarithm to base 10 of each element.", .log10, on: .positive(2, 3))
    static let sqrt = function("sqrt", "The square root of each element.", .sqrt, on: .positive(2, 3))
    static let rsqrt = function("rsqrt", "1 / sqrt(x) of each element.", .rsqrt, on: .positive(2, 3))
    static let reciprocal = function("reciprocal", "1 / x of each element.", .reciprocal, on: .positive(2, 3))

    private static let fraction = Example.Given.values(2, 3, from: -0.8, to: 0.8)

    static let sin = function("sin", "The sine of each element, an angle in radians.", .sin)
    static let cos = function("cos", "The cosine of each element, an angle in radians.", .cos)
    static let tan = function("tan", "The tangent of each element, an angle in radians.", .tan, on: fraction)
    static let asin = function("asin", "The angle whose sine each element is, in radians.", .asin, on: fraction)
    static let acos = function("acos", "The angle whose cosine each element is, in radians.", .acos, on: fraction)
    static let atan = function("atan", "The angle whose tangent each element is, in radians.", .atan)
    static let sinh = function("sinh", "The hyperbolic sine of each element.", .sinh)
    static let cosh = function("cosh", "The hyperbolic cosine of each element.", .cosh)
    static let asinh = function("asinh", "The inverse hyperbolic sine of each element.", .asinh)
    static let acosh = function(
        "acosh", "The inverse hyperbolic cosine of each element.", .acosh, on: .values(2, 3, from: 1.2, to: 3))
    static let atanh = function("atanh", "The inverse hyperbolic tangent of each element.", .atanh, on: fraction)
    static let erf = function("erf", "The error function of each element.", .erf)
    static let erfc = function("erfc", "1 - erf(x) of each element, exact for large ones.", .erfc)

    static let sigmoid = function(
        "sigmoid", "1 / (1 + exp(-x)) of each element.", .sigmoid,
        faces: .elementwise + [.functional, .layer("Sigmoid")])
    static let tanh = function(
        "tanh", "The hyperbolic tangent of each element.", .tanh,
        faces: .elementwise + [.functional, .layer("Tanh")])

    static let deg2rad = Pointwise(
        "deg2rad", doc: "Angles in degrees as radians.", faces: .elementwise, examples: [.init(.values(2, 3))]
    ) { x, _ in x * .constant(.pi / 180) }
    static let rad2deg = Pointwise(
        "rad2deg", doc: "Angles in radians as degrees.", faces: .elementwise, examples: [.init(.values(2, 3))]
    ) { x, _ in x * .constant(180 / .pi) }
    static let sinc = Pointwise(
        "sinc", doc: "sin(πx) / (πx) of each element, 1 at 0.", faces: .elementwise,
        examples: [.init(.values(2, 3, away: 0))],
        gradient: { g, x, _, _ in
            let angle = x * .constant(.pi)
            return .select(x .== 0, 0, g * ((angle * .call(.cos, angle) - .call(.sin, angle)) / (angle * x)))
        },
        value: { x, _ in
            let angle = x * .constant(.pi)
            return .select(x .== 0, 1, .call(.sin, angle) / angle)
        })

    static let logit = Operator(
        "logit",
        doc: "log(x / (1 - x)) of each element, which is first brought into [eps, 1 - eps] where `eps` is given.",
        [.tensor("input"), .number("eps").optional], faces: .elementwise,
        examples: [.init(.values(2, 3, from: 0.2, to: 0.8)), .init(.values(2, 3, from: 0.2, to: 0.8), 0.1)]
    ) { a, _ in
        let x = try a.tensor("input")
        guard let eps = try a.optionalNumber("eps") else { return .tensor(try logOdds(x)) }
        return .tensor(try clampedLogOdds(x, parameters: [eps]))
    }

    private static let logOdds: PointwiseFunction = {
        let x = Expression.variable(0)
        return PointwiseFunction(
            "logit", inputs: 1, typing: .floating, value: .log(x / (1 - x)),
            gradients: [.select((x < 0) .| (x > 1), .sqrt(-1), .variable(2) / (x * (1 - x)))])
    }()

    private static let clampedLogOdds: PointwiseFunction = {
        let (x, eps) = (Expression.variable(0), Expression.parameter(0))
        let within = Expression.minimum(.maximum(x, eps), 1 - eps)
        return PointwiseFunction(
            "logit", inputs: 1, parameters: 1, typing: .floating, value: .log(within / (1 - within)),
            gradients: [.select((x < eps) .| (x > 1 - eps), 0, .variable(2) / (x * (1 - x)))])
    }()
}
