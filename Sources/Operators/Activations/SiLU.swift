extension Operators {
    static let silu = Pointwise(
        "silu", doc: "x · sigmoid(x) (Elfwing et al., 2017).",
        hasInplace: true,
        accepts: .floating,
        faces: [.functional, .layer("SiLU")],
        examples: [.init(.values(3, 4))]
    ) { x, _ in x * .sigmoid(x) }
}
