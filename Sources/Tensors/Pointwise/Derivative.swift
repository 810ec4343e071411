import KernelInterface

extension Expression {
    /// The derivative with respect to a variable, by the rules of the primitives; what is a step has a slope of 0.
    func derivative(_ variable: Int) -> Expression {
        switch self {
        case .variable(let place): return place == variable ? .one : .zero
        case .parameter, .constant: return .zero
        case .unary(let primitive, let x):
            let inner = x.derivative(variable)
            return inner == .zero ? .zero : slope(primitive, x) * inner
        case .binary(let primitive, let a, let b):
            let (da, db) = (a.derivative(variable), b.derivative(variable))
            return da == .zero && db == .zero ? .zero : derivative(primitive, a, b, da, db)
        case .select(let condition, let a, let b):
            return .chosen(condition, a.derivative(variable), b.derivative(variable))
        }
    }

    /// The slope of `self`, which is a primitive of `x`.
    private func slope(_ primitive: Primitive, _ x: Expression) -> Expression {
        let y = self
        switch primitive {
        case .negate: return -1
        case .absolute: return .sign(x)
        case .exp: return y
        case .expm1: return .exp(x)
        case .log: return 1 / x
        case .log1p: return 1 / (1 + x)
        case .log2: return 1 / (x * 0.6931471805599453)
        case .log10: return 1 / (x * 2.302585092994046)
        case .sqrt: return 0.5 / y
        case .rsqrt: return -0.5 * y * y * y
        case .reciprocal: return -(y * y)
        case .sin: return .unary(.cos, x)
        case .cos: return -.unary(.sin, x)
        case .tan: return 1 + y * y
        case .asin: return .unary(.rsqrt, 1 - x * x)
        case .acos: return -.unary(.rsqrt, 1 - x * x)
        case .atan: return 1 / (1 + x * x)
        case .sinh: return .unary(.cosh, x)
        case .cosh: return .unary(.sinh, x)
        case .tanh: return 1 - y * y
        case .asinh: return .unary(.rsqrt, x * x + 1)
        case .acosh: return .unary(.rsqrt, x * x - 1)
        case .atanh: return 1 / (1 - x * x)
        case .erf: return 1.1283791670955126 * .exp(-(x * x))
        case .erfc: return -1.1283791670955126 * .exp(-(x * x))
        case .sigmoid: return y * (1 - y)
        default: return .zero
        }
    }

    /// The derivative of `self`, which is a primitive of `a` and `b`, whose derivatives are given.
    private func derivative(
        _ primitive: Primitive, _ a: Expression, _ b: Expression, _ da: Expression, _ db: Expression
    ) -> Expression {
        let y = self
        switch primitive {
        case .add: return da + db
        case .subtract: return da - db
        case .multiply: return da * b + a * db
        case .divide: return da / b - y / b * db
        case .power:
            let base = .chosen(b .== 0, 0, b * .binary(.power, a, b - 1)) * da
            if db == .zero { return base }
            return base + .chosen((a .== 0) .& (b >= 0), 0, y * .log(a)) * db
        // Equal ones share the gradient; where one is NaN both have it, as in PyTorch.
        case .maximum:
            return .chosen(a .== b, 0.5 * (da + db), .chosen(a > b, da, .chosen(a < b, db, da + db)))
        case .minimum:
            return .chosen(a .== b, 0.5 * (da + db), .chosen(a < b, da, .chosen(a > b, db, da + db)))
        case .atan2:
            let square = a * a + b * b
            return .chosen(square .== 0, 0, (da * b - db * a) / square)
        case .hypot: return (a * da + b * db) / y
        case .fmod: return da - .unary(.trunc, a / b) * db
        case .remainder: return da - .unary(.floor, a / b) * db
        case .reluBackward: return .binary(.reluBackward, da, b)
        default: return .zero
        }
    }

    /// The second where the condition holds, else the third.
    private static func chosen(_ condition: Expression, _ a: Expression, _ b: Expression) -> Expression {
        a == b ? a : .select(condition, a, b)
    }
}
