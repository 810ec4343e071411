import Tensors

extension Layers {
    static let upsamplings = [
        upsampling("Upsample", "[n, c, l] or [n, c, h, w] at another size.", Operators.resampling.dropLast()) { $0 },
        upsampling("UpsamplingNearest2d", "[n, c, h, w] at another size, by the nearest place.") { $0 },
        upsampling("UpsamplingBilinear2d", "[n, c, h, w] at another size, bilinear, corners aligned.") {
            $0.replacing(["mode": .string("bilinear"), "align_corners": .boolean(true)])
        },
    ]

    private static func upsampling(
        _ name: String, _ doc: String, _ parameters: ArraySlice<Argument> = Operators.resampling.prefix(2),
        change: @escaping @Sendable (Resampling) -> Resampling
    ) -> Layer {
        Layer(name, doc: doc, Array(parameters)) { a, _ in
            let given = try Operators.resampling.map { parameter in
                let isTaken = a.parameters.contains { "\($0.name)" == "\(parameter.name)" }
                return isTaken ? try a.value(parameter.name) : nil
            }
            let interpolation = try Interpolation(change(Resampling(values: given)).arguments)
            let details = zip(Operators.resampling, given).compactMap { parameter, value in
                value.flatMap { $0.isDefault(of: parameter) ? nil : Module.describe("\(parameter.name)", $0) }
            }
            return FunctionLayer(name, details.joined(separator: ", ")) { try interpolation($0) }
        }
    }
}

/// What an interpolation is asked for.
private struct Resampling {
    var values: [Value?]

    func replacing(_ others: [String: Value]) -> Resampling {
        Resampling(values: zip(Operators.resampling, values).map { others["\($0.name)"] ?? $1 })
    }

    var arguments: Arguments { Arguments(Operators.resampling, values) }
}
