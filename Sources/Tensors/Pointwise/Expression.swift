import KernelInterface

/// A function of corresponding elements, as a tree of primitives over variables, parameters and constants.
///
///     let x = Expression.variable(0)
///     let softplus = log1p(exp(x))
public indirect enum Expression: Sendable, Hashable {
    /// An input; in gradients also the result and the gradient of the result.
    case variable(Int)
    /// A number that a call gives.
    case parameter(Int)
    case constant(Double)
    case unary(Primitive, Expression)
    case binary(Primitive, Expression, Expression)
    case select(Expression, Expression, Expression)

    static let zero = Expression.constant(0)
    static let one = Expression.constant(1)

    /// Every variable that occurs.
    var variables: Set<Int> {
        switch self {
        case .variable(let place): [place]
        case .parameter, .constant: []
        case .unary(_, let x): x.variables
        case .binary(_, let a, let b): a.variables.union(b.variables)
        case .select(let c, let a, let b): c.variables.union(a.variables).union(b.variables)
        }
    }

    /// The same with one part replaced.
    func replacing(_ replacement: (Expression, by: Expression)?) -> Expression {
        guard let replacement else { return self }
        if self == replacement.0 { return replacement.by }
        switch self {
        case .variable, .parameter, .constant: return self
        case .unary(let primitive, let x): return .unary(primitive, x.replacing(replacement))
        case .binary(let primitive, let a, let b):
            return .binary(primitive, a.replacing(replacement), b.replacing(replacement))
        case .select(let c, let a, let b):
            return .select(c.replacing(replacement), a.replacing(replacement), b.replacing(replacement))
        }
    }

    /// The same with other numbers for the variables.
    func renumbered(_ places: [Int: Int]) -> Expression {
        switch self {
        case .variable(let place): .variable(places[place] ?? place)
        case .parameter, .constant: self
        case .unary(let primitive, let x): .unary(primitive, x.renumbered(places))
        case .binary(let primitive, let a, let b): .binary(primitive, a.renumbered(places), b.renumbered(places))
        case .select(let c, let a, let b):
            .select(c.renumbered(places), a.renumbered(places), b.renumbered(places))
        }
    }
}

// MARK: How expressions are written

extension Expression: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    public init(floatLiteral value: Double) { self = .constant(value) }
    public init(integerLiteral value: Int) { self = .constant(Double(value)) }

    // What comes to nothing is left out: derivatives are full of it.
    public static func + (a: Expression, b: Expression) -> Expression {
        a == .zero ? b : b == .zero ? a : .binary(.add, a, b)
    }

    public static func - (a: Expression, b: Expression) -> Expression {
        b == .zero ? a : a == .zero ? -b : .binary(.subtract, a, b)
    }

    public static func * (a: Expression, b: Expression) -> Expression {
        if a == .zero || b == .zero { return .zero }
        return a == .one ? b : b == .one ? a : .binary(.multiply, a, b)
    }

    public static func / (a: Expression, b: Expression) -> Expression {
        a == .zero ? .zero : b == .one ? a : .binary(.divide, a, b)
    }

    public static prefix func - (x: Expression) -> Expression {
        if case .constant(let value) = x { return .constant(-value) }
        return .unary(.negate, x)
    }

    public static func < (a: Expression, b: Expression) -> Expression { .binary(.less, a, b) }
    public static func > (a: Expression, b: Expression) -> Expression { .binary(.less, b, a) }
    public static func <= (a: Expression, b: Expression) -> Expression { .binary(.lessOrEqual, a, b) }
    public static func >= (a: Expression, b: Expression) -> Expression { .binary(.lessOrEqual, b, a) }
    public static func .== (a: Expression, b: Expression) -> Expression { .binary(.equal, a, b) }
    public static func .!= (a: Expression, b: Expression) -> Expression { .binary(.notEqual, a, b) }
    public static func .& (a: Expression, b: Expression) -> Expression { .binary(.and, a, b) }
    public static func .| (a: Expression, b: Expression) -> Expression { .binary(.or, a, b) }

    /// A primitive of one number.
    public static func call(_ primitive: Primitive, _ x: Expression) -> Expression { .unary(primitive, x) }
    /// A primitive of two numbers.
    public static func call(_ primitive: Primitive, _ a: Expression, _ b: Expression) -> Expression {
        .binary(primitive, a, b)
    }

    public static func exp(_ x: Expression) -> Expression { .unary(.exp, x) }
    public static func expm1(_ x: Expression) -> Expression { .unary(.expm1, x) }
    public static func log(_ x: Expression) -> Expression { .unary(.log, x) }
    public static func log1p(_ x: Expression) -> Expression { .unary(.log1p, x) }
    public static func sqrt(_ x: Expression) -> Expression { .unary(.sqrt, x) }
    public static func tanh(_ x: Expression) -> Expression { .unary(.tanh, x) }
    public static func erf(_ x: Expression) -> Expression { .unary(.erf, x) }
    public static func sigmoid(_ x: Expression) -> Expression { .unary(.sigmoid, x) }
    public static func abs(_ x: Expression) -> Expression { .unary(.absolute, x) }
    public static func sign(_ x: Expression) -> Expression { .unary(.sign, x) }
    /// A NaN where either is one.
    public static func maximum(_ a: Expression, _ b: Expression) -> Expression { .binary(.maximum, a, b) }
    /// A NaN where either is one.
    public static func minimum(_ a: Expression, _ b: Expression) -> Expression { .binary(.minimum, a, b) }
    /// `log(1 + exp(x))` without leaving the range of the type.
    public static func softplus(_ x: Expression) -> Expression { maximum(x, 0) + log1p(exp(-abs(x))) }
}
