extension Operators {
    static let swapaxes = Operator("swapaxes", sameAs: transpose)
    static let swapdims = Operator("swapdims", sameAs: transpose)

    private static func transposed(
        _ name: String, _ doc: String, example: @autoclosure @escaping Lazy<Example>,
        body: @escaping @Sendable (Tensor) throws -> Tensor
    ) -> Operator {
        Operator(name, doc: doc, [.tensor("input")], faces: [.method], examples: [example()]) { a, _ in
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
}
