extension Operators {
    private static let arguments: [Argument] = [.tensor("input"), .integer("dim"), .tensor("index")]

    static let indexAdd = Operator(
        "index_add",
        doc: "A copy to whose places of a dimension, which `index` names, `alpha` times `source` is added.",
        arguments + [.tensor("source")], options: [.number("alpha", default: 1)], faces: .elementwise,
        examples: [
            .init(.values(4, 2), 0, .integers(3, below: 4), .values(3, 2)),
            .init(.values(2, 4), 1, .integers(3, below: 4), .values(2, 3), options: ["alpha": -2]),
        ]
    ) { a, _ in
        var source = try a.tensor("source")
        if try a.number("alpha") != 1 {
            source = try mul.function.called([.tensor(source), a.operand("alpha")]).to(source.dtype)
        }
        return .tensor(try changed(a, source, accumulate: true))
    }

    static let indexCopy = Operator(
        "index_copy", doc: "A copy with the places of a dimension that `index` names replaced by those of `source`.",
        arguments + [.tensor("source")], faces: .elementwise,
        examples: [.init(.values(4, 2), 0, .integers(1, below: 4), .values(1, 2))]
    ) { a, _ in .tensor(try changed(a, a.tensor("source"))) }

    static let indexFill = Operator(
        "index_fill", doc: "A copy with the places of a dimension that `index` names set to a number.",
        arguments + [.operand("value")], faces: .elementwise,
        examples: [.init(.values(4, 2), 0, .integers(2, below: 4), 1.5)]
    ) { a, _ in
        let x = try a.tensor("input")
        let value = try a.operand("value")
        let items = try places(x, a.integer("dim"), a.tensor("index"))
        return .tensor(try x.putting(value.tensor ?? .full([], value, dtype: x.dtype), at: items))
    }

    static let indexPut = Operator(
        "index_put",
        doc: "A copy with the places that the tensors `indices` name together, one for each dimension from the first, "
            + "replaced by `values`; with `accumulate` these are added.",
        [
            .tensor("input"), .tensors("indices"), .tensor("values"), .boolean("accumulate", default: false),
        ], faces: .elementwise,
        examples: [.init(.values(4, 2), [.integers(3, below: 4)], .values(3, 2), true)]
    ) { a, _ in
        .tensor(
            try a.tensor("input").putting(
                a.tensor("values"), at: a.objects("indices", as: Tensor.self).map { .tensor($0) },
                accumulate: a.boolean("accumulate")))
    }

    private static func places(_ x: Tensor, _ dimension: Int, _ index: Tensor) throws -> [IndexItem] {
        guard index.dim <= 1, index.dtype == .int64 || index.dtype == .int32 else {
            throw TensorError("int64 indices [n] expected, got \(index.dtype.rawValue) \(index.shape)")
        }
        let d = try x.resolve(dimension)
        return Array(repeating: .slice(), count: d) + [.tensor(try index.reshape([index.count]))]
    }

    private static func changed(_ a: Arguments, _ source: Tensor, accumulate: Bool = false) throws -> Tensor {
        let (x, index) = (try a.tensor("input"), try a.tensor("index"))
        let items = try places(x, a.integer("dim"), index)
        let d = try x.resolve(a.integer("dim"))
        try index.to(.int64).expectPlaces(below: x.shape[d])
        var expected = x.shape
        expected[d] = index.count
        guard source.shape == expected else {
            throw TensorError("a source of shape \(expected) expected, got \(source.shape)")
        }
        return try x.putting(source, at: items, accumulate: accumulate)
    }

    static let take = Operator(
        "take", doc: "The elements that `index` (int64) names, counted in row-major order.",
        [.tensor("input"), .tensor("index")], faces: .usual,
        examples: [.init(.values(3, 2), .integers(2, 2, below: 6))]
    ) { a, _ in
        let index = try a.tensor("index")
        guard index.dtype == .int64 else { throw TensorError("an int64 index expected, got \(index.dtype.rawValue)") }
        return .tensor(try a.tensor("input").reshape([-1]).index([.tensor(index)]))
    }

    static let put = Operator(
        "put", doc: "A copy with the elements that `index` names, counted in row-major order, replaced by `source`.",
        [.tensor("input"), .tensor("index"), .tensor("source"), .boolean("accumulate", default: false)],
        faces: [.method, .inPlace, .function],
        examples: [
            .init(.values(3, 2), .integers(1, below: 6), .values(1)),
            .init(.values(3, 2), .integers(4, below: 6), .values(4), true),
        ]
    ) { a, _ in
        let (x, source) = (try a.tensor("input"), try a.tensor("source"))
        let index = try a.tensor("index")
        let changed = try x.reshape([-1]).putting(
            source.reshape(index.shape), at: [.tensor(index)], accumulate: a.boolean("accumulate"))
        return .tensor(try changed.reshape(x.shape))
    }

    static let selectScatter = Operator(
        "select_scatter", doc: "A copy with one place of a dimension replaced by `src`.",
        [.tensor("input"), .tensor("src"), .integer("dim"), .integer("index")], faces: .usual,
        examples: [.init(.values(3, 2), .values(2), 0, 1)]
    ) { a, _ in
        .tensor(
            try replacing(a.tensor("input"), a.tensor("src")) { try $0.select(a.integer("dim"), a.integer("index")) })
    }

    static let sliceScatter = Operator(
        "slice_scatter", doc: "A copy with a slice of a dimension replaced by `src`.",
        [
            .tensor("input"), .tensor("src"), .integer("dim", default: 0), .integer("start").optional,
            .integer("end").optional, .integer("step", default: 1),
        ], faces: .usual,
        examples: [
            .init(.values(4, 2), .values(2, 2), 0, 1, 3), .init(.values(2, 5), .values(2, 2), 1, 0, 4, 2),
        ]
    ) { a, _ in
        let (start, end) = (try a.optionalInteger("start") ?? 0, try a.optionalInteger("end") ?? .max)
        return .tensor(
            try replacing(a.tensor("input"), a.tensor("src")) {
                try $0.slice(a.integer("dim"), start, end, step: a.integer("step"))
            })
    }

    private static func replacing(
        _ x: Tensor, _ source: Tensor, _ part: (Tensor) throws -> Tensor
    ) throws -> Tensor {
        let copy = try x.clone()
        let target = try part(copy)
        guard target.shape == source.shape else {
            throw TensorError("a source of shape \(target.shape) expected, got \(source.shape)")
        }
        try target.assign(source)
        return copy
    }
}
