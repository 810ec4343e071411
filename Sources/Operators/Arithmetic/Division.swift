import Kernels

extension Operators {
    static let div = Operator(
        "div",
        doc: "The quotient, element by element, that of integers a float32; or rounded, towards 0 (`trunc`) or down "
            + "(`floor`), in the type of the operands.",
        [.operand("input"), .operand("other")], options: [.choice("rounding_mode", of: ["trunc", "floor"]).optional],
        faces: .elementwise + [.symbol(.divide)],
        examples: [
            .init(.positive(2, 3), .positive(3)), .init(3.5, .positive(2, 3)),
            .init(.values(2, 3, from: 1.1, to: 1.4), 0.5, options: ["rounding_mode": "floor"]),
            .init(.values(2, 3, from: -1.4, to: -1.1), 0.5, options: ["rounding_mode": "trunc"]),
        ], inPlace: { a, _ in .tensor(try quotient(a).inPlace([a.operand(at: 0), a.operand(at: 1)])) }
    ) { a, _ in .tensor(try quotient(a).called([a.operand(at: 0), a.operand(at: 1)])) }

    static let trueDivide = Pointwise.binary(
        "true_divide", doc: "The quotient, element by element; that of integers is float32.", typing: .floating,
        faces: .elementwise, examples: [.init(.positive(2, 3), .positive(3))]
    ) { $0 / $1 }

    static let floorDivide = whole(
        "floor_divide", "The quotient rounded down, element by element; integers cannot be divided by 0.", floored,
        faces: .elementwise + [.symbol(.floorDivide)])

    static let remainder = whole(
        "remainder", "What a division leaves over, with the divisor's sign; integers cannot be divided by 0.",
        PointwiseFunction("remainder", inputs: 2, accepts: .numbers, value: .call(.remainder, a, b)),
        faces: .elementwise + [.symbol(.modulo)])

    static let fmod = whole(
        "fmod", "What a division leaves over, with the dividend's sign; integers cannot be divided by 0.",
        PointwiseFunction("fmod", inputs: 2, accepts: .numbers, value: .call(.fmod, a, b)), faces: .elementwise)

    private static let a = Expression.variable(0), b = Expression.variable(1)
    private static let quotient = PointwiseFunction("div", inputs: 2, typing: .floating, value: a / b)
    private static let truncated = PointwiseFunction("div", inputs: 2, accepts: .numbers, value: .call(.trunc, a / b))
    private static let floored = PointwiseFunction(
        "div", inputs: 2, accepts: .numbers, value: .call(.floorDivide, a, b))

    private static func quotient(_ a: Arguments) throws -> PointwiseFunction {
        guard case .string(let mode)? = a.value(at: 2) else { return quotient }
        try expectDivisor([a.operand(at: 0), a.operand(at: 1)])
        return mode == "floor" ? floored : truncated
    }

    private static func whole(
        _ name: String, _ doc: String, _ function: PointwiseFunction, faces: [Face]
    ) -> Operator {
        Operator(
            name, doc: doc, [.operand("input"), .operand("other")], faces: faces,
            examples: [
                .init(.values(2, 3, from: 1.1, to: 1.4), 0.5), .init(.values(2, 3, from: -1.4, to: -1.1), .positive(1)),
                .init(.integers(2, 3, below: 9), 4),
            ],
            inPlace: { a, _ in
                let operands = [try a.operand(at: 0), try a.operand(at: 1)]
                try expectDivisor(operands)
                return .tensor(try function.inPlace(operands))
            }
        ) { a, _ in
            let operands = [try a.operand(at: 0), try a.operand(at: 1)]
            try expectDivisor(operands)
            return .tensor(try function.called(operands))
        }
    }

    /// - Throws: `TensorError` where the quotients would be integers and a divisor is 0.
    private static func expectDivisor(_ operands: [Operand]) throws {
        guard !operands.contains(where: \.isFloatingPoint) else { return }
        let hasZero: Bool
        switch operands[1] {
        case .tensor(let divisor): hasZero = try eq(divisor.detach(), 0).containsTrue()
        default: hasZero = operands[1].number == 0
        }
        if hasZero { throw TensorError("ZeroDivisionError: integers cannot be divided by 0") }
    }
}

extension Operand {
    var isFloatingPoint: Bool {
        switch self {
        case .tensor(let tensor): tensor.dtype.isFloatingPoint
        case .number: true
        case .integer, .boolean: false
        }
    }
}

extension Tensor {
    /// Whether an element of a bool tensor is true.
    func containsTrue() throws -> Bool {
        let truths = try detach().contiguous()
        defer { extendLifetime(truths) }
        return kernels.nonzero(truths.count, truths.address(as: UInt8.self), nil) > 0
    }
}
