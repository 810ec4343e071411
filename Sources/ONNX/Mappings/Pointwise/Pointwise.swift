import KernelInterface
import Operators
import Tensors
import Tracing

extension Mapping {
    /// All functions of corresponding elements: some have an operator of their own, the others are put together from their
    /// expression.
    static let pointwise: [Mapping] = [
        one(PointwiseApplication.self) { application, call in
            let result = try named(application, call) ?? written(application, call)
            return try call.graph.expand(call.graph.cast(result, call.dtype), call.shape)
        }
    ]

    private static func written(_ application: PointwiseApplication, _ call: Call) throws -> Wire {
        var writer = ExpressionWriter(application, call)
        return try writer.result()
    }

    /// The one node of a function that ONNX knows, and runtimes are fast at.
    private static func named(_ application: PointwiseApplication, _ call: Call) throws -> Wire? {
        let x = call.inputs[0]
        guard x.dtype == .float32, call.dtype == .float32, application.numbers[0] == nil else { return nil }
        let p = application.parameters
        func node(_ kind: String, _ attributes: (String, Double)...) -> Wire {
            call.graph.add(kind, [x], attributes.map { ($0.0, .float($0.1)) }, shape: x.shape)
        }
        func clip(_ low: Double?, _ high: Double?) throws -> Wire {
            call.graph.add(
                "Clip",
                [
                    x, try low.map { try call.graph.scalar($0, .float32) },
                    try high.map { try call.graph.scalar($0, .float32) },
                ],
                shape: x.shape)
        }
        switch (application.name, call.inputs.count, application.numbers.count) {
        case ("relu", 1, 1): return node("Relu")
        case ("relu6", 1, 1): return try clip(0, 6)
        case ("hardtanh", 1, 1): return try clip(p[0], p[1])
        case ("clamp", 1, 3):
            guard let low = application.numbers[1]?.number, let high = application.numbers[2]?.number, low <= high
            else { return nil }
            return try clip(low, high)
        case ("leaky_relu", 1, 1): return node("LeakyRelu", ("alpha", p[0]))
        case ("prelu", 2, 2): return try call.graph.binary("PRelu", x, call.inputs[1])
        case ("elu", 1, 1): return node("Elu", ("alpha", p[0]))
        case ("celu", 1, 1): return node("Celu", ("alpha", p[0]))
        case ("selu", 1, 1): return node("Selu", ("alpha", 1.6732632423543772), ("gamma", 1.0507009873554805))
        case ("softplus", 1, 1) where p[0] == 1 && p[1] >= 20: return node("Softplus")
        case ("softsign", 1, 1): return node("Softsign")
        case ("hardsigmoid", 1, 1): return node("HardSigmoid", ("alpha", 1.0 / 6), ("beta", 0.5))
        case ("hardswish", 1, 1): return node("HardSwish")
        case ("mish", 1, 1) where call.graph.opset >= 18: return node("Mish")
        case ("gelu", 1, 1) where call.graph.opset >= 20:
            let isExact = application.function.value.hasErf
            return call.graph.add(
                "Gelu", [x], [("approximate", .string(isExact ? "none" : "tanh"))], shape: x.shape)
        default: return nil
        }
    }
}

extension Expression {
    fileprivate var hasErf: Bool {
        switch self {
        case .unary(.erf, _): true
        case .unary(_, let x): x.hasErf
        case .binary(_, let a, let b): a.hasErf || b.hasErf
        case .select(let c, let a, let b): c.hasErf || a.hasErf || b.hasErf
        case .variable, .parameter, .constant: false
        }
    }
}
