import Operators
import Tensors
import Tracing

extension Mapping {
    static let matrices: [Mapping] = [
        one(LinearOperation.self) { _, call in
            let (x, weight, graph) = (call.inputs[0], call.inputs[1], call.graph)
            if x.shape.count == 2 {
                return graph.add("Gemm", call.inputs, [("transB", .int(1))], shape: call.shape)
            }
            let product = graph.add("MatMul", [x, graph.transpose(weight, [1, 0])], shape: call.shape)
            return try call.inputs.count > 2 ? graph.binary("Add", product, call.inputs[2]) : product
        },
        one(MatmulOperation.self) { _, call in call.graph.add("MatMul", call.inputs, shape: call.shape) },
    ]
}
