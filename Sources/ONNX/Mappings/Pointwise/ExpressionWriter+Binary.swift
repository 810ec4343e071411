import KernelInterface
import Tensors
import Tracing

extension ExpressionWriter {
    mutating func binary(_ primitive: Primitive, _ a: Expression, _ b: Expression) throws -> Wire {
        switch primitive {
        case .and: return try graph.binary("And", truth(a), truth(b))
        case .or: return try graph.binary("Or", truth(a), truth(b))
        case .xor: return try graph.binary("Xor", truth(a), truth(b))
        case .bitAnd: return try bits("And", a, b)
        case .bitOr: return try bits("Or", a, b)
        case .bitXor: return try bits("Xor", a, b)
        default: break
        }
        return try arithmetic(primitive, number(a), number(b))
    }

    private mutating func bits(_ kind: String, _ a: Expression, _ b: Expression) throws -> Wire {
        let (x, y) = (try write(a), try write(b))
        if x.dtype == .bool, y.dtype == .bool { return try graph.binary(kind, x, y) }
        guard graph.opset >= 18 else {
            throw graph.refuse(
                "bits of integers have ONNX operators from version 18 on; use opset_version = 18")
        }
        return try graph.binary("Bitwise\(kind)", number(a), number(b))
    }

    private func arithmetic(_ primitive: Primitive, _ a: Wire, _ b: Wire) throws -> Wire {
        func zero() throws -> Wire { try graph.scalar(0, type) }
        func two(_ kind: String, _ a: Wire, _ b: Wire) throws -> Wire { try graph.binary(kind, a, b) }
        func compare(_ kind: String, _ a: Wire, _ b: Wire) throws -> Wire { try graph.binary(kind, a, b, .bool) }
        switch primitive {
        case .add: return try two("Add", a, b)
        case .subtract: return try two("Sub", a, b)
        case .multiply: return try two("Mul", a, b)
        case .divide: return try two("Div", a, b)
        case .power: return try two("Pow", a, b)
        case .maximum: return try two("Max", a, b)
        case .minimum: return try two("Min", a, b)
        case .less: return try compare("Less", a, b)
        case .lessOrEqual: return try compare("LessOrEqual", a, b)
        case .equal: return try compare("Equal", a, b)
        case .notEqual: return graph.unary("Not", try compare("Equal", a, b))
        case .hypot: return graph.unary("Sqrt", try two("Add", two("Mul", a, a), two("Mul", b, b)))
        case .reluBackward: return try choose(compare("Greater", b, zero()), a, zero())
        case .copySign:
            // A negative 0 has a sign, too, which its reciprocal shows.
            let isNegative = try two(
                "Or", compare("Less", b, zero()), compare("Less", graph.unary("Reciprocal", b), zero()))
            let size = graph.unary("Abs", a)
            return try choose(isNegative, graph.unary("Neg", size), size)
        case .fmod: return try rest(a, b)
        case .remainder: return try remainder(a, b)
        case .floorDivide: return try floored(a, b)
        case .atan2: return try angle(a, b)
        default: throw refuse("\(primitive) has")
        }
    }

    /// What a division leaves over, with the dividend's sign.
    private func rest(_ a: Wire, _ b: Wire) throws -> Wire {
        guard let shape = a.shape.broadcast(with: b.shape) else { throw refuse("operands of these shapes have") }
        return graph.add("Mod", [a, b], [("fmod", .int(1))], shape: shape)
    }

    /// The same with the divisor's sign, which Mod has for integers alone.
    private func remainder(_ a: Wire, _ b: Wire) throws -> Wire {
        if type == .int64 { return try graph.binary("Mod", a, b) }
        let (rest, zero) = (try rest(a, b), try graph.scalar(0, type))
        let isOther = try graph.binary(
            "Less", graph.binary("Mul", graph.unary("Sign", rest), graph.unary("Sign", b)), zero, .bool)
        return try choose(isOther, graph.binary("Add", rest, b), rest)
    }

    private func floored(_ a: Wire, _ b: Wire) throws -> Wire {
        // What is left over taken off, the division comes out even.
        let quotient = try graph.binary("Div", graph.binary("Sub", a, remainder(a, b)), b)
        return type == .int64 ? quotient : graph.unary("Round", quotient)
    }

    /// The angle of a point `(x, y)`, by quadrants.
    private func angle(_ y: Wire, _ x: Wire) throws -> Wire {
        let zero = try graph.scalar(0, type)
        func number(_ value: Double) throws -> Wire { try graph.scalar(value, type) }
        func compare(_ kind: String, _ a: Wire) throws -> Wire { try graph.binary(kind, a, zero, .bool) }
        let slope = graph.unary("Atan", try graph.binary("Div", y, x))
        let isUp = try graph.unary("Not", compare("Less", y))
        let turned = try graph.binary("Add", slope, choose(isUp, number(.pi), number(-.pi)))
        let upright = try choose(
            compare("Greater", y), number(.pi / 2), choose(compare("Less", y), number(-.pi / 2), zero))
        return try choose(compare("Greater", x), slope, choose(compare("Less", x), turned, upright))
    }
}
