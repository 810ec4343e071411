import KernelInterface
import Operators
import Tensors
import Tracing

/// Puts an expression together from ONNX's operators, each part that occurs twice once.
///
/// Numbers are calculated in the type that Nightjar's kernels calculate in, float32, float64 or int64; truth values are
/// bool until a number is needed of them.
struct ExpressionWriter {
    let graph: GraphBuilder
    private let call: Call
    private let expression: Expression
    private let parameters: [Double]
    /// What the variables are: an input, or a number.
    private let operands: [Operand]
    /// What numbers are calculated in.
    let type: DType
    private var known: [Expression: Wire] = [:]

    private enum Operand {
        case wire(Wire)
        case number(Double)
    }

    init(_ application: PointwiseApplication, _ call: Call) {
        (graph, self.call) = (call.graph, call)
        (expression, parameters) = (application.function.value, application.parameters)
        var rest = call.inputs[...]
        operands = application.numbers.map { number in
            if let number { return .number(number.number) }
            return rest.popFirst().map { .wire($0) } ?? .number(0)
        }
        // That of the result; what is compared has the operands' own.
        if case .floating = application.function.typing {
            type = call.dtype
        } else {
            type = Self.common(call.inputs, application.numbers.compactMap(\.self), call.dtype)
        }
    }

    private static func common(_ inputs: [Wire], _ numbers: [Tensors.Operand], _ result: DType) -> DType {
        if result.isFloatingPoint { return result }
        let types = inputs.map(\.dtype)
        if types.contains(.float64) { return .float64 }
        let hasNumber = numbers.contains { if case .number = $0 { true } else { false } }
        return types.contains(.float32) || hasNumber ? .float32 : .int64
    }

    mutating func result() throws -> Wire { try write(expression) }

    /// The wire of a part.
    mutating func write(_ expression: Expression) throws -> Wire {
        if let wire = known[expression] { return wire }
        let wire = try make(expression)
        known[expression] = wire
        return wire
    }

    private mutating func make(_ expression: Expression) throws -> Wire {
        switch expression {
        case .variable(let place):
            switch operands[place] {
            case .number(let value): return try graph.scalar(value, type)
            case .wire(let wire): return wire.dtype == .bool ? wire : graph.cast(wire, type)
            }
        case .parameter(let place): return try graph.scalar(parameters[place], type)
        case .constant(let value): return try graph.scalar(value, type)
        case .unary(let primitive, let x): return try unary(primitive, x)
        case .binary(let primitive, let a, let b): return try binary(primitive, a, b)
        case .select(let condition, let a, let b):
            return try choose(truth(condition), number(a), number(b))
        }
    }

    /// A part as a number.
    mutating func number(_ expression: Expression) throws -> Wire { graph.cast(try write(expression), type) }

    /// A part as a truth value: whether it is not 0.
    mutating func truth(_ expression: Expression) throws -> Wire {
        let wire = try write(expression)
        if wire.dtype == .bool { return wire }
        return graph.unary("Not", try graph.binary("Equal", wire, graph.scalar(0, type), .bool))
    }

    func choose(_ condition: Wire, _ a: Wire, _ b: Wire) throws -> Wire {
        guard let both = a.shape.broadcast(with: b.shape), let shape = both.broadcast(with: condition.shape) else {
            throw refuse("operands of these shapes have")
        }
        return graph.add("Where", [condition, a, b], shape: shape, a.dtype)
    }

    func refuse(_ what: String) -> any Error { call.refuse("\(call.name): \(what) no ONNX operator") }

    private mutating func unary(_ primitive: Primitive, _ x: Expression) throws -> Wire {
        if primitive == .not { return graph.unary("Not", try truth(x)) }
        let x = try number(x)
        if type == .int64, let wire = try integer(primitive, x) { return wire }
        func one(_ kind: String) -> Wire { graph.unary(kind, x) }
        func with(_ kind: String, _ a: Wire, _ value: Double) throws -> Wire {
            try graph.binary(kind, a, graph.scalar(value, type))
        }
        switch primitive {
        case .negate: return one("Neg")
        case .absolute: return one("Abs")
        case .exp: return one("Exp")
        case .expm1: return try with("Sub", one("Exp"), 1)
        case .log: return one("Log")
        case .log1p: return graph.unary("Log", try with("Add", x, 1))
        case .log2: return try with("Mul", one("Log"), 1.4426950408889634)
        case .log10: return try with("Mul", one("Log"), 0.4342944819032518)
        case .sqrt: return one("Sqrt")
        case .rsqrt: return graph.unary("Reciprocal", one("Sqrt"))
        case .reciprocal: return one("Reciprocal")
        case .sin: return one("Sin")
        case .cos: return one("Cos")
        case .tan: return one("Tan")
        case .asin: return one("Asin")
        case .acos: return one("Acos")
        case .atan: return one("Atan")
        case .sinh: return one("Sinh")
        case .cosh: return one("Cosh")
        case .tanh: return one("Tanh")
        case .asinh: return one("Asinh")
        case .acosh: return one("Acosh")
        case .atanh: return one("Atanh")
        case .erf: return one("Erf")
        case .erfc: return try graph.binary("Sub", graph.scalar(1, type), one("Erf"))
        case .floor: return one("Floor")
        case .ceil: return one("Ceil")
        case .round: return one("Round")
        case .trunc: return try graph.binary("Mul", one("Sign"), graph.unary("Floor", one("Abs")))
        case .sign: return one("Sign")
        case .sigmoid: return one("Sigmoid")
        case .isNaN: return graph.unary("IsNaN", x, .bool)
        default: throw refuse("\(primitive) has")
        }
    }

    /// What of the same is another thing for integers.
    private func integer(_ primitive: Primitive, _ x: Wire) throws -> Wire? {
        switch primitive {
        case .floor, .ceil, .round, .trunc: return x
        case .isNaN: return try graph.binary("Less", x, x, .bool)
        case .bitNot:
            // As two's complement has it.
            return try graph.binary("Sub", graph.unary("Neg", x), graph.scalar(1, .int64))
        default: return nil
        }
    }
}
