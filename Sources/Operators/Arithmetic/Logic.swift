// Truth values of anything that is not 0, kinds of numbers, and the bits of integers.
extension Operators {
    // In place they leave gradients as they are, as PyTorch's do.
    private static func logical(
        _ name: String, _ doc: String, _ value: (Expression, Expression) -> Expression
    ) -> Pointwise {
        .binary(
            name, doc: doc, takesNumbers: false, leavesHistory: true, typing: .truth, faces: .elementwise,
            examples: [.init(.truths([2, 3]), .truths([3])), .init(.integers(4, below: 3), .values(4))], value: value)
    }

    static let logicalAnd = logical("logical_and", "Where neither is 0.") { .call(.and, $0, $1) }
    static let logicalOr = logical("logical_or", "Where one at least is not 0.") { .call(.or, $0, $1) }
    static let logicalXor = logical("logical_xor", "Where one of both is not 0.") { .call(.xor, $0, $1) }
    static let logicalNot = Pointwise(
        "logical_not", doc: "Where elements are 0.", leavesHistory: true, typing: .truth, faces: .elementwise,
        examples: [.init(.truths([2, 3])), .init(.integers(4, below: 2))]
    ) { x, _ in .call(.not, x) }

    // Differences with itself are 0 for finite numbers alone.
    private static func kind(_ name: String, _ doc: String, _ value: (Expression) -> Expression) -> Pointwise {
        Pointwise(name, doc: doc, typing: .truth, faces: .usual, examples: [.init(.values(2, 3))]) { x, _ in value(x) }
    }

    static let isnan = kind("isnan", "Where elements are NaN.") { .call(.isNaN, $0) }
    static let isfinite = kind("isfinite", "Where elements are neither infinite nor NaN.") {
        .call(.not, .call(.isNaN, $0 - $0))
    }
    static let isinf = kind("isinf", "Where elements are infinite.") {
        .call(.isNaN, $0 - $0) .& .call(.not, .call(.isNaN, $0))
    }
    static let isposinf = kind("isposinf", "Where elements are +infinity.") { .call(.isNaN, $0 - $0) .& ($0 > 0) }
    static let isneginf = kind("isneginf", "Where elements are -infinity.") { .call(.isNaN, $0 - $0) .& ($0 < 0) }

    private static func bitwise(
        _ name: String, _ doc: String, _ value: (Expression, Expression) -> Expression
    ) -> Pointwise {
        .binary(
            name, doc: doc, accepts: .integers, faces: .elementwise,
            examples: [
                .init(.integers(2, 3, below: 99), .integers(3, below: 99)), .init(.truths([4]), .truths([4])),
                .init(.integers(4, below: 99), 6),
            ], value: value)
    }

    static let bitwiseAnd = bitwise("bitwise_and", "The bits that both have.") { .call(.bitAnd, $0, $1) }
    static let bitwiseOr = bitwise("bitwise_or", "The bits that one at least has.") { .call(.bitOr, $0, $1) }
    static let bitwiseXor = bitwise("bitwise_xor", "The bits that one of both has.") { .call(.bitXor, $0, $1) }
    static let bitwiseNot = Operator(
        "bitwise_not", doc: "Each integer with its bits turned over, each truth value the other one.",
        [.tensor("input")], faces: .elementwise,
        examples: [.init(.integers(2, 3, below: 99)), .init(.truths([4]))]
    ) { a, _ in
        let x = try a.tensor("input")
        return .tensor(try x.dtype == .bool ? logicalNot(x) : bitsTurned(x))
    }

    private static let bitsTurned = PointwiseFunction(
        "bitwise_not", inputs: 1, accepts: .integers, value: .call(.bitNot, .variable(0)))
}
