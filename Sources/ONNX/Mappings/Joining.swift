import Operators
import Tensors
import Tracing

extension Mapping {
    static let joining: [Mapping] = [
        // A copy is what it is a copy of.
        one(CloneOperation.self) { _, call in try call.graph.expand(call.inputs[0], call.shape) },
        one(ConvertOperation.self) { operation, call in call.graph.cast(call.inputs[0], operation.target) },
        one(CatOperation.self) { operation, call in
            let parts = call.inputs.filter { $0.shape[operation.dimension] != Extent(0) }
            return call.graph.add("Concat", parts, [("axis", .int(operation.dimension))], shape: call.shape)
        },
        one(ConstantPadOperation.self) { operation, call in
            try call.graph.pad(call.inputs[0], operation.before.array, operation.behind.array, operation.value)
        },
    ]
}
