import KernelInterface
import Operators
import Tensors
import Tracing

extension Mapping {
    static let scattering: [Mapping] = [
        one(ScatterOperation.self) { operation, call in try call.scattered(operation.mode, operation.dimension) },
        one(ScatterReduceOperation.self) { operation, call in try call.scattered(operation.mode, operation.dimension) },
        one(UnpoolOperation.self) { operation, call in
            let zeros = try call.graph.expand(
                call.graph.numbers([0], [1, 1], call.dtype), call.shape)
            return call.graph.add(
                "ScatterElements", [zeros, call.inputs[1], call.inputs[0]], [("axis", .int(1))], shape: call.shape)
        },
        one(IndexPutOperation.self) { operation, call in
            // The indexed dimensions in front, as one; then back to where they were.
            let (graph, x) = (call.graph, call.inputs[0])
            let (first, count) = (operation.first, operation.count)
            let places = try call.places(x, Array(call.inputs[2...]), first: first)
            let row = try call.merged(x, first: first, count: count)
            let front = graph.transpose(row, [first] + Array(row.shape.indices).filter { $0 != first })
            let rank = places.shape.count
            let value = call.inputs[1]
            let inside = Array(first..<first + rank)
            let values = graph.transpose(value, inside + value.shape.indices.filter { !inside.contains($0) })
            let index = try graph.reshape(places, places.shape + [.one])
            let reduction: [(String, Attribute)] = operation.accumulates ? [("reduction", .string("add"))] : []
            let changed = graph.add("ScatterND", [front, index, values], reduction, shape: front.shape)
            var back = Array(1..<row.shape.count)
            back.insert(0, at: first)
            return try graph.reshape(graph.transpose(changed, back), x.shape)
        },
    ]
}

extension Call {
    /// Elements of the third input put, or combined with those of the first, where the second says.
    fileprivate func scattered(_ mode: ScatterMode, _ axis: Int) throws -> Wire {
        let reduction: String? =
            switch mode {
            case .assign: nil
            case .add: "add"
            case .multiply: "mul"
            case .maximum: "max"
            case .minimum: "min"
            }
        if mode == .maximum || mode == .minimum, graph.opset < 18 {
            throw refuse("\(name) of extremes has an ONNX operator from version 18 on; use opset_version = 18")
        }
        let (index, source) = (inputs[1], inputs[2])
        let used = try graph.slice(
            source, index.shape.indices.map { .init(axis: $0, start: Extent(0), length: index.shape[$0]) })
        return graph.add(
            "ScatterElements", [inputs[0], index, used],
            [("axis", .int(axis))] + (reduction.map { [("reduction", .string($0))] } ?? []), shape: shape)
    }
}
