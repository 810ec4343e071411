extension Operators {
    static let lerp = Operator(
        "lerp", doc: "The way from the first to `end`, of which `weight` says how much: 0 for none, 1 for all.",
        [.tensor("input"), .tensor("end"), .operand("weight")], faces: .elementwise,
        examples: [
            .init(.values(2, 3), .values(2, 3), 0.3), .init(.values(2, 3), .values(3), .values(2, 1)),
            .init(.values(2, 3), .values(2, 3), 0.8),
        ], inPlace: { a, _ in .tensor(try interpolated.inPlace(ends(a))) }
    ) { a, _ in .tensor(try interpolated(ends(a))) }

    private static func ends(_ a: Arguments) throws -> [Operand] {
        let (start, end) = (try a.tensor("input"), try a.tensor("end"))
        try start.expectFloatingPoint()
        guard end.dtype == start.dtype else {
            throw TensorError("\(start.dtype.rawValue) expected for 'end' as well, got \(end.dtype.rawValue)")
        }
        return [.tensor(start), .tensor(end), try a.operand("weight")]
    }

    static let interpolated: PointwiseFunction = {
        let (a, b, weight, g) = (
            Expression.variable(0), Expression.variable(1), Expression.variable(2), Expression.variable(4)
        )
        // From the nearer end, as PyTorch does.
        return PointwiseFunction(
            "lerp", inputs: 3, accepts: .floating,
            value: .select(.abs(weight) < 0.5, a + weight * (b - a), b - (b - a) * (1 - weight)),
            gradients: [g * (1 - weight), g * weight, g * (b - a)])
    }()

    static let addcmul = three(
        "addcmul", "The first plus `value` times the product of both others.",
        PointwiseFunction("addcmul", inputs: 3, parameters: 1, accepts: .numbers, value: first + value * second * third)
    )

    static let addcdiv = three(
        "addcdiv", "The first plus `value` times the quotient of both others.",
        PointwiseFunction(
            "addcdiv", inputs: 3, parameters: 1, accepts: .floating, value: first + value * (second / third)))

    private static let first = Expression.variable(0), second = Expression.variable(1), third = Expression.variable(2)
    private static let value = Expression.parameter(0)

    private static func three(_ name: String, _ doc: String, _ function: PointwiseFunction) -> Operator {
        @Sendable func operands(_ a: Arguments) throws -> [Operand] {
            let operands = try (["input", "tensor1", "tensor2"] as [StaticString]).map {
                Operand.tensor(try a.tensor($0))
            }
            if case .integer(let value)? = try a.value("value") { try operands.resultType.expectToHold(value) }
            return operands
        }
        return Operator(
            name, doc: doc, [.tensor("input"), .tensor("tensor1"), .tensor("tensor2")],
            options: [.number("value", default: 1)], faces: .elementwise,
            examples: [
                .init(.values(2, 3), .values(3), .positive(2, 1)),
                .init(.values(2, 3), .values(2, 3), .positive(3), options: ["value": 0.5]),
            ], inPlace: { a, _ in .tensor(try function.inPlace(operands(a), parameters: [a.number("value")])) }
        ) { a, _ in .tensor(try function(operands(a), parameters: [a.number("value")])) }
    }
}
