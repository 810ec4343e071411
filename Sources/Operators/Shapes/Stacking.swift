extension Operators {
    private static func stacking(
        _ name: String, _ doc: String, join: @escaping @Sendable ([Tensor]) throws -> Tensor
    ) -> Operator {
        Operator(
            name, doc: doc, [.tensors("tensors")], faces: [.function],
            examples: [.init([.values(2, 3), .values(2, 3)]), .init([.values(3), .values(3)])]
        ) { a, _ in .tensor(try join(a.objects("tensors"))) }
    }

    static let hstack = stacking("hstack", "Tensors along dimension 1, or along the only one.") { tensors in
        let parts = try tensors.map { try $0.atLeast(1) }
        return try .cat(parts, parts.first?.dim == 1 ? 0 : 1)
    }
    static let vstack = stacking("vstack", "Tensors along dimension 0; those with one dimension are rows.") {
        try .cat($0.map { try $0.atLeast(2) }, 0)
    }
    static let rowStack = Operator("row_stack", sameAs: vstack)
    static let dstack = stacking("dstack", "Tensors along dimension 2.") {
        try .cat($0.map { try $0.atLeast(3) }, 2)
    }
    static let columnStack = stacking(
        "column_stack", "Tensors along dimension 1; those with at most one dimension are columns."
    ) {
        try .cat($0.map { try $0.dim < 2 ? $0.reshape([$0.count, 1]) : $0 }, 1)
    }

    private static func atLeast(_ dimensions: Int, _ name: String) -> Operator {
        Operator(
            name, doc: "With dimensions of size 1 added up to \(dimensions).",
            [.tensor("input")], faces: [.function], examples: [.init(.values(3)), .init(.values())]
        ) { a, _ in .tensor(try a.tensor("input").atLeast(dimensions)) }
    }
    static let atLeast1D = atLeast(1, "atleast_1d"), atLeast2D = atLeast(2, "atleast_2d")
    static let atLeast3D = atLeast(3, "atleast_3d")

    static let broadcastTensors = Operator(
        "broadcast_tensors", doc: "Tensors repeated to a common shape, without copies.",
        [.rest(objects: "tensors", Tensor.self)], returns: .value(.objects(Tensor.self)), faces: [.function],
        examples: [.init([.values(3, 1), .values(2)])]
    ) { a, _ in
        let tensors: [Tensor] = try a.objects("tensors")
        let shape = try tensors.reduce(Shape()) { try broadcastShape($0, $1.shape) }
        return .list(try tensors.map { try $0.expand(shape) })
    }

    static let meshgrid = Operator(
        "meshgrid",
        doc: "Coordinates of a grid: each tensor repeated along the dimensions of the others; with \"xy\" the "
            + "first two dimensions are exchanged.",
        [.rest(objects: "tensors", Tensor.self)],
        options: [.choice("indexing", of: ["ij", "xy"], default: "ij")], returns: .value(.objects(Tensor.self)),
        faces: [.function],
        examples: [.init([.values(3), .values(2)]), .init([.values(3), .values(2)], options: ["indexing": "xy"])]
    ) { a, _ in .list(try mesh(a.objects("tensors"), swapped: a.string("indexing") == "xy")) }

    private static func mesh(_ tensors: [Tensor], swapped: Bool) throws -> [Tensor] {
        guard tensors.allSatisfy({ $0.dim <= 1 }) else {
            throw TensorError("tensors with one dimension expected, got \(tensors.map { $0.shape })")
        }
        let shape = Shape(tensors.map(\.count))
        return try tensors.enumerated().map { i, tensor in
            var own = Shape(repeating: 1, count: tensors.count)
            own[i] = tensor.count
            let grid = try tensor.reshape(own).expand(shape)
            return try swapped && tensors.count > 1 ? grid.transpose(0, 1) : grid
        }
    }

    static let cartesianProd = Operator(
        "cartesian_prod", doc: "Every combination of one element of each tensor, a row each.",
        [.rest(objects: "tensors", Tensor.self)], faces: [.function],
        examples: [.init([.values(3), .values(2)])]
    ) { a, _ in
        let tensors: [Tensor] = try a.objects("tensors")
        if tensors.count == 1 { return .tensor(tensors[0]) }
        return .tensor(try .stack(mesh(tensors, swapped: false).map { try $0.reshape([-1]) }, 1))
    }

    static let combinations = Operator(
        "combinations", doc: "Every choice of two elements, in their order, a row each.",
        [.tensor("input"), .integer("r", min: 2, max: 2, default: 2)], faces: [.function],
        examples: [.init(.values(4)), .init(.values(3), 2)]
    ) { a, _ in
        let x = try a.tensor("input")
        guard x.dim == 1 else { throw TensorError("a tensor with one dimension expected, got \(x.shape)") }
        let pairs = try Tensor.ones([x.count, x.count]).triangle(1, upper: true).nonzeroPlaces()
        return .tensor(try .stack(pairs.map { try x.indexSelect(0, $0) }, 1))
    }
}

extension Tensor {
    /// With dimensions of size 1 added up to so many: in front, and a third behind.
    fileprivate func atLeast(_ dimensions: Int) throws -> Tensor {
        var x = self
        while x.dim < Swift.min(dimensions, 2) { x = try x.unsqueeze(0) }
        return try dimensions == 3 && x.dim == 2 ? x.unsqueeze(2) : x
    }
}
