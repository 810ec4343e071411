extension Operators {
    static let unfold = Operator(
        "unfold",
        doc: "Windows of `size` places, `step` apart, along a dimension; a new last dimension goes through each. "
            + "A view.",
        [.tensor("input"), .integer("dimension"), .integer("size"), .integer("step")], faces: [.method],
        examples: [.init(.values(5), 0, 2, 1), .init(.values(2, 5), 1, 3, 2)]
    ) { a, _ in
        .tensor(
            try a.tensor("input").unfold(a.integer("dimension"), size: a.integer("size"), step: a.integer("step")))
    }
}
