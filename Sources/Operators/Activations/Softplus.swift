extension Operators {
    static let softplus = Pointwise(
        "softplus", doc: "log(1 + exp(`beta` · x)) / `beta`; the element itself where `beta` · x is above `threshold`.",
        parameters: [.number("beta", default: 1), .number("threshold", default: 20)],
        accepts: .floating,
        faces: [.functional, .layer("Softplus")],
        examples: [.init(.values(3, 4)), .init(.values(3, 4, away: 0.5), 2, 1)],
        gradient: { g, x, _, p in
            .select(x * p[0] > p[1], g, g * .sigmoid(x * p[0]))
        },
        value: { x, p in .select(x * p[0] > p[1], x, .log1p(.exp(x * p[0])) / p[0]) })
}
