import Kernels

extension Operators {
    static let maxPool1d = maximum(
        "max_pool1d", doc: "The largest element of each window of [n, c, l] or [c, l].", axes: 1,
        examples: [
            .init(.values(2, 2, 7), 3, 2, 1),
            .init(.values(2, 8), [2], options: ["dilation": 2, "ceil_mode": true, "return_indices": true]),
        ])

    static let maxPool2d = maximum(
        "max_pool2d", doc: "The largest element of each window of [n, c, h, w] or [c, h, w].", axes: 2,
        examples: [
            .init(.values(2, 2, 4, 5), [2, 3], [2, 1], [1, 1], [1, 2]), .init(.values(1, 2, 4, 6), 2),
            .init(.values(2, 5, 6), 3, 2, options: ["ceil_mode": true, "return_indices": true]),
        ])

    static let adaptiveMaxPool1d = adaptiveMaximum("adaptive_max_pool1d", axes: 1, example: .values(2, 3, 7))
    static let adaptiveMaxPool2d = adaptiveMaximum("adaptive_max_pool2d", axes: 2, example: .values(2, 2, 5, 7))

    private static let returnIndices = Argument.boolean(
        "return_indices", "whether the places of the maxima come too, counted in their planes", default: false)
    private static let maximaReturned = Returns.several([
        .object(Tensor.self, "the maxima"), .object(Tensor.self, "their places (int64)").orNil,
    ])

    private static func maximum(
        _ name: String, doc: String, axes: Int, examples: @autoclosure @escaping @Sendable () -> [Example]
    ) -> Operator {
        Operator(
            name, doc: doc,
            [.tensor("input")] + poolingArguments(axes: axes) + [
                .perAxis("dilation", "distance between the window's elements", axes: axes, min: 1, default: 1),
                roundingUp, returnIndices,
            ], returns: maximaReturned, faces: [.function, .functional],
            examples: examples()
        ) { a, _ in
            let options = try a.poolingOptions(axes: axes, dilation: true)
            return try maxima(a, axes) { try Pooling($0, options) }
        }
    }

    private static func adaptiveMaximum(_ name: String, axes: Int, example: @autoclosure @escaping Lazy<Example.Given>)
        -> Operator
    {
        Operator(
            name, doc: "The largest element of each of so many parts of the input.",
            [.tensor("input"), outputSize(axes: axes), returnIndices], returns: maximaReturned,
            faces: [.function, .functional, .layer(axes == 1 ? "AdaptiveMaxPool1d" : "AdaptiveMaxPool2d")],
            examples: [.init(example(), 3), .init(example(), 2, true)]
        ) { a, _ in
            let size = try a.outputSize(axes: axes)
            return try maxima(a, axes) { try Pooling(adaptive: $0, size) }
        }
    }

    private static func maxima(_ a: Arguments, _ axes: Int, _ pooling: (Spec) throws -> Pooling) throws -> Outcome {
        let found = try a.tensor("input").pooled(axes: axes) { x in try x.maxima(pooling(x.spec)) }
        return try a.boolean("return_indices") ? .several([found[0], found[1].to(.int64)]) : .tensor(found[0])
    }

    /// PyTorch's layers name `return_indices` before `ceil_mode`, its functions after.
    public static var maxPoolLayers: [(name: String, operation: Operator, arguments: [Argument])] {
        [("MaxPool1d", maxPool1d), ("MaxPool2d", maxPool2d)].map { name, operation in
            let given = operation.schema.arguments.dropFirst()
            return (name, operation, given.dropLast(2) + given.suffix(2).reversed())
        }
    }
}

extension Tensor {
    /// The largest element of each window over the last two dimensions of `[n, c, h, w]` or `[c, h, w]`; a NaN is larger
    /// than all.
    ///
    /// - Parameters:
    ///   - stride: default: the kernel's size.
    ///   - padding: at most half of the kernel.
    /// - Throws: `TensorError` where the window does not fit.
    public func maxPool2d(
        kernel: Pair, stride: Pair? = nil, padding: Pair = Pair(0), dilation: Pair = Pair(1)
    ) throws -> Tensor {
        let options = PoolingOptions(kernel, stride: stride, padding: padding, dilation: dilation)
        return try pooled(axes: 2) { try $0.maxima(Pooling($0.spec, options)) }[0]
    }

    /// The maxima of `[n, c, h, w]` and their places (int32).
    fileprivate func maxima(_ pooling: Pooling) throws -> [Tensor] {
        guard dtype.isFloatingPoint || dtype == .int64 else {
            let found = try to(.int64).maxima(pooling)
            return [try found[0].to(dtype), found[1]]
        }
        return try Tensor.apply(MaxPoolOperation(pooling: pooling), [contiguous()])
    }
}

/// The maxima, and where in its plane each of them stood (int32).
package struct MaxPoolOperation: Operation, Equatable {
    package let pooling: Pooling
    package var name: String { "max_pool2d" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        let output = pooling.output(inputs[0])
        return [output, Spec(output.shape, .int32)]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let (x, y, indices) = (inputs[0], outputs[0].bytes, outputs[1].address(as: Int32.self))
        pooling.eachPart(x.spec) { kernels.maxPool(x.dtype.computeType, pooling, x.bytes, y, indices: indices, $0) }
    }

    package func saves(_ needs: [Bool]) -> Saves { Saves(outputs: true) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = try gradients[0]?.contiguous() else { return [] }
        return [
            try .applyOne(
                MaxPoolGradient(pooling: pooling, input: kept.inputSpecs[0]), [gradient, kept.output(1)])
        ]
    }

    package func deferredGradient(_ gradients: [Tensor?], _ kept: Kept) throws -> (any DeferredGradient)? {
        guard pooling.isDisjoint, let gradient = gradients[0], gradient.dtype == .float32 else { return nil }
        return try pooled(gradient.contiguous(), mask: nil, kept)
    }

    package var takesDeferredGradients: Bool { pooling.isDisjoint }

    package func gradient(deferred gradient: any DeferredGradient, _ kept: Kept) throws -> GradientOutcome? {
        guard let rectified = gradient as? RectifiedGradient else { return nil }
        return .deferred(try pooled(rectified.gradient, mask: rectified.output, kept))
    }

    private func pooled(_ values: Tensor, mask: Tensor?, _ kept: Kept) throws -> PooledGradient {
        let places = try kept.output(1)
        return PooledGradient(
            values: values, mask: mask, places: places, corners: PendingPlanes.corners(of: places),
            maxima: try? kept.output(0), pooling: pooling, input: kept.inputSpecs[0])
    }
}

struct MaxPoolGradient: Operation {
    let pooling: Pooling
    let input: Spec
    var readsPlaces: Bool { true }
    var name: String { "max_pool2d_backward" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { [input] }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let (g, dx, indices) = (inputs[0].bytes, outputs[0].bytes, inputs[1].address(as: Int32.self))
        pooling.eachPart(input) {
            kernels.maxPoolBackward(input.dtype.computeType, pooling, g, indices: indices, dx, $0)
        }
    }

    func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [1]) }

    /// What each maximum's place holds.
    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let output = kept.inputSpecs[0].shape
        let planes: Shape = [output[0] * output[1], output[2] * output[3]]
        let places = try kept.input(1).to(.int64).reshape(planes)
        let inside = try Operators.maximum(places, Tensor.zeros([], dtype: .int64))
        let found = try gradient.reshape([planes[0], input.shape[2] * input.shape[3]]).gather(1, inside)
        return [try (found * Operators.ge(places, 0).to(gradient.dtype)).reshape(output), nil]
    }
}
