extension Operators {
    private static func like(
        _ name: String, _ doc: String, example: @autoclosure @escaping Lazy<Example>,
        _ change: @escaping @Sendable (Tensor, Tensor) throws -> Tensor
    ) -> Operator {
        Operator(name, doc: doc, [.tensor("input"), .tensor("other")], faces: [.method], examples: [example()]) {
            a, _ in
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
}
