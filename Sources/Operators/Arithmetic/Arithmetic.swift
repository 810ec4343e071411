extension Operators {
    static let add = Operator(
        "add", doc: "The sum, element by element, of the first and `alpha` times the other.",
        [.operand("input"), .operand("other")], options: [.number("alpha", default: 1)],
        faces: .elementwise + [.symbol(.add)],
        examples: [
            .init(.values(2, 1, 3), .values(4, 1)), .init(.values(2, 3), 1.5),
            .init(.values(2, 3), .values(3), options: ["alpha": 2.5]),
        ], inPlace: { a, _ in .tensor(try added.inPlace(operands(a))) }
    ) { a, _ in .tensor(try added.called(operands(a))) }

    static let sub = Operator(
        "sub", doc: "The difference, element by element, of the first and `alpha` times the other.",
        [.operand("input"), .operand("other")], options: [.number("alpha", default: 1)],
        faces: .elementwise + [.symbol(.subtract)],
        examples: [.init(.values(2, 3), .values(3)), .init(.values(2, 3), .values(2, 1), options: ["alpha": 0.5])],
        inPlace: { a, _ in .tensor(try subtracted.inPlace(operands(a))) }
    ) { a, _ in .tensor(try subtracted.called(operands(a))) }

    private static let added = PointwiseFunction("add", inputs: 2, value: .variable(0) + .variable(1))
    private static let subtracted = PointwiseFunction("sub", inputs: 2, value: .variable(0) - .variable(1))
    private static let multiplied = PointwiseFunction("mul", inputs: 2, value: .variable(0) * .variable(1))

    /// Both operands, the second times `alpha`.
    private static func operands(_ a: Arguments) throws -> [Operand] {
        let (input, other) = (try a.operand(at: 0), try a.operand(at: 1))
        switch a.value(at: 2) {
        case .number(1)?, .integer(1)?, nil: return [input, other]
        case .number(let alpha)?: return [input, .tensor(try multiplied.called([other, .number(alpha)]))]
        case .integer(let alpha)?: return [input, .tensor(try multiplied.called([other, .integer(alpha)]))]
        default: return [input, other]
        }
    }

    static let mul = Pointwise.binary(
        "mul", doc: "The product, element by element.", faces: .elementwise + [.symbol(.multiply)],
        examples: [.init(.values(2, 3), .values(2, 1)), .init(.values(2, 3), -2)]
    ) { $0 * $1 }

    static let div = Pointwise.binary(
        "div", doc: "The quotient, element by element; that of integers is float32.", typing: .floating,
        faces: .elementwise + [.symbol(.divide)],
        examples: [.init(.positive(2, 3), .positive(3)), .init(3.5, .positive(2, 3))]
    ) { $0 / $1 }

    static let neg = Pointwise(
        "neg", doc: "Each element negated.", typing: .common, faces: .elementwise + [.symbol(.negate)],
        examples: [.init(.values(2, 3))]
    ) { x, _ in -x }

    static let maximum = Pointwise.binary(
        "maximum", doc: "The larger, element by element; a NaN where either is one. Equal ones share the gradient.",
        faces: .usual, examples: [.init(.values(2, 3), .values(3))]
    ) { .maximum($0, $1) }

    static let minimum = Pointwise.binary(
        "minimum", doc: "The smaller, element by element; a NaN where either is one. Equal ones share the gradient.",
        faces: .usual, examples: [.init(.values(2, 3), .values(1, 3))]
    ) { .minimum($0, $1) }
}
