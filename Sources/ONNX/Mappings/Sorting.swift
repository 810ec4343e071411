import Operators
import Tensors
import Tracing

extension Mapping {
    static let sorting: [Mapping] = [
        one(ArgsortOperation.self) { operation, call in
            let x = call.inputs[0]
            let numbers = x.dtype.isFloatingPoint ? x : call.graph.cast(x, .int64)
            // Of equal elements, TopK gives the one in front first, in either order.
            return call.graph.add(
                "TopK", [numbers, try call.graph.sizes([x.shape[operation.dimension]])],
                [
                    ("axis", .int(operation.dimension)), ("largest", .int(operation.descending ? 1 : 0)),
                    ("sorted", .int(1)),
                ], outputs: [(x.shape, numbers.dtype), (x.shape, .int64)])[1]
        }
    ]
}
