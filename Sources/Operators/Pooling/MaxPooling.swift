import Kernels

extension Operators {
    static let maxPool2d = Operator(
        "max_pool2d", doc: "The largest element of each window.",
        [.tensor("input")] + poolingArguments
            + [.integerOrPair("dilation", "distance between the window's elements", min: 1, default: 1)],
        faces: [.functional, .layer("MaxPool2d")],
        examples: [
            .init(.values(2, 2, 4, 5), [2, 3], [2, 1], [1, 1], [1, 2]), .init(.values(1, 2, 4, 6), 2),
        ]
    ) { a, _ in
        .tensor(
            try a.tensor("input").maxPool2d(
                kernel: a.pair("kernel_size"), stride: a.optionalPair("stride"), padding: a.pair("padding"),
                dilation: a.pair("dilation")))
    }
}

extension Tensor {
    /// The largest element of each window over the last two dimensions of `[n, c, h, w]`.
    ///
    /// - Parameters:
    ///   - stride: default: the kernel's size.
    ///   - padding: at most half of the kernel.
    /// - Throws: `TensorError` where the window does not fit.
    public func maxPool2d(
        kernel: Pair, stride: Pair? = nil, padding: Pair = Pair(0), dilation: Pair = Pair(1)
    ) throws -> Tensor {
        let pooling = try Pooling(
            spec, kernel: kernel, stride: stride ?? kernel, padding: padding, dilation: dilation)
        return try .apply(MaxPoolOperation(pooling: pooling), [contiguous()])[0]
    }
}

/// The maxima, and where in its plane each of them stood (int32).
struct MaxPoolOperation: Operation {
    let pooling: Pooling
    var name: String { "max_pool2d" }

    func infer(_ inputs: [Spec]) throws -> [Spec] {
        let output = pooling.output(inputs[0])
        return [output, Spec(output.shape, .int32)]
    }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let forward = Pooling.MaxForward(
            input: inputs[0].floats, output: outputs[0].floats, indices: outputs[1].address(as: Int32.self))
        pooling.eachPart(inputs[0].spec) { kernels.maxPool(pooling, forward, $0) }
    }

    func saves(_ needs: [Bool]) -> Saves { Saves(outputs: true) }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = try gradients[0]?.contiguous() else { return [] }
        return [
            try .applyOne(
                MaxPoolGradient(pooling: pooling, input: kept.inputSpecs[0]), [gradient, kept.output(1)])
        ]
    }
}

private struct MaxPoolGradient: Operation {
    let pooling: Pooling
    let input: Spec
    var name: String { "max_pool2d_backward" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { [input] }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let backward = Pooling.MaxBackward(
            outputGradient: inputs[0].floats, indices: inputs[1].address(as: Int32.self),
            inputGradient: outputs[0].floats)
        pooling.eachPart(input) { kernels.maxPoolBackward(pooling, backward, $0) }
    }

    func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [1]) }

    /// What each maximum's place holds.
    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let output = kept.inputSpecs[0].shape
        let planes = Shape([output[0], output[1], -1])
        let places = try kept.input(1).to(.int64).reshape(planes)
        let inside = try Operators.maximum(places, Tensor.zeros([], dtype: .int64))
        let found = try gradient.reshape(planes).gather(2, inside)
        return [try (found * Operators.ge(places, 0).to(.float32)).reshape(output), nil]
    }
}
