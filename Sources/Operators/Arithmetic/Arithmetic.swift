extension Operators {
    static let add = Operator(
        "add", doc: "The sum, element by element, of the first and `alpha` times the other.",
        [.operand("input"), .operand("other")], options: [.number("alpha", default: 1)],
        faces: .elementwise + [.symbol(.add)],
        examples: [
            .init(.values(2, 1, 3), .values(4, 1)), .init(.values(2, 3), 1.5),
            .init(.values(2, 3), .values(3), options: ["alpha": 2.5]),
        ], inPlace: { a, _ in .tensor(try inPlace(a, isDifference: false)) },
        ofTwo: { try added.called([$0, $1]) }
    ) { a, _ in .tensor(try called([a.operand(at: 0), a.operand(at: 1)], isDifference: false, a)) }

    static let sub = Operator(
        "sub", doc: "The difference, element by element, of the first and `alpha` times the other.",
        [.operand("input"), .operand("other")], options: [.number("alpha", default: 1)],
        faces: .elementwise + [.symbol(.subtract)],
        examples: [.init(.values(2, 3), .values(3)), .init(.values(2, 3), .values(2, 1), options: ["alpha": 0.5])],
        inPlace: { a, _ in .tensor(try inPlace(a, isDifference: true)) },
        ofTwo: { a, b in
            try expectNumbers([a, b])
            return try subtracted.called([a, b])
        }
    ) { a, _ in .tensor(try called([a.operand(at: 0), a.operand(at: 1)], isDifference: true, a)) }

    static let rsub = Operator(
        "rsub", doc: "The difference, element by element, of the other and `alpha` times the first.",
        [.operand("input"), .operand("other")], options: [.number("alpha", default: 1)], faces: [.function],
        examples: [.init(.values(2, 3), .values(3)), .init(.values(2, 3), 2, options: ["alpha": 0.5])]
    ) { a, _ in .tensor(try called([a.operand(at: 1), a.operand(at: 0)], isDifference: true, a)) }

    private static func called(_ operands: [Operand], isDifference: Bool, _ a: Arguments) throws -> Tensor {
        let (function, alpha) = try sum(operands, isDifference: isDifference, a)
        return try function.called(operands, parameters: alpha)
    }

    private static func inPlace(_ a: Arguments, isDifference: Bool) throws -> Tensor {
        let operands = [try a.operand(at: 0), try a.operand(at: 1)]
        let (function, alpha) = try sum(operands, isDifference: isDifference, a)
        return try function.inPlace(operands, parameters: alpha)
    }

    private static let added = PointwiseFunction("add", inputs: 2, value: .variable(0) + .variable(1))
    private static let subtracted = PointwiseFunction("sub", inputs: 2, value: .variable(0) - .variable(1))
    private static let addedTimes = PointwiseFunction(
        "add", inputs: 2, parameters: 1, value: .variable(0) + .parameter(0) * .variable(1))
    private static let subtractedTimes = PointwiseFunction(
        "sub", inputs: 2, parameters: 1, value: .variable(0) - .parameter(0) * .variable(1))

    /// The function of both operands, and `alpha` where it is not 1.
    private static func sum(_ operands: [Operand], isDifference: Bool, _ a: Arguments) throws -> (
        PointwiseFunction, [Double]
    ) {
        if isDifference { try expectNumbers(operands) }
        let alpha = a.value(at: 2)?.number ?? 1
        if alpha == 1 { return (isDifference ? subtracted : added, []) }
        if !operands.contains(where: \.isFloatingPoint) {
            guard let whole = Int(exactly: alpha) else {
                throw TensorError("an integer 'alpha' expected for integers, got \(alpha)")
            }
            let dtype = operands.resultType
            try dtype.expectToHold(whole)
            if dtype == .bool { return (addedTimes, [whole == 0 ? 0 : 1]) }
        }
        return (isDifference ? subtractedTimes : addedTimes, [alpha])
    }

    private static func expectNumbers(_ operands: [Operand]) throws {
        if operands.contains(where: \.isBool) {
            throw TensorError("bool elements cannot be subtracted; use logical_xor() or convert with long()")
        }
    }

    static let mul = Pointwise.binary(
        "mul", doc: "The product, element by element.", faces: .elementwise + [.symbol(.multiply)],
        examples: [.init(.values(2, 3), .values(2, 1)), .init(.values(2, 3), -2)]
    ) { $0 * $1 }

    static let neg = Pointwise(
        "neg", doc: "Each element negated.", typing: .common, accepts: .numbers,
        faces: .elementwise + [.symbol(.negate)],
        examples: [.init(.values(2, 3))]
    ) { x, _ in -x }

    static let positive = Operator(
        "positive", doc: "The tensor itself, which is one of numbers.", [.tensor("input")], faces: .usual,
        examples: [.init(.values(2, 3))]
    ) { a, _ in
        let x = try a.tensor("input")
        guard x.dtype != .bool else { throw TensorError("numbers expected, got bool; convert with long()") }
        return .tensor(x)
    }
}

extension Operand {
    fileprivate var isBool: Bool {
        switch self {
        case .tensor(let tensor): tensor.dtype == .bool
        case .boolean: true
        case .number, .integer: false
        }
    }
}
