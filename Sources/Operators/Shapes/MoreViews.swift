extension Operators {
    static let unflatten = Operator(
        "unflatten", doc: "A dimension seen as several; one of their sizes may be -1.",
        [.tensor("input"), .integer("dim"), .integers("sizes")], faces: .usual,
        examples: [.init(.values(2, 6), 1, [2, 3]), .init(.values(4), -1, [-1, 2])]
    ) { a, _ in
        let x = try a.tensor("input")
        let d = try x.resolve(a.integer("dim"))
        var sizes = try a.integers("sizes")
        if let open = sizes.firstIndex(of: -1) {
            let known = sizes.filter { $0 != -1 }.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
            if known > 0, x.shape[d] % known == 0 { sizes[open] = x.shape[d] / known }
        }
        guard !sizes.isEmpty, sizes.allSatisfy({ $0 >= 0 }), (try? Shape(sizes).elements()) == x.shape[d] else {
            throw TensorError(
                "dimension \(d) of size \(x.shape[d]) cannot be seen as \(describe(try a.integers("sizes")))")
        }
        return .tensor(try x.view(Shape(x.shape[..<d]) + Shape(sizes) + Shape(x.shape[(d + 1)...])))
    }

    static let ravel = Operator(
        "ravel", doc: "All elements in a row.", [.tensor("input")], faces: .usual, examples: [.init(.values(2, 3))]
    ) { a, _ in .tensor(try a.tensor("input").reshape([-1])) }

    static let swapaxes = transpose.renamed("swapaxes")
    static let swapdims = transpose.renamed("swapdims")
    static let concat = cat.renamed("concat")

    private static func like(
        _ name: String, _ doc: String, example: Example, _ change: @escaping @Sendable (Tensor, Tensor) throws -> Tensor
    ) -> Operator {
        Operator(name, doc: doc, [.tensor("input"), .tensor("other")], faces: [.method], examples: [example]) { a, _ in
            .tensor(try change(a.tensor("input"), a.tensor("other")))
        }
    }

    static let expandAs = like(
        "expand_as", "Repeated to the shape of another tensor.", example: .init(.values(3), .values(2, 3))
    ) { try $0.expand($1.shape) }
    static let viewAs = like(
        "view_as", "The elements seen in the shape of another tensor.", example: .init(.values(6), .values(2, 3))
    ) { try $0.view($1.shape) }
    static let reshapeAs = like(
        "reshape_as", "The elements in the shape of another tensor.", example: .init(.values(6), .values(2, 3))
    ) { try $0.reshape($1.shape) }
    static let typeAs = like(
        "type_as", "The elements in the type of another tensor.", example: .init(.values(2), .values(3))
    ) { try $0.to($1.dtype) }

    static let broadcastTo = Operator(
        "broadcast_to", doc: "Repeated to a shape, without a copy.", [.tensor("input"), .rest(integers: "size")],
        faces: .usual, examples: [.init(.values(3), [2, 3])]
    ) { a, _ in .tensor(try a.tensor("input").expand(a.shape("size"))) }

    private static func transposed(
        _ name: String, _ doc: String, example: Example, body: @escaping @Sendable (Tensor) throws -> Tensor
    ) -> Operator {
        Operator(name, doc: doc, [.tensor("input")], faces: [.method], examples: [example]) { a, _ in
            .tensor(try body(a.tensor("input")))
        }
    }

    static let reversed = transposed(
        "T", "The dimensions in the opposite order: the transpose of a matrix.", example: .init(.values(2, 3))
    ) { try $0.permute(Shape($0.shape.indices.reversed())) }
    static let matrixTransposed = transposed(
        "mT", "The last two dimensions exchanged.", example: .init(.values(2, 3, 4))
    ) {
        guard $0.dim >= 2 else { throw TensorError("at least two dimensions expected, got \($0.shape)") }
        return try $0.transpose(-2, -1)
    }

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

extension Shape {
    /// The number of elements.
    ///
    /// - Throws: `TensorError` where they are more than can be counted.
    fileprivate func elements() throws -> Int {
        try reduce(1) { product, size in
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            if overflow { throw TensorError("\(self) is more than memory can hold") }
            return next
        }
    }
}

extension Operator {
    /// The same under another of PyTorch's names.
    ///
    /// - Parameter kept: the only faces that it has under this name; all by default.
    func renamed(_ name: String, faces kept: [Face]? = nil) -> Operator {
        Operator(
            name, doc: "Another name of `\(schema.name)`. \(schema.doc)", schema.arguments, options: schema.options,
            returns: schema.returns, faces: faces.filter { kept?.contains($0) ?? true }, examples: examples,
            inPlace: bodyInPlace, body: body)
    }
}
