extension Operators {
    static let softsign = Pointwise(
        "softsign", doc: "x / (1 + |x|).",
        accepts: .all,
        faces: [.functional, .layer("Softsign")],
        examples: [.init(.values(3, 4, away: 0))]
    ) { x, _ in x / (1 + .abs(x)) }
}
