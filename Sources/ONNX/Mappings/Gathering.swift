import Operators
import Tensors
import Tracing

extension Mapping {
    static let gathering: [Mapping] = [
        one(GatherOperation.self) { operation, call in
            call.graph.add("GatherElements", call.inputs, [("axis", .int(operation.dimension))], shape: call.shape)
        },
        one(IndexSelectOperation.self) { operation, call in
            call.graph.add("Gather", call.inputs, [("axis", .int(operation.dimension))], shape: call.shape)
        },
        one(EmbeddingOperation.self) { _, call in
            call.graph.add("Gather", call.inputs, [("axis", .int(0))], shape: call.shape)
        },
        one(IndexOperation.self) { operation, call in
            let places = try call.places(call.inputs[0], Array(call.inputs[1...]), first: operation.first)
            let x = try call.merged(call.inputs[0], first: operation.first, count: operation.count)
            return call.graph.add("Gather", [x, places], [("axis", .int(operation.first))], shape: call.shape)
        },
    ]
}

extension Call {
    /// Several indices into dimensions from `first` on as one into all of these as a row.
    func places(_ x: Wire, _ indices: [Wire], first: Int) throws -> Wire {
        if indices.count == 1 { return indices[0] }
        var total: Wire?
        for (i, index) in indices.enumerated() {
            let size = try graph.scalar(
                Double(fixed([x.shape[first + i]], "an indexed dimension")[0]), .int64)
            // A negative one counts from the end of its own dimension.
            let place = try graph.binary("Mod", index, size)
            total = try total.map { try graph.binary("Add", graph.binary("Mul", $0, size), place) } ?? place
        }
        return total ?? indices[0]
    }

    /// So many dimensions from `first` on made one.
    func merged(_ x: Wire, first: Int, count: Int) throws -> Wire {
        guard let row = [Extent](x.shape[first..<first + count]).product else {
            throw refuse("\(name): dimensions that depend on the batch have no ONNX operator")
        }
        return try graph.reshape(x, x.shape[..<first] + [row] + x.shape[(first + count)...])
    }
}
