import Operators
import Tensors
import Tracing

extension Mapping {
    static let reductions: [Mapping] = [
        one(SumOperation.self) { operation, call in
            let sum = try call.graph.reduce("ReduceSum", call.inputs[0], operation.dimensions)
            return try call.graph.reshape(sum, call.shape)
        },
        one(ProductOperation.self) { operation, call in
            try call.graph.overIntegers(call.inputs[0]) {
                try call.graph.reduce("ReduceProd", $0, [operation.dimension])
            }
        },
        one(ExtremeOperation.self) { operation, call in
            try call.graph.extreme(operation.reduction == .maximum, call.inputs[0], operation.dimensions)
        },
        Mapping(ArgExtremeOperation.self) { operation, call in
            let (x, isMaximum) = (call.inputs[0], operation.reduction == .maximum)
            var results = call.inputs
            if call.needed[0] { results[0] = try call.graph.extreme(isMaximum, x, [operation.dimension]) }
            guard call.needed[1] else { return [results[0], results[0]] }
            let numbers = x.dtype.isFloatingPoint ? x : call.graph.cast(x, .float64)
            let places = call.graph.add(
                isMaximum ? "ArgMax" : "ArgMin", [numbers],
                [("axis", .int(operation.dimension)), ("keepdims", .int(1))], shape: call.outputs[1].shape, .int64)
            return [results[0], places]
        },
        one(LogSumExpOperation.self) { operation, call in
            try call.graph.reduce("ReduceLogSumExp", call.inputs[0], operation.dimensions)
        },
        one(PresenceOperation.self) { _, call in
            let x = call.inputs[0]
            let isZero = try call.graph.binary("Equal", x, call.graph.scalar(0, x.dtype), .bool)
            return call.graph.cast(call.graph.unary("Not", isZero), x.dtype)
        },
        // Its value was found before.
        one(ValueOperation.self) { _, call in call.inputs[1] },
    ]
}

extension GraphBuilder {
    /// A reduction of integers and truth values, as int64, which every runtime has.
    func overIntegers(_ x: Wire, _ body: (Wire) throws -> Wire) rethrows -> Wire {
        x.dtype.isFloatingPoint ? try body(x) : cast(try body(cast(x, .int64)), x.dtype)
    }

    /// The largest or smallest elements over dimensions, which stay with size 1.
    func extreme(_ isMaximum: Bool, _ x: Wire, _ dimensions: [Int]) throws -> Wire {
        try overIntegers(x) { try reduce(isMaximum ? "ReduceMax" : "ReduceMin", $0, dimensions) }
    }
}
