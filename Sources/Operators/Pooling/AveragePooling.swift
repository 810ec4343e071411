import Kernels

extension Operators {
    static let avgPool2d = Operator(
        "avg_pool2d", doc: "The mean of each window.", [.tensor("input")] + poolingArguments,
        faces: [.functional, .layer("AvgPool2d")],
        examples: [.init(.values(2, 2, 4, 5), [2, 3], [1, 2], [1, 1]), .init(.values(1, 2, 4, 4), 2)]
    ) { a, _ in
        .tensor(
            try a.tensor("input").avgPool2d(
                kernel: a.pair("kernel_size"), stride: a.optionalPair("stride"), padding: a.pair("padding")))
    }
}

extension Tensor {
    /// The mean of each window over the last two dimensions of `[n, c, h, w]`; padding counts as zeros.
    ///
    /// - Parameter stride: default: the kernel's size.
    public func avgPool2d(kernel: Pair, stride: Pair? = nil, padding: Pair = Pair(0)) throws -> Tensor {
        let pooling = try Pooling(spec, kernel: kernel, stride: stride ?? kernel, padding: padding)
        return try .applyOne(AvgPoolOperation(pooling: pooling), [contiguous()])
    }
}

struct AvgPoolOperation: Operation {
    let pooling: Pooling
    var name: String { "avg_pool2d" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { [pooling.output(inputs[0])] }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let forward = Pooling.AverageForward(input: inputs[0].floats, output: outputs[0].floats)
        pooling.eachPart(inputs[0].spec) { kernels.averagePool(pooling, forward, $0) }
    }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = try gradients[0]?.contiguous() else { return [] }
        return [try .applyOne(AvgPoolGradient(pooling: pooling, input: kept.inputSpecs[0]), [gradient])]
    }
}

private struct AvgPoolGradient: Operation {
    let pooling: Pooling
    let input: Spec
    var name: String { "avg_pool2d_backward" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { [input] }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let backward = Pooling.AverageBackward(
            outputGradient: inputs[0].floats, inputGradient: outputs[0].floats)
        pooling.eachPart(input) { kernels.averagePoolBackward(pooling, backward, $0) }
    }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        [try gradients[0].map { try .applyOne(AvgPoolOperation(pooling: pooling), [$0.contiguous()]) }]
    }
}
