extension Operators {
    static let dropout = dropout(
        "dropout", "Elements set to 0 with probability `p`, the others scaled by 1 / (1 - p).", layer: "Dropout",
        example: .values(4, 5)
    ) { $0.shape }

    static let dropout1d = dropout(
        "dropout1d", "The same for whole channels of [n, c, l] or [c, l].", layer: "Dropout1d",
        example: .values(2, 3, 4)
    ) { x in
        guard x.dim == 2 || x.dim == 3 else {
            throw TensorError("an input [n, channels, length] or [channels, length] expected, got \(x.shape)")
        }
        return Shape(x.shape.dropLast() + [1])
    }

    static let dropout2d = dropout(
        "dropout2d", "The same for whole channels of [n, c, h, w] or, as in PyTorch, [n, c, l].", layer: "Dropout2d",
        example: .values(2, 3, 4, 2)
    ) { x in
        guard x.dim == 3 || x.dim == 4 else {
            throw TensorError("an input [n, channels, height, width] expected, got \(x.shape)")
        }
        return channels(x)
    }

    static let alphaDropout = dropout(
        "alpha_dropout", "Elements set to SELU's lowest value, all scaled so that mean and variance stay.",
        layer: "AlphaDropout", alpha: true, example: .values(4, 5)
    ) { $0.shape }

    static let featureAlphaDropout = dropout(
        "feature_alpha_dropout", "The same for whole channels of [n, c, ...].", layer: "FeatureAlphaDropout",
        alpha: true, example: .values(2, 3, 4)
    ) { x in
        guard x.dim >= 2 else { throw TensorError("an input [n, channels, ...] expected, got \(x.shape)") }
        return channels(x)
    }

    /// - Parameters:
    ///   - alpha: whether the layer is one for SELU, for which functions are not in training by default.
    ///   - mask: the shape of what is drawn.
    private static func dropout(
        _ name: String, _ doc: String, layer: String, alpha: Bool = false,
        example: @autoclosure @escaping Lazy<Example.Given>,
        mask: @escaping @Sendable (Tensor) throws -> Shape
    ) -> Operator {
        Operator(
            name, doc: doc,
            [
                .tensor("input"), .number("p", "probability of a 0", min: 0, max: 1, default: 0.5),
                .boolean("training", default: !alpha),
                .boolean("inplace", "whether the input itself is changed", default: false),
            ],
            faces: [.function, .functional, .layer(layer)],
            examples: alpha ? [.init(example(), 0.4, true)] : [.init(example()), .init(example(), 0.2)]
        ) { a, context in
            let x = try a.tensor("input")
            let (p, shape) = (try a.number("p"), try mask(x))
            guard p >= 0, p <= 1 else { throw TensorError("a probability from 0 to 1 expected, got \(p)") }
            guard try a.boolean("training"), p > 0, x.count > 0 else { return .tensor(x) }
            let result =
                try alpha ? x.alphaDropped(p, shape, context.generator) : x.dropped(p, shape, context.generator)
            return .tensor(try a.boolean("inplace") ? x.put(result) : result)
        }
    }

    /// One draw for each image and channel (Tompson et al., 2015).
    private static func channels(_ x: Tensor) -> Shape {
        Shape(x.shape.prefix(2) + x.shape.dropFirst(2).map { _ in 1 })
    }
}

extension Tensor {
    /// Elements replaced by 0 with probability `p`, the others scaled by `1 / (1 - p)` (Srivastava et al., 2014), with
    /// PyTorch's draws: one for each element of the mask, in the order in which the tensor's elements lie.
    public func dropped(_ p: Double, _ maskShape: Shape, _ generator: Generator) throws -> Tensor {
        if dtype == .float64 {
            return try self * (mask(p, maskShape, kept: 1, generator) / max(1 - p, .leastNormalMagnitude))
        }
        return try .applyOne(DropoutOperation(), [self, mask(p, maskShape, kept: 1 / Float(1 - p), generator)])
    }

    /// Elements replaced by SELU's lowest value with probability `p`, then all scaled and shifted so that mean 0 and
    /// variance 1 stay (Klambauer et al., 2017).
    func alphaDropped(_ p: Double, _ maskShape: Shape, _ generator: Generator) throws -> Tensor {
        try expectFloatingPoint()
        if p == 1 { return try self * 0 }
        let alpha = 1.7580993408473766
        let scale = 1 / ((alpha * alpha * p + 1) * (1 - p)).squareRoot()
        let mask = try mask(p, maskShape, kept: 1, generator)
        return try Self.alphaDropout([.tensor(self), .tensor(mask)], parameters: [scale, alpha * scale, p])
    }

    private static let alphaDropout = PointwiseFunction(
        "alpha_dropout", inputs: 2, parameters: 3,
        value: .variable(0) * (.variable(1) * .parameter(0))
            + ((.variable(1) - 1) * .parameter(1) + .parameter(1) * .parameter(2)))

    /// `kept` with probability `1 - p`, else 0.
    private func mask(_ p: Double, _ maskShape: Shape, kept: Float, _ generator: Generator) throws -> Tensor {
        try expectFloatingPoint()
        let order = maskShape == shape ? memoryOrder : Array(shape.indices)
        let ordered = Shape(order.map { maskShape[$0] })
        // Where nothing is kept, nothing is drawn.
        let mask =
            try p < 1
            ? Tensor.bernoulli(ordered, 1 - p, value: kept, generator) : Tensor.zeros(ordered)
        var places = order
        for (i, d) in order.enumerated() { places[d] = i }
        return try mask.permute(Shape(places)).detach().to(dtype)
    }

    /// The dimensions from the one whose elements lie farthest apart to the closest, as PyTorch orders them for a tensor
    /// that is to lie like this one: a dimension whose elements are repeated stays where it is among the others.
    private var memoryOrder: [Int] {
        var order = Array(shape.indices.reversed())
        for i in order.indices.dropFirst() {
            var place = i
            for other in (0..<i).reversed() {
                let (a, b) = (order[other], order[place])
                if strides[a] == 0 || strides[b] == 0 { continue }
                if strides[a] < strides[b] { break }
                if strides[a] > strides[b] || shape[a] > shape[b] {
                    order.swapAt(other, place)
                    place = other
                }
            }
        }
        return order.reversed()
    }
}

/// Elements times those of a mask of the same rank, whose dimensions of size 1 are repeated.
struct DropoutOperation: Operation {
    var name: String { "dropout" }
    static let product = PointwiseFunction("mul", inputs: 2, value: .variable(0) * .variable(1))

    func infer(_ inputs: [Spec]) throws -> [Spec] { [inputs[0]] }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        Self.product.fill(outputs[0], inputs.map { .tensor($0) })
    }

    func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [1]) }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        [try gradients[0].map { try $0 * kept.input(1) }, nil]
    }

    var takesDeferredGradients: Bool { true }

    func gradient(deferred: any DeferredGradient, _ kept: Kept) throws -> GradientOutcome? {
        guard let pooled = deferred as? PooledGradient else { return nil }
        let mask = try kept.input(1)
        guard isOfChannels(mask) else { return nil }
        return .deferred(try pooled.scaled(mask))
    }

    /// Whether a mask has one element for each image and channel.
    private func isOfChannels(_ mask: Tensor) -> Bool { mask.dim == 4 && mask.shape[2] == 1 && mask.shape[3] == 1 }

    func isOfChannels(_ inputs: [Tensor]) -> Bool {
        isOfChannels(inputs[1]) && inputs[1].isContiguous && inputs[1].dtype == .float32
    }
}
