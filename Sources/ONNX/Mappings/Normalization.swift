import Operators
import Tensors
import Tracing

extension Mapping {
    static let normalization: [Mapping] = [
        // Layer, group and instance norm before their scale and shift.
        Mapping(StandardizeOperation.self) { operation, call in
            let graph = call.graph
            let found = try graph.moments(call.inputs[0], [0, 2], correction: 0)
            let root = graph.unary(
                "Sqrt", try graph.binary("Add", found.variance, graph.scalar(operation.eps, call.dtype)))
            let channels = [call.shape[1]]
            return [
                try graph.binary("Div", found.distance, root), try graph.reshape(found.mean, channels),
                try graph.reshape(found.variance, channels),
            ]
        },
        one(BatchNormOperation.self) { operation, call in
            call.graph.add(
                "BatchNormalization", call.inputs, [("epsilon", .float(operation.eps))], shape: call.shape)
        },
        Mapping(ChannelMomentsOperation.self) { _, call in
            let x = call.inputs[0]
            let found = try call.graph.moments(x, x.shape.indices.filter { $0 != 1 }, correction: 0)
            return try [found.mean, found.variance].map { try call.graph.reshape($0, [x.shape[1]]) }
        },
        one(VarianceOperation.self) { operation, call in
            try call.graph.moments(call.inputs[0], operation.dimensions, correction: operation.correction).variance
        },
        one(SoftmaxOperation.self) { operation, call in
            let x = call.inputs[0]
            let isNumber = x.shape.isEmpty
            let row = try isNumber ? call.graph.reshape(x, [.one]) : x
            let axis = isNumber ? 0 : operation.dimension
            let result = call.graph.add(
                operation.isLog ? "LogSoftmax" : "Softmax", [row], [("axis", .int(axis))], shape: row.shape)
            return try call.graph.reshape(result, x.shape)
        },
    ]
}

extension GraphBuilder {
    /// Mean, distances from it and the mean of their squares over dimensions, which stay with size 1.
    ///
    /// - Parameter correction: how many fewer members the squares are divided by.
    func moments(_ x: Wire, _ dimensions: [Int], correction: Double) throws -> (
        mean: Wire, distance: Wire, variance: Wire
    ) {
        let mean = try reduce("ReduceMean", x, dimensions)
        let distance = try binary("Sub", x, mean)
        let squares = try binary("Mul", distance, distance)
        if correction == 0 { return (mean, distance, try reduce("ReduceMean", squares, dimensions)) }
        guard let members = dimensions.map({ x.shape[$0] }).product, members.isConstant else {
            throw refuse("a variance over the batch has no ONNX operator here; use correction = 0")
        }
        let divisor = try scalar(max(0, Double(members.base) - correction), x.dtype)
        return (mean, distance, try binary("Div", reduce("ReduceSum", squares, dimensions), divisor))
    }
}
