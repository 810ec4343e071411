extension Operators {
    static let hardswish = Pointwise(
        "hardswish", doc: "x · relu6(x + 3) / 6 (Howard et al., 2019).",
        hasInplace: true,
        accepts: .floating,
        faces: [.functional, .layer("Hardswish")],
        examples: [.init(.values(3, 4)), .init(.values(3, from: 3.5, to: 5))],
        gradient: { g, x, _, _ in
            .select(x <= -3, 0, .select(x < 3, g * (x / 3 + 0.5), g))
        },
        value: { x, _ in x * .minimum(.maximum(x + 3, 0), 6) / 6 })
}
