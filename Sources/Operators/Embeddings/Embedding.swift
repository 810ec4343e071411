import Kernels

extension Operators {
    static let embedding = Operator(
        "embedding", doc: "The rows of a weight [entries, size] that integers name: [...] gives [..., size].",
        [
            .tensor("input"), .tensor("weight"),
            .integer("padding_idx", "an entry that gets no gradient; a negative one counts from the end").optional,
            .number("max_norm", "rows that are longer are shortened to it first, in place").optional,
            .number("norm_type", "which norm", default: 2.0),
            .boolean("scale_grad_by_freq", "whether a row's gradient is divided by its uses", default: false),
            .boolean("sparse", "is refused", default: false),
        ], faces: [.functional],
        examples: [
            .init(.integers(2, 3, below: 4), .values(4, 2)),
            .init(.integers(6, below: 3), .values(4, 2), 3, 100.0, 1.0, false, false),
        ]
    ) { a, _ in
        if try a.boolean("sparse") { throw TensorError("sparse gradients are not in nightjar") }
        return .tensor(
            try a.tensor("input").embedding(
                a.tensor("weight"), paddingIndex: a.optionalInteger("padding_idx"),
                maxNorm: a.optionalNumber("max_norm").map { ($0, try a.number("norm_type")) },
                scalesByFrequency: a.boolean("scale_grad_by_freq")))
    }
}

extension Tensor {
    /// The rows of `weight` `[entries, size]` that this tensor's integers name.
    ///
    /// - Parameters:
    ///   - paddingIndex: an entry that gets no gradient; a negative one counts from the end.
    ///   - maxNorm: rows in use whose norm is larger are shortened to it, in place; and which norm.
    ///   - scalesByFrequency: whether a row's gradient is divided by how often it is named.
    /// - Throws: `TensorError` for indices that are not int64 or int32, or outside of the weight.
    public func embedding(
        _ weight: Tensor, paddingIndex: Int? = nil, maxNorm: (Double, norm: Double)? = nil,
        scalesByFrequency: Bool = false
    ) throws -> Tensor {
        guard dtype == .int64 || dtype == .int32 else {
            throw TensorError("int64 or int32 indices expected, got \(dtype.rawValue); convert with long()")
        }
        guard weight.dim == 2 else { throw TensorError("a weight [entries, size] expected, got \(weight.shape)") }
        let entries = weight.shape[0]
        if let paddingIndex, paddingIndex < -entries || paddingIndex >= entries {
            throw TensorError("a padding_idx within \(-entries)..\(entries - 1) expected, got \(paddingIndex)")
        }
        let indices = try to(.int64).reshape([count]).contiguous()
        try indices.expectPlaces(below: entries)
        if let (most, norm) = maxNorm { try weight.shortenRows(indices, to: most, norm: norm) }
        let operation = EmbeddingOperation(
            padding: paddingIndex.map { Int64($0 < 0 ? $0 + entries : $0) }, scalesByFrequency: scalesByFrequency)
        return try Tensor.applyOne(operation, [weight, indices]).reshape(shape + [weight.shape[1]])
    }

    private func shortenRows(_ indices: Tensor, to most: Double, norm: Double) throws {
        try GradMode.set(false) {
            for row in Set(try indices.int64Array()) {
                let row = try select(0, Int(row))
                let length = try row.lengths(norm, 0).item()
                if length > most { _ = try row.detach().assign(row * (most / (length + 1e-7))) }
            }
        }
    }
}

/// Rows of the first input that the second names.
package struct EmbeddingOperation: Operation {
    package let padding: Int64?
    package let scalesByFrequency: Bool
    package var readsPlaces: Bool { true }
    package var name: String { "embedding" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        [Spec([inputs[1].shape[0], inputs[0].shape[1]], inputs[0].dtype)]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        try IndexSelectOperation(dimension: 0).run(inputs, into: outputs)
    }

    package func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [1]) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard var gradient = gradients[0] else { return [] }
        let indices = try kept.input(1)
        if padding != nil || scalesByFrequency {
            gradient = try gradient * factors(indices.int64Array()).to(gradient.dtype)
        }
        let zeros = try Tensor.zeros(kept.inputSpecs[0].shape, dtype: gradient.dtype)
        let operation = IndexPutOperation(first: 0, count: 1, accumulates: true)
        return [try .applyOne(operation, [zeros, gradient.contiguous(), indices]), nil]
    }

    /// What each row of the gradient is multiplied by.
    private func factors(_ indices: [Int64]) throws -> Tensor {
        var uses: [Int64: Float] = [:]
        for index in indices { uses[index, default: 0] += 1 }
        return try Tensor(
            indices.map { $0 == padding ? 0 : scalesByFrequency ? 1 / (uses[$0] ?? 1) : 1 }, [indices.count, 1])
    }
}
