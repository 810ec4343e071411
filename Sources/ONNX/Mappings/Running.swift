import Operators
import Tensors
import Tracing

extension Mapping {
    /// Running sums have an operator. Others are reductions of a matrix that holds at each place what comes before it.
    static let running: [Mapping] = [
        one(AccumulateOperation.self) { operation, call in
            let (graph, x, axis) = (call.graph, call.inputs[0], operation.dimension)
            switch operation.reduction {
            case .sum:
                return try graph.overIntegers(x) { x in
                    graph.add("CumSum", [x, try graph.scalar(Double(axis), .int64)], shape: x.shape)
                }
            case .product:
                return try graph.overIntegers(x) { x in try call.running("ReduceProd", x, axis, outside: 1) }
            default: return try call.running("ReduceLogSumExp", x, axis, outside: -.infinity)
            }
        },
        one(RunningExtremeOperation.self) { operation, call in
            let (graph, x, axis) = (call.graph, call.inputs[0], operation.dimension)
            let isMaximum = operation.reduction == .maximum
            let numbers = graph.cast(x, x.dtype == .float32 ? .float32 : .float64)
            let seen = try call.seen(numbers, axis, outside: isMaximum ? -.infinity : .infinity)
            var shape = seen.shape
            shape[axis + 1] = .one
            let places = graph.add(
                isMaximum ? "ArgMax" : "ArgMin", [seen],
                [("axis", .int(axis + 1)), ("keepdims", .int(1)), ("select_last_index", .int(1))], shape: shape, .int64)
            return try graph.reshape(places, x.shape)
        },
    ]
}

extension Call {
    fileprivate func running(_ kind: String, _ x: Wire, _ axis: Int, outside: Double) throws -> Wire {
        try graph.reshape(graph.reduce(kind, seen(x, axis, outside: outside), [axis + 1]), x.shape)
    }

    /// With a dimension behind `axis` that goes through the places up to each, and holds `outside` beyond it.
    fileprivate func seen(_ x: Wire, _ axis: Int, outside: Double) throws -> Wire {
        let length = try fixed([x.shape[axis]], "a dimension")[0]
        guard length <= 1 << 12 else {
            throw refuse("\(name) over more than \(1 << 12) places, \(length) here, has no ONNX operator")
        }
        var form = [Extent](repeating: .one, count: x.shape.count + 1)
        (form[axis], form[axis + 1]) = (Extent(length), Extent(length))
        let mask = (0..<length * length).map { Double($0 % length <= $0 / length ? 1 : 0) }
        let isSeen = graph.cast(
            try graph.numbers(mask, form.map(\.base), .int64), .bool)
        let row = try graph.reshape(x, x.shape[..<axis] + [.one] + x.shape[axis...])
        guard let shape = row.shape.broadcast(with: form) else { throw refuse("\(name) has no ONNX operator") }
        return graph.add("Where", [isSeen, row, try graph.scalar(outside, x.dtype)], shape: shape, x.dtype)
    }
}
