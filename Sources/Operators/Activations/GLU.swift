extension Operators {
    static let glu = Operator(
        "glu", doc: "The first half of a dimension times the sigmoid of the second (Dauphin et al., 2016).",
        [.tensor("input"), .integer("dim", default: -1)], faces: [.functional, .layer("GLU")],
        examples: [.init(.values(3, 4)), .init(.values(4, 3), 0)]
    ) { a, _ in
        let x = try a.tensor("input")
        guard x.dim > 0 else { throw TensorError("a tensor with dimensions expected") }
        let d = try x.resolve(a.integer("dim"))
        guard x.shape[d] % 2 == 0 else {
            throw TensorError("an even size of dimension \(d) expected, got \(x.shape[d])")
        }
        let half = x.shape[d] / 2
        return .tensor(try gated(x.narrow(d, start: 0, length: half), x.narrow(d, start: half, length: half)))
    }

    private static let gated = PointwiseFunction(
        "glu", inputs: 2, accepts: .floating, value: .variable(0) * .sigmoid(.variable(1)))
}
