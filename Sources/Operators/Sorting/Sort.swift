import Kernels

extension Operators {
    static let valuesAndPlaces: Returns = .several([.object(Tensor.self, "values"), .object(Tensor.self, "indices")])
    private static let descending: Argument = .boolean("descending", default: false)
    private static let stable: Argument = .boolean("stable", "sorting always is", default: true)
    private static let along: Argument = .integer("dim", default: -1)

    static let sort = Operator(
        "sort",
        doc: "The elements along a dimension in their order, and where they stood; equal ones keep theirs, a NaN is "
            + "the largest.",
        [.tensor("input"), along, descending], options: [stable], returns: valuesAndPlaces, faces: .usual,
        examples: [.init(.values(2, 5)), .init(.values(4, 2), 0, true, options: ["stable": true])]
    ) { a, _ in
        let found = try a.tensor("input").sorted(a.integer("dim"), descending: a.boolean("descending"))
        return .several([found.values, found.indices])
    }

    static let argsort = Operator(
        "argsort", doc: "Where the elements along a dimension stand, in their order.",
        [.tensor("input"), along, descending], options: [stable], returns: .object(Tensor.self, "int64"), faces: .usual,
        examples: [.init(.values(2, 5)), .init(.values(4, 2), 0, true, options: ["stable": true])]
    ) { a, _ in
        .tensor(try a.tensor("input").sorted(a.integer("dim"), descending: a.boolean("descending")).indices)
    }

    static let msort = Operator(
        "msort", doc: "The elements along dimension 0 in their order.", [.tensor("input")], faces: .usual,
        examples: [.init(.values(4, 2))]
    ) { a, _ in .tensor(try a.tensor("input").sorted(0).values) }
}

extension Tensor {
    /// The elements along a dimension in their order and where they stood (int64); equal ones keep theirs, a NaN is the
    /// largest.
    public func sorted(_ dimension: Int = -1, descending: Bool = false) throws -> (values: Tensor, indices: Tensor) {
        if dim == 0 {
            _ = try resolve(dimension, of: 1)
            return (try clone(), try .zeros([], dtype: .int64))
        }
        let d = try resolve(dimension)
        let indices = try Tensor.applyOne(ArgsortOperation(dimension: d, descending: descending), [detach()])
        return (try gather(d, indices), indices)
    }
}

package struct ArgsortOperation: Operation {
    package let dimension: Int
    package let descending: Bool
    package var name: String { "sort" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] { [Spec(inputs[0].shape, .int64)] }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let x = try inputs[0].to(inputs[0].dtype.computeType.dtype).contiguous()
        if x.count == 0 { return }
        kernels.argsort(
            descending: descending, x.dtype.computeType, Slices(x.shape, dimension), x.bytes,
            outputs[0].address(as: Int64.self))
        extendLifetime(x)
    }
}
