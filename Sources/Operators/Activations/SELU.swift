extension Operators {
    static let selu = Pointwise(
        "selu", doc: "An ELU whose results keep mean 0 and variance 1 (Klambauer et al., 2017).",
        hasInplace: true,
        accepts: .floating,
        faces: [.function, .functional, .layer("SELU")],
        examples: [.init(.values(3, 4, away: 0))]
    ) { x, _ in
        1.0507009873554805 * .select(x <= 0, 1.6732632423543772 * .expm1(x), x)
    }
}
