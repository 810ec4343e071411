extension Operators {
    static let hardsigmoid = Pointwise(
        "hardsigmoid", doc: "relu6(x + 3) / 6.",
        hasInplace: true,
        accepts: .floating,
        faces: [.functional, .layer("Hardsigmoid")],
        examples: [.init(.values(3, 4)), .init(.values(3, from: 3.5, to: 5))],
        // PyTorch's sixth is that of float32, whatever the elements are.
        gradient: { g, x, _, _ in .select((x > -3) .& (x < 3), g * 0.1666666716337204, 0) },
        value: { x, _ in .minimum(.maximum(x + 3, 0), 6) / 6 })
}
