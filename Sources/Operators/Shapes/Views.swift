extension Operators {
    private static let sizes: Argument = .rest(integers: "shape")

    static let view = Operator(
        "view", doc: "The same elements in another shape, never a copy; one size may be -1.",
        [.tensor("input"), sizes],
        faces: [.method], examples: [.init(.values(2, 3, 2), [3, -1])]
    ) { a, _ in .tensor(try a.tensor("input").view(a.shape("shape"))) }

    static let reshape = Operator(
        "reshape", doc: "The same elements in another shape, copied where they do not stand in order.",
        [.tensor("input"), sizes], faces: .usual, examples: [.init(.values(2, 3, 2), [3, -1])]
    ) { a, _ in .tensor(try a.tensor("input").reshape(a.shape("shape"))) }

    static let flatten = Operator(
        "flatten", doc: "Several dimensions made one.",
        [.tensor("input"), .integer("start_dim", default: 0), .integer("end_dim", default: -1)], faces: .usual,
        examples: [.init(.values(2, 3, 2), 1), .init(.values(2, 3)), .init(.values(2, 3, 2), -3, -2)]
    ) { a, _ in
        .tensor(try a.tensor("input").flatten(start: a.integer("start_dim"), end: a.integer("end_dim")))
    }

    static let transpose = Operator(
        "transpose", doc: "Two dimensions exchanged.", [.tensor("input"), .integer("dim0"), .integer("dim1")],
        faces: .usual, examples: [.init(.values(2, 3, 4), 0, -1)]
    ) { a, _ in .tensor(try a.tensor("input").transpose(a.integer("dim0"), a.integer("dim1"))) }

    static let t = Operator(
        "t", doc: "The transpose of a matrix.", [.tensor("input")], faces: .usual, examples: [.init(.values(2, 3))]
    ) { a, _ in
        let x = try a.tensor("input")
        guard x.dim <= 2 else {
            throw TensorError("a matrix expected, got \(x.shape); use transpose(dim0, dim1)")
        }
        return .tensor(x.dim < 2 ? x : try x.transpose(0, 1))
    }

    static let permute = Operator(
        "permute", doc: "The dimensions in another order.", [.tensor("input"), .rest(integers: "dims")], faces: .usual,
        examples: [.init(.values(2, 3, 4), [2, 0, 1])]
    ) { a, _ in .tensor(try a.tensor("input").permute(a.shape("dims"))) }

    static let select = Operator(
        "select", doc: "One place of a dimension, which goes away.",
        [.tensor("input"), .integer("dim"), .integer("index")], faces: .usual, examples: [.init(.values(2, 5), 1, -2)]
    ) { a, _ in .tensor(try a.tensor("input").select(a.integer("dim"), a.integer("index"))) }

    static let narrow = Operator(
        "narrow", doc: "`length` places of a dimension, from `start`.",
        [.tensor("input"), .integer("dim"), .integer("start"), .integer("length")], faces: .usual,
        examples: [.init(.values(2, 5), 1, 1, 3)]
    ) { a, _ in
        .tensor(
            try a.tensor("input").narrow(a.integer("dim"), start: a.integer("start"), length: a.integer("length")))
    }

    static let squeeze = Operator(
        "squeeze", doc: "Without the dimensions of size 1, or without those of these that have it.",
        [.tensor("input"), .dimensions], faces: .usual,
        examples: [.init(.values(1, 3, 1)), .init(.values(1, 3, 1), 0), .init(.values(1, 3, 1), [0, 2])]
    ) { a, _ in .tensor(try a.tensor("input").squeeze(a.optionalIntegers("dim"))) }

    static let unsqueeze = Operator(
        "unsqueeze", doc: "With a dimension of size 1 before `dim`.", [.tensor("input"), .integer("dim")],
        faces: .usual,
        examples: [.init(.values(2, 3), 1), .init(.values(2, 3), -1)]
    ) { a, _ in .tensor(try a.tensor("input").unsqueeze(a.integer("dim"))) }

    static let expand = Operator(
        "expand", doc: "Dimensions of size 1 repeated, without a copy; -1 keeps a size.",
        [.tensor("input"), .rest(integers: "sizes")], faces: [.method], examples: [.init(.values(1, 3), [2, 4, -1])]
    ) { a, _ in .tensor(try a.tensor("input").expand(a.shape("sizes"))) }

    static let contiguous = Operator(
        "contiguous", doc: "The same elements in order, copied where they are not.", [.tensor("input")],
        faces: [.method], examples: [.init(.values(2, 3))]
    ) { a, _ in .tensor(try a.tensor("input").contiguous()) }

    static let clone = Operator(
        "clone", doc: "A copy.", [.tensor("input")], faces: .usual, examples: [.init(.values(2, 3))]
    ) { a, _ in .tensor(try a.tensor("input").clone()) }
}
