import Tensors

extension Layers {
    /// ConstantPad1d, ZeroPad2d, ReflectionPad3d and their like.
    static let paddings = (1...3).flatMap { axes in
        [
            padding("ConstantPad", "one number", axes, .constant, takesValue: true),
            padding("ZeroPad", "zeros", axes, .constant),
            padding("ReflectionPad", "elements mirrored at the edge", axes, .reflect),
            padding("ReplicationPad", "the element at the edge", axes, .replicate),
            padding("CircularPad", "elements from the other end", axes, .circular),
        ]
    }

    private static func padding(
        _ name: String, _ content: String, _ axes: Int, _ mode: PaddingMode, takesValue: Bool = false
    ) -> Layer {
        let kind = "\(name)\(axes)d"
        let dimensions = axes == 1 ? "the last dimension" : "the last \(axes) dimensions"
        return Layer(
            kind, doc: "Places with \(content) put before and behind \(dimensions).",
            [
                .anyOf(
                    "padding", "how many on every side, or before and behind each dimension from the last on",
                    of: [.integer, .integers])
            ] + (takesValue ? [.number("value", "what they hold")] : [])
        ) { a, _ in
            var widths = try a.integers("padding")
            if case .list? = try a.value("padding") {
                guard widths.count == 2 * axes else {
                    throw TensorError("\(2 * axes) numbers expected for 'padding', got \(widths.count)")
                }
            } else {
                widths = [Int](repeating: widths[0], count: 2 * axes)
            }
            let value = try takesValue ? a.number("value") : 0
            let isEven = widths.allSatisfy { $0 == widths[0] }
            let details = isEven ? "\(widths[0])" : "{\(widths.map { "\($0)" }.joined(separator: ", "))}"
            let layer = FunctionLayer(kind, details + (takesValue ? ", value=\(value)" : "")) { [widths] x in
                try x.pad(widths, mode, value: value)
            }
            layer.settings = [("padding", .list(widths.map { .integer($0) }))]
            return layer
        }
    }
}
