// What gradients themselves are made of; the operators that scripts know are declared with the others.

private let add = PointwiseFunction("add", inputs: 2, value: .variable(0) + .variable(1))
private let subtract = PointwiseFunction("sub", inputs: 2, value: .variable(0) - .variable(1))
private let multiply = PointwiseFunction("mul", inputs: 2, value: .variable(0) * .variable(1))
private let divide = PointwiseFunction("div", inputs: 2, typing: .floating, value: .variable(0) / .variable(1))
private let negate = PointwiseFunction("neg", inputs: 1, value: -Expression.variable(0))

extension Tensor {
    public static func + (a: Tensor, b: Tensor) throws -> Tensor { try add(a, b) }
    public static func - (a: Tensor, b: Tensor) throws -> Tensor { try subtract(a, b) }
    public static func * (a: Tensor, b: Tensor) throws -> Tensor { try multiply(a, b) }
    /// Integers give float32.
    public static func / (a: Tensor, b: Tensor) throws -> Tensor { try divide(a, b) }
    public static prefix func - (x: Tensor) throws -> Tensor { try negate(x) }

    public static func + (a: Tensor, b: Double) throws -> Tensor { try add(a, b) }
    public static func - (a: Tensor, b: Double) throws -> Tensor { try subtract(a, b) }
    public static func * (a: Tensor, b: Double) throws -> Tensor { try multiply(a, b) }
    public static func / (a: Tensor, b: Double) throws -> Tensor { try divide(a, b) }
}
