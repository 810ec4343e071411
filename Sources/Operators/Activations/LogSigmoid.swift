extension Operators {
    static let logsigmoid = Pointwise(
        "logsigmoid", doc: "The logarithm of sigmoid(x), exact for negative elements.",
        accepts: .floating,
        faces: [.functional, .layer("LogSigmoid")],
        examples: [.init(.values(3, 4))],
        gradient: { g, x, _, _ in g * .sigmoid(-x) },
        value: { x, _ in -.softplus(-x) })
}
