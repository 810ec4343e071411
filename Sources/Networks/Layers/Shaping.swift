import Tensors

extension Layers {
    /// Layers that move elements, or leave them as they are.
    static let shaping = [identity, flatten, unflatten, softmax2d]

    private static let identity = Layer(
        "Identity", doc: "The input itself, whatever the constructor gets.", [.rest(values: "args")]
    ) { _, _ in FunctionLayer("Identity") { $0 } }

    /// Other than the operator of the name, it leaves the first dimension, which counts the examples, as it is.
    private static let flatten = Layer(
        "Flatten", doc: "Several dimensions made one.",
        [.integer("start_dim", default: 1), .integer("end_dim", default: -1)]
    ) { a, _ in
        let (start, end) = (try a.integer("start_dim"), try a.integer("end_dim"))
        let details = start == 1 && end == -1 ? "" : "start_dim=\(start), end_dim=\(end)"
        return FunctionLayer("Flatten", details) { try $0.flatten(start: start, end: end) }
    }

    private static let unflatten = Layer(
        "Unflatten", doc: "One dimension made several; one size may be -1.",
        [.integer("dim"), .integers("unflattened_size")]
    ) { a, _ in
        let (dim, sizes) = (try a.integer("dim"), try a.integers("unflattened_size"))
        guard !sizes.isEmpty else { throw TensorError("at least one size expected for 'unflattened_size'") }
        return FunctionLayer("Unflatten", "dim=\(dim), \(Shape(sizes))") { x in
            let d = try x.resolve(dim)
            let known = sizes.filter { $0 != -1 }.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
            let left = known > 0 && x.shape[d] % known == 0 ? x.shape[d] / known : -1
            let completed = sizes.map { $0 == -1 ? left : $0 }
            guard completed.allSatisfy({ $0 >= 0 }), left == 1 || sizes.contains(-1) else {
                throw TensorError(
                    "cannot see the \(plural(x.shape[d], "place")) of dimension \(dim) as \(Shape(sizes)) (input \(x.shape))"
                )
            }
            return try x.reshape(Shape(x.shape[..<d]) + completed + x.shape[(d + 1)...])
        }
    }

    private static let softmax2d = Layer(
        "Softmax2d", doc: "exp(x) / Σ exp(x) over the channels of [n, c, h, w] or [c, h, w].", []
    ) { _, _ in
        FunctionLayer("Softmax2d") { x in
            guard x.dim == 3 || x.dim == 4 else {
                throw TensorError("an input [n, channels, height, width] expected, got \(x.shape)")
            }
            return try x.softmax(-3)
        }
    }
}
