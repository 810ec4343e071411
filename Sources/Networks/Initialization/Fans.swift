import Operators

/// How much a nonlinearity shrinks what passes it, so that weights can make up for it.
public enum Gain {
    static let names =
        [
            "linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
            "sigmoid", "tanh", "relu", "leaky_relu", "selu",
        ]

    public static let schema = Schema(
        "calculate_gain",
        doc: "What weights are multiplied with so that a nonlinearity keeps the spread of its inputs.",
        arguments: [
            .choice("nonlinearity", of: names), .number("param", "the slope of leaky_relu; 0.01 by default").optional,
        ], returns: .number())

    public static func calculate(_ a: Arguments) throws -> Double {
        try of(a.string("nonlinearity"), a.optionalNumber("param"))
    }

    static func of(_ nonlinearity: String, _ slope: Double? = nil) -> Double {
        switch nonlinearity {
        case "tanh": return 5.0 / 3
        case "relu": return 2.0.squareRoot()
        case "leaky_relu":
            let slope = slope ?? 0.01
            return (2 / (1 + slope * slope)).squareRoot()
        case "selu": return 3.0 / 4
        default: return 1
        }
    }
}

extension Initializations {
    static let fans: [InitializationRule] = [
        xavier("xavier_uniform_", "uniform") { tensor, deviation, generator in
            let bound = 3.0.squareRoot() * deviation
            try tensor.drawUniform(-bound, bound, generator)
        },
        xavier("xavier_normal_", "normally distributed") { try $0.drawNormal(0, $1, $2) },
        kaiming("kaiming_uniform_", "uniform") { tensor, deviation, generator in
            let bound = 3.0.squareRoot() * deviation
            try tensor.drawUniform(-bound, bound, generator)
        },
        kaiming("kaiming_normal_", "normally distributed") { try $0.drawNormal(0, $1, $2) },
    ]

    private typealias Draw = @Sendable (Tensor, _ deviation: Double, Generator) throws -> Void

    private static func xavier(_ name: String, _ kind: String, draw: @escaping Draw) -> InitializationRule {
        InitializationRule(
            name, doc: "Weights, \(kind), that keep the spread both ways (Glorot and Bengio, 2010).",
            [.number("gain", default: 1)]
        ) { tensor, a, generator in
            let fan = try fan(of: tensor)
            guard fan.inputs + fan.outputs > 0 else { throw TensorError("a tensor with elements expected") }
            try draw(tensor, a.number("gain") * (2 / Double(fan.inputs + fan.outputs)).squareRoot(), generator)
        }
    }

    private static func kaiming(_ name: String, _ kind: String, draw: @escaping Draw) -> InitializationRule {
        InitializationRule(
            name, doc: "Weights, \(kind), that keep the spread through a nonlinearity (He et al., 2015).",
            [
                .number("a", "the slope of leaky_relu", default: 0),
                .choice("mode", "what keeps its spread", of: ["fan_in", "fan_out"], default: "fan_in"),
                .choice("nonlinearity", of: Gain.names, default: "leaky_relu"),
            ]
        ) { tensor, a, generator in
            if tensor.count == 0 { return }
            let fan = try fan(of: tensor)
            let count = try a.string("mode") == "fan_in" ? fan.inputs : fan.outputs
            let gain = try Gain.of(a.string("nonlinearity"), a.number("a"))
            try draw(tensor, gain / Double(count).squareRoot(), generator)
        }
    }

    /// How many inputs go into one output of a weight, and how many outputs an input has.
    private static func fan(of tensor: Tensor) throws -> (inputs: Int, outputs: Int) {
        guard tensor.dim >= 2 else {
            throw TensorError(
                "a tensor of at least 2 dimensions expected, as [outputs, inputs], got shape \(tensor.shape)")
        }
        let field = tensor.shape.array[2...].reduce(1, *)
        return (tensor.shape[1] * field, tensor.shape[0] * field)
    }
}
