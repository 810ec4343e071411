import Kernels

extension Operators {
    static let nonzero = Operator(
        "nonzero",
        doc: "Where the elements are not 0, in row-major order: int64 [n, dimensions], or with `as_tuple` a list "
            + "with one tensor [n] for each dimension.",
        [.tensor("input")], options: [.boolean("as_tuple", default: false)],
        returns: .custom("Tensor|Tensor[]"), faces: .usual,
        examples: [.init(.truths([2, 5])), .init(.integers(4, below: 2), options: ["as_tuple": true])]
    ) { a, _ in
        let x = try a.tensor("input")
        guard try a.boolean("as_tuple") else { return .tensor(try x.nonzero()) }
        return .list(try x.dim == 0 ? x.reshape([1]).nonzeroPlaces() : x.nonzeroPlaces())
    }

    static let argwhere = Operator(
        "argwhere", doc: "Where the elements are not 0: int64 [n, dimensions].", [.tensor("input")], faces: .usual,
        examples: [.init(.truths([2, 5]))]
    ) { a, _ in .tensor(try a.tensor("input").nonzero()) }
}

extension Tensor {
    /// The places of the elements that are not 0, in row-major order: int64 `[n, dimensions]`.
    public func nonzero() throws -> Tensor {
        let places = try nonzeroPlaces()
        if dim == 0 { return try Tensor(uninitialized: [flatNonzero().count, 0], dtype: .int64) }
        return try .stack(places, 1)
    }

    /// The same with one tensor `[n]` for each dimension.
    func nonzeroPlaces() throws -> [Tensor] {
        let flat = try flatNonzero()
        if dim <= 1 { return dim == 0 ? [] : [flat] }
        let columns = try shape.map { _ in try Tensor(uninitialized: [flat.count], dtype: .int64) }
        let values = flat.address(as: Int64.self)
        for i in 0..<flat.count {
            var left = Int(values[i])
            for d in shape.indices.reversed() {
                columns[d].address(as: Int64.self)[i] = Int64(left % shape[d])
                left /= shape[d]
            }
        }
        extendLifetime(flat)
        return columns
    }

    /// The numbers, in row-major order, of the elements that are not 0.
    func flatNonzero() throws -> Tensor {
        try Listening.listener?.touches(self)
        let truths = try (dtype == .bool ? detach() : Operators.ne(detach(), 0)).contiguous()
        let bytes = truths.address(as: UInt8.self)
        let places = try Tensor(uninitialized: [kernels.nonzero(count, bytes, nil)], dtype: .int64)
        _ = kernels.nonzero(count, bytes, places.address(as: Int64.self))
        extendLifetime(truths)
        return places
    }
}
