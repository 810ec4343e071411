/// A function of one number, applied element by element.
public enum UnaryOperation: Sendable, CaseIterable {
    case negate, absolute, exponential, logarithm, squareRoot, reciprocal, relu, sigmoid, tanh
}

/// A function of two numbers, applied element by element.
public enum BinaryOperation: Sendable, CaseIterable {
    case add, subtract, multiply, divide, maximum, minimum, power
    /// `a` where `b` is above 0 or a NaN, else 0: the gradient of a rectifier, with `b` its output.
    case keepWherePositive
    /// `a·b·(1 - b)`: the gradient of a sigmoid, with `b` its output.
    case sigmoidGradient
    /// `a·(1 - b²)`: the gradient of a hyperbolic tangent, with `b` its output.
    case tanhGradient
}

/// The arguments of an elementwise function of two arrays. A step of 0 repeats one value.
public struct Binary {
    public var count: Int
    public var a: UnsafePointer<Float>
    public var aStep: Int
    public var b: UnsafePointer<Float>
    public var bStep: Int
    public var result: UnsafeMutablePointer<Float>

    public init(
        count: Int, a: UnsafePointer<Float>, aStep: Int, b: UnsafePointer<Float>, bStep: Int,
        result: UnsafeMutablePointer<Float>
    ) {
        self.count = count
        self.a = a
        self.aStep = aStep
        self.b = b
        self.bStep = bStep
        self.result = result
    }
}
