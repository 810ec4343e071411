extension Operators {
    static let hardshrink = Pointwise(
        "hardshrink", doc: "0 for elements no farther from 0 than `lambd`.",
        parameters: [.number("lambd", default: 0.5)],
        accepts: .floating,
        faces: .usual + [.functional, .layer("Hardshrink")],
        examples: [
            .init(.values(3, 4, from: 0.6, to: 2)), .init(.values(3, 4, from: -2, to: -0.3), 0.2),
            .init(.values(3, from: -0.4, to: 0.4)),
        ]
    ) { x, p in .select((x >= -p[0]) .& (x <= p[0]), 0, x) }
}
