extension Operators {
    static let relu6 = Pointwise(
        "relu6", doc: "Elements brought into [0, 6].",
        hasInplace: true,
        typing: .common,
        accepts: .numbers,
        faces: [.functional, .layer("ReLU6")],
        examples: [.init(.values(3, 4, away: 0))],
        gradient: { g, x, _, _ in .select((x <= 0) .| (x >= 6), 0, g) },
        value: { x, _ in .minimum(.maximum(x, 0), 6) })
}
