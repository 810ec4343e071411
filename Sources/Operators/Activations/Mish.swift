extension Operators {
    static let mish = Pointwise(
        "mish", doc: "x · tanh(softplus(x)) of each element (Misra, 2019).", hasInplace: true, accepts: .floating,
        faces: [.functional, .layer("Mish")], examples: [.init(.values(3, 4))]
    ) { x, _ in x * .tanh(.softplus(x)) }
}
