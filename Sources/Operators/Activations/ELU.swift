extension Operators {
    static let elu = Pointwise(
        "elu", doc: "Negative elements replaced by `alpha` · (exp(x) - 1) (Clevert et al., 2015).",
        parameters: [.number("alpha", default: 1)],
        hasInplace: true,
        accepts: .floating,
        faces: [.functional, .layer("ELU")],
        examples: [.init(.values(3, 4, away: 0)), .init(.values(3, 4, away: 0), 0.5)]
    ) { x, p in .select(x <= 0, p[0] * .expm1(x), x) }
}
