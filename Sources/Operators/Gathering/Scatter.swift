import Kernels

extension Operators {
    static let scatter = Operator(
        "scatter",
        doc: "A copy whose elements are replaced by those of `src`, or by a number, where `index` (int64) says along a "
            + "dimension; with `reduce`, \"add\" or \"multiply\", they are added or multiplied, without a gradient.",
        [.tensor("input"), .integer("dim"), .tensor("index"), .operand("src").optional],
        options: [
            .number("value", "in place of `src`").optional, .choice("reduce", of: ["add", "multiply"]).optional,
        ],
        faces: .elementwise,
        examples: [
            .init(.values(3, 4), 0, .integers(1, 4, below: 3), .values(1, 4)),
            .init(.values(3, 4), 1, .integers(3, 1, below: 4), 2.5),
            .init(.values(3, 4), 1, .integers(3, 1, below: 4), options: ["value": -1]),
            .init(
                .integers(3, 4, below: 9), 1, .integers(3, 1, below: 4),
                options: ["value": 2, "reduce": "multiply"]),
        ]
    ) { a, _ in
        let x = try a.tensor("input")
        let mode: ScatterMode =
            switch try a.optionalString("reduce") {
            case "add": .add
            case "multiply": .multiply
            default: .assign
            }
        let index = try a.tensor("index")
        var source: Tensor
        switch try a.has("src") ? a.operand("src") : a.operand("value") {
        case .tensor(let tensor): source = tensor
        case let number: source = try Tensor.full([], number, dtype: x.dtype).expand(index.shape)
        }
        return .tensor(try x.scatter(a.integer("dim"), index, source, mode))
    }

    static let scatterAdd = Operator(
        "scatter_add", doc: "A copy to whose elements those of `src` are added, where `index` says along a dimension.",
        [.tensor("input"), .integer("dim"), .tensor("index"), .tensor("src")], faces: .elementwise,
        examples: [.init(.values(3, 4), 0, .integers(2, 4, below: 3), .values(2, 4))]
    ) { a, _ in
        .tensor(try a.tensor("input").scatterAdd(a.integer("dim"), a.tensor("index"), a.tensor("src")))
    }

    static let scatterReduce = Operator(
        "scatter_reduce",
        doc:
            "The sum, product, mean or extreme of the elements of `src` that `index` brings to one place, together with "
            + "the one that is there.",
        [
            .tensor("input"), .integer("dim"), .tensor("index"), .tensor("src"),
            .choice("reduce", of: ["sum", "prod", "mean", "amax", "amin"]),
        ], options: [.boolean("include_self", default: true)], faces: .elementwise,
        examples: [
            .init(.values(3, 4), 0, .integers(2, 4, below: 3), .values(2, 4), "sum"),
            .init(.values(3), 0, .integers(4, below: 3), .values(4), "mean"),
            .init(.values(3), 0, .integers(4, below: 3), .values(4), "sum", options: ["include_self": false]),
        ]
    ) { a, _ in
        let (x, dim, index, source) = (
            try a.tensor("input"), try a.integer("dim"), try a.tensor("index"), try a.tensor("src")
        )
        return .tensor(
            try x.scatterReduce(dim, index, source, a.string("reduce"), includesSelf: a.boolean("include_self")))
    }
}

extension Tensor {
    /// A copy to whose elements those of `source` are added, where the index says along a dimension.
    public func scatterAdd(_ dimension: Int, _ index: Tensor, _ source: Tensor) throws -> Tensor {
        try scatter(dimension, index, source, .add)
    }

    /// A copy whose elements take, or are combined with, those of `source`, where the index says along a dimension.
    func scatter(_ dimension: Int, _ index: Tensor, _ source: Tensor, _ mode: ScatterMode) throws -> Tensor {
        if index.count == 0 { return try clone() }
        let d = try checkedIndex(dimension, index)
        return try .applyOne(ScatterOperation(dimension: d, mode: mode), [self, index.contiguous(), source])
    }

    fileprivate func scatterReduce(
        _ dimension: Int, _ index: Tensor, _ source: Tensor, _ reduce: String, includesSelf: Bool
    ) throws -> Tensor {
        if reduce == "sum" || reduce == "mean" {
            let base = includesSelf ? self : try masked(dimension, index, with: 0)
            let sum = try base.scatter(dimension, index, source, .add)
            if reduce == "sum" { return sum }
            let start = try includesSelf ? Tensor.ones(shape) : Tensor.zeros(shape)
            let counts = try start.scatter(dimension, index, .ones(index.shape), .add)
            let members = try Operators.maximum(counts, Tensor.ones([])).to(dtype)
            return try dtype.isFloatingPoint ? sum / members : (sum / members).to(dtype)
        }
        let mode: ScatterMode = reduce == "prod" ? .multiply : reduce == "amax" ? .maximum : .minimum
        let neutral: Double = mode == .multiply ? 1 : mode == .maximum ? -.infinity : .infinity
        let base = includesSelf ? self : try masked(dimension, index, with: neutral)
        let d = try checkedIndex(dimension, index)
        return try .applyOne(ScatterReduceOperation(dimension: d, mode: mode), [base, index.contiguous(), source])
    }

    private func masked(_ dimension: Int, _ index: Tensor, with value: Double) throws -> Tensor {
        let fill = try Tensor.full([], value, dtype: dtype).expand(index.shape)
        return try scatter(dimension, index, fill, .assign)
    }
}

/// The first input, with the elements of the third put or added where the second says.
package struct ScatterOperation: Operation {
    package let dimension: Int
    package let mode: ScatterMode
    package var readsPlaces: Bool { true }
    package var name: String { mode == .add ? "scatter_add" : "scatter" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        guard inputs[1].shape.count == inputs[2].shape.count,
            zip(inputs[1].shape, inputs[2].shape).allSatisfy({ $0 <= $1 }), inputs[2].dtype == inputs[0].dtype
        else {
            throw TensorError(
                "a source of type \(inputs[0].dtype.rawValue) at least as large as the index \(inputs[1].shape) "
                    + "expected, got \(inputs[2].dtype.rawValue) \(inputs[2].shape)")
        }
        return [inputs[0]]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let (index, source, target) = (inputs[1], inputs[2], outputs[0])
        target.copyElementsWithoutCheck(from: inputs[0])
        var steps = target.strides
        steps[dimension] = 0
        withRows(index.shape, index.strides, steps, source.strides) { rows in
            kernels.scatter(
                mode, target.dtype, rows, stride: target.strides[dimension], index.address(as: Int64.self),
                source.bytes, target.bytes)
        }
    }

    package func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [1]) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let index = try kept.input(1)
        var own: Tensor? = gradient
        switch mode {
        case .add: break
        case .assign:
            let zeros = try Tensor.zeros([], dtype: gradient.dtype).expand(index.shape)
            own = kept.needs[0] ? try gradient.scatter(dimension, index, zeros, .assign) : nil
        default: throw TensorError("scatter with 'reduce' has no gradient; use scatter_add or scatter_reduce")
        }
        guard kept.needs[2] else { return [own] }
        return [own, nil, try spread(gradient.gather(dimension, index), kept.inputSpecs[2].shape)]
    }

    /// The gradient of a source that is larger than the index: 0 where the index does not reach.
    fileprivate func spread(_ gradient: Tensor, _ shape: Shape) throws -> Tensor {
        var spread = gradient
        for d in shape.indices where shape[d] != gradient.shape[d] {
            var rest = spread.shape
            rest[d] = shape[d] - rest[d]
            spread = try .cat([spread, .zeros(rest, dtype: gradient.dtype)], d)
        }
        return spread
    }
}

/// Products and extremes; equal extremes share the gradient.
package struct ScatterReduceOperation: Operation {
    package let dimension: Int
    package let mode: ScatterMode
    package var readsPlaces: Bool { true }
    package var name: String { "scatter_reduce" }
    private var scatter: ScatterOperation { ScatterOperation(dimension: dimension, mode: mode) }

    package func infer(_ inputs: [Spec]) throws -> [Spec] { try scatter.infer(inputs) }
    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws { try scatter.run(inputs, into: outputs) }
    package func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [0, 1, 2], outputs: true) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let (x, index, full, result) = (try kept.input(0), try kept.input(1), try kept.input(2), try kept.output(0))
        var source = full
        for d in source.shape.indices { source = try source.narrow(d, start: 0, length: index.shape[d]) }
        let own: Tensor
        let other: Tensor
        if mode == .multiply {
            let product = try gradient * result
            (own, other) = (try product / x, try product.gather(dimension, index) / source)
        } else {
            let mine = try Operators.eq(x, result).to(gradient.dtype)
            let theirs = try Operators.eq(source, result.gather(dimension, index)).to(gradient.dtype)
            let share = try gradient / mine.scatterAdd(dimension, index, theirs)
            (own, other) = (try mine * share, try theirs * share.gather(dimension, index))
        }
        return [own, nil, try scatter.spread(other, full.shape)]
    }
}
