extension Operators {
    static let pow = Operator(
        "pow", doc: "Each element of the first to the power of the other.", [.operand("input"), .operand("exponent")],
        faces: .elementwise + [.symbol(.power)],
        examples: [
            .init(.positive(2, 3), 2.5), .init(.values(2, 3), 2), .init(.values(2, 3), 0), .init(.values(2, 3), 3),
            .init(.positive(2, 3), -0.5), .init(.positive(2, 3), .values(3)), .init(2.5, .values(2, 3)),
        ]
    ) { a, _ in
        let exponent = try a.operand("exponent")
        guard case .tensor(let base) = try a.operand("input") else {
            return .tensor(try power.called([a.operand("input"), exponent]))
        }
        return .tensor(try Operators.power(base, exponent))
    }

    static let square = Operator(
        "square", doc: "Each element times itself.", [.tensor("input")], faces: .elementwise,
        examples: [.init(.values(2, 3))]
    ) { a, _ in .tensor(try power(a.tensor("input"), .integer(2))) }

    static let floatPower = Operator(
        "float_power", doc: "Each element of the first to the power of the other, calculated and given as float64.",
        [.operand("input"), .operand("exponent")], faces: .elementwise,
        examples: [.init(.positive(2, 3), 2.5), .init(2, .values(2, 3)), .init(.integers(3, below: 4), 2)],
        inPlace: { a, _ in
            let base = try a.tensor("input")
            guard base.dtype == .float64 else {
                throw TensorError("float64 expected, got \(base.dtype.rawValue); convert with double()")
            }
            return .tensor(try power.inPlace([.tensor(base), a.operand("exponent")]))
        }
    ) { a, _ in
        let base = try a.operand("input").asTensor().to(.float64)
        guard case .tensor(let exponent) = try a.operand("exponent") else {
            return .tensor(try power(base, a.operand("exponent")))
        }
        return .tensor(try power(base, .tensor(exponent.to(.float64))))
    }

    /// PyTorch works out the usual exponents by products and roots, whose special values are other than a power's.
    static func power(_ base: Tensor, _ exponent: Operand) throws -> Tensor {
        let number: Double
        switch exponent {
        case .number(let value): number = value
        case .integer(let value): number = Double(value)
        default: return try power([.tensor(base), exponent])
        }
        if !base.dtype.isFloatingPoint {
            guard case .integer(let whole) = exponent else { return try power([.tensor(base), exponent]) }
            guard whole >= 0 else { throw TensorError("integers to negative powers are not allowed; use float()") }
            try base.dtype.expectToHold(whole)
            return try power([.tensor(base), exponent])
        }
        return switch number {
        case 2: try squared(base)
        case 3: try cube(base)
        case 0.5: try root(base)
        case 1.5: try cubedRoot(base)
        case -0.5: try inverseRoot(base)
        case -1: try inverse(base)
        case -2: try inverseSquare(base)
        default: try power([.tensor(base), exponent])
        }
    }

    private static func special(_ exponent: Double, _ value: (Expression) -> Expression) -> PointwiseFunction {
        let (x, g) = (Expression.variable(0), Expression.variable(2))
        let slope: Expression =
            switch exponent {
            case 2: 2 * x
            case 3: 3 * (x * x)
            case 0.5: 0.5 / .sqrt(x)
            case 1.5: 1.5 * .sqrt(x)
            default: .constant(exponent) * .call(.power, x, .constant(exponent - 1))
            }
        return PointwiseFunction("pow", inputs: 1, value: value(x), gradients: [g * slope])
    }

    private static let power = PointwiseFunction(
        "pow", inputs: 2, accepts: .numbers, value: .call(.power, .variable(0), .variable(1)))
    static let squared = special(2) { $0 * $0 }
    private static let cube = special(3) { $0 * $0 * $0 }
    private static let root = special(0.5) { .call(.sqrt, $0) }
    private static let cubedRoot = special(1.5) { .call(.power, $0, 1.5) }
    private static let inverseRoot = special(-0.5) { 1 / .call(.sqrt, $0) }
    private static let inverse = special(-1) { .call(.reciprocal, $0) }
    private static let inverseSquare = special(-2) { 1 / ($0 * $0) }
}
