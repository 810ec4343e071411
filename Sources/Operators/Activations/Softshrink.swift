extension Operators {
    static let softshrink = Pointwise(
        "softshrink", doc: "Elements `lambd` closer to 0; 0 for those nearer to it.",
        parameters: [.number("lambd", min: 0, default: 0.5)],
        accepts: .floating,
        faces: [.functional, .layer("Softshrink")],
        examples: [
            .init(.values(3, 4, from: 0.6, to: 2)), .init(.values(3, 4, from: -2, to: -0.3), 0.2),
            .init(.values(3, from: -0.4, to: 0.4)),
        ]
    ) { x, p in
        .select((x >= -p[0]) .& (x <= p[0]), 0, .select(x > 0, x - p[0], x + p[0]))
    }
}
