import Kernels
import Tensors

// What can be said of the formulas of pointwise operators.

extension Expression {
    /// The same with expressions in the place of variables and parameters.
    func replacing(variables: (Int) -> Expression, parameters: (Int) -> Expression) -> Expression {
        func replaced(_ part: Expression) -> Expression {
            part.replacing(variables: variables, parameters: parameters)
        }
        switch self {
        case .variable(let place): return variables(place)
        case .parameter(let place): return parameters(place)
        case .constant: return self
        case .unary(let primitive, let x): return .unary(primitive, replaced(x))
        case .binary(let primitive, let a, let b): return .binary(primitive, replaced(a), replaced(b))
        case .select(let c, let a, let b): return .select(replaced(c), replaced(a), replaced(b))
        }
    }

    /// How many primitives it is made of.
    var length: Int {
        switch self {
        case .variable, .parameter, .constant: 0
        case .unary(_, let x): 1 + x.length
        case .binary(_, let a, let b): 1 + a.length + b.length
        case .select(let c, let a, let b): 1 + c.length + a.length + b.length
        }
    }

    /// Whether it is the larger of a variable and 0.
    func isRectifier(of variable: Int) -> Bool {
        guard case .binary(.maximum, let a, let b) = self else { return false }
        return a == .variable(variable) && b == .constant(0) || b == .variable(variable) && a == .constant(0)
    }

    /// `(scale, shift)` where it is `scale · x + shift` for the variable, the others having certain values.
    func line(of variable: Int, _ value: (Int) -> Double) -> (scale: Double, shift: Double)? {
        switch self {
        case .variable(let place): return place == variable ? (1, 0) : (0, value(place))
        case .parameter: return nil
        case .constant(let number): return (0, number)
        case .unary(.negate, let x): return x.line(of: variable, value).map { (-$0.scale, -$0.shift) }
        case .binary(let primitive, let left, let right):
            guard let a = left.line(of: variable, value), let b = right.line(of: variable, value) else { return nil }
            switch primitive {
            case .add: return (a.scale + b.scale, a.shift + b.shift)
            case .subtract: return (a.scale - b.scale, a.shift - b.shift)
            case .multiply where a.scale == 0: return (a.shift * b.scale, a.shift * b.shift)
            case .multiply where b.scale == 0: return (a.scale * b.shift, a.shift * b.shift)
            case .divide where b.scale == 0 && b.shift != 0: return (a.scale / b.shift, a.shift / b.shift)
            default: return nil
            }
        default: return nil
        }
    }
}
