extension Operators {
    static let tanhshrink = Pointwise(
        "tanhshrink", doc: "x - tanh(x).",
        accepts: .all,
        faces: [.functional, .layer("Tanhshrink")],
        examples: [.init(.values(3, 4))]
    ) { x, _ in x - .tanh(x) }
}
