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
