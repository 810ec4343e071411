extension Operators {
    static let leakyReLU = Pointwise(
        "leaky_relu", doc: "Negative elements times `negative_slope` (Maas et al., 2013).",
        parameters: [.number("negative_slope", default: 0.01)],
        hasInplace: true,
        accepts: .floating,
        faces: [.functional, .layer("LeakyReLU")],
        examples: [.init(.values(3, 4, away: 0)), .init(.values(3, 4, away: 0), 0.2)]
    ) { x, p in .select(x > 0, x, p[0] * x) }
}
