extension Operators {
    static let gelu = Operator(
        "gelu",
        doc: "x times the normal distribution's Φ(x), or its approximation by a tanh (Hendrycks and Gimpel, 2016).",
        [.tensor("input"), .choice("approximate", of: ["none", "tanh"], default: "none")],
        faces: [.functional, .layer("GELU")],
        examples: [.init(.values(3, 4)), .init(.values(3, 4), options: ["approximate": "tanh"])]
    ) { a, _ in
        let function = try a.string("approximate") == "tanh" ? approximation : exact
        return .tensor(try function(a.tensor("input")))
    }

    private static let x = Expression.variable(0)
    private static let exact = PointwiseFunction(
        "gelu", inputs: 1, accepts: .floating, value: x * (0.5 * (1 + .erf(x * 0.7071067811865476))))
    private static let approximation = PointwiseFunction(
        "gelu", inputs: 1, accepts: .floating,
        value: 0.5 * x * (1 + .tanh(0.7978845608028654 * (x + 0.044715 * (x * x * x)))))
}
