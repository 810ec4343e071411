extension Operators {
    static let maskedFill = Operator(
        "masked_fill", doc: "The elements, with a number in their place where the mask (bool) is true.",
        [.tensor("input"), .tensor("mask"), .operand("value")], faces: .elementwise,
        examples: [.init(.values(3, 4), .truths([4]), -1.5), .init(.values(3), .truths([2, 3]), 2)]
    ) { a, _ in
        let (x, value) = (try a.tensor("input"), try a.operand("value"))
        let mask = try boolean(a.tensor("mask"))
        let source: Tensor
        switch value {
        case .tensor(let tensor):
            guard tensor.dim == 0 else {
                throw TensorError("a number or a tensor without dimensions expected, got \(tensor.shape)")
            }
            source = try tensor.to(x.dtype)
        default: source = try .full([], value, dtype: x.dtype)
        }
        return .tensor(try filled([.tensor(x), .tensor(mask), .tensor(source)]))
    }

    private static let filled = PointwiseFunction(
        "masked_fill", inputs: 3, value: .select(.variable(1), .variable(2), .variable(0)),
        gradients: [.select(.variable(1), 0, .variable(4)), 0, .select(.variable(1), .variable(4), 0)])

    static let maskedSelect = Operator(
        "masked_select", doc: "The elements where the mask (bool) is true, in row-major order.",
        [.tensor("input"), .tensor("mask")], faces: .usual, examples: [.init(.values(3, 4), .truths([4]))]
    ) { a, _ in
        let (x, mask) = (try a.tensor("input"), try boolean(a.tensor("mask")))
        let shape = try broadcastShape(x.shape, mask.shape)
        return .tensor(try x.expand(shape).reshape([-1]).index([.tensor(mask.expand(shape).reshape([-1]))]))
    }

    static let maskedScatter = Operator(
        "masked_scatter",
        doc: "The elements, with those of `source` one after the other in their place where the mask is "
            + "true.",
        [.tensor("input"), .tensor("mask"), .tensor("source")], faces: .elementwise,
        examples: [.init(.values(3, 4), .truths([4]), .values(12))]
    ) { a, _ in
        let (x, mask, source) = (try a.tensor("input"), try boolean(a.tensor("mask")), try a.tensor("source"))
        let shape = try broadcastShape(x.shape, mask.shape)
        let places = try mask.expand(shape).flatNonzero()
        guard places.count <= source.count else {
            throw TensorError(
                "a source of at least \(plural(places.count, "element")) expected, as many as the mask has true ones, "
                    + "got \(source.count)")
        }
        let taken = try source.reshape([-1]).slice(0, 0, places.count)
        return .tensor(
            try x.expand(shape).reshape([-1]).putting(taken, at: [.tensor(places)]).reshape(shape))
    }

    private static func boolean(_ mask: Tensor) throws -> Tensor {
        guard mask.dtype == .bool else { throw TensorError("a bool mask expected, got \(mask.dtype.rawValue)") }
        return mask
    }
}
