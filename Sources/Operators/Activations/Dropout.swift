extension Operators {
    static let dropout = dropout(
        "dropout", "Elements set to 0 with probability `p`, the others scaled by 1 / (1 - p).", layer: "Dropout",
        example: .values(4, 5)
    ) { $0.shape }

    static let dropout1d = dropout(
        "dropout1d", "The same for whole channels of [n, c, l] or [c, l].", layer: "Dropout1d",
        example: .values(2, 3, 4)
    ) { try channelMask($0, spatial: 1) }

    static let dropout2d = dropout(
        "dropout2d", "The same for whole channels of [n, c, h, w] or [c, h, w].", layer: "Dropout2d",
        example: .values(2, 3, 4, 2)
    ) { try channelMask($0, spatial: 2) }

    private static func dropout(
        _ name: String, _ doc: String, layer: String, example: Example.Given,
        mask: @escaping @Sendable (Tensor) throws -> Shape
    ) -> Operator {
        Operator(
            name, doc: doc,
            [
                .tensor("input"), .number("p", "probability of a 0", min: 0, max: 1, default: 0.5),
                .boolean("training", default: true),
            ],
            faces: [.function, .functional, .layer(layer)], examples: [.init(example), .init(example, 0.2)]
        ) { a, context in
            let x = try a.tensor("input")
            let (p, shape) = (try a.number("p"), try mask(x))
            guard p >= 0, p <= 1 else { throw TensorError("a probability from 0 to 1 expected, got \(p)") }
            guard try a.boolean("training"), p > 0 else { return .tensor(x) }
            return .tensor(try x.dropped(p, shape, context.generator))
        }
    }

    /// One draw for each image and channel (Tompson et al., 2015).
    private static func channelMask(_ x: Tensor, spatial: Int) throws -> Shape {
        guard x.dim == spatial + 2 || x.dim == spatial + 1 else {
            let sizes = spatial == 1 ? "length" : "height, width"
            throw TensorError("an input [n, channels, \(sizes)] expected, got \(x.shape)")
        }
        var shape = x.shape
        for d in shape.count - spatial..<shape.count { shape[d] = 1 }
        return shape
    }
}

extension Tensor {
    /// Elements replaced by 0 with probability `p`, the others scaled by `1 / (1 - p)` (Srivastava et al., 2014), with
    /// PyTorch's draws: one for each element of the mask, in the order in which the tensor's elements lie.
    func dropped(_ p: Double, _ maskShape: Shape, _ generator: Generator) throws -> Tensor {
        try expectFloatingPoint()
        let order = maskShape == shape ? memoryOrder : Array(shape.indices)
        let ordered = Shape(order.map { maskShape[$0] })
        // Where nothing is kept, nothing is drawn.
        var mask =
            try p < 1
            ? Tensor.bernoulli(ordered, 1 - p, value: dtype == .float64 ? 1 : 1 / Float(1 - p), generator)
            : Tensor.zeros(ordered)
        if dtype == .float64 { mask = try mask.to(.float64) * (p < 1 ? 1 / (1 - p) : 0) }
        var places = order
        for (i, d) in order.enumerated() { places[d] = i }
        return try self * mask.permute(Shape(places)).detach()
    }

    /// The dimensions from the one whose elements lie farthest apart to the closest, where the elements lie without gaps;
    /// else as they are.
    private var memoryOrder: [Int] {
        let order = shape.indices.sorted { strides[$0] == strides[$1] ? $0 < $1 : strides[$0] > strides[$1] }
        var step = 1
        for d in order.reversed() where shape[d] != 1 {
            if strides[d] != step { return Array(shape.indices) }
            step *= shape[d]
        }
        return order
    }
}
