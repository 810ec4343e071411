import Kernels

extension Operators {
    static let avgPool1d = average(
        "avg_pool1d", doc: "The mean of each window of [n, c, l] or [c, l].", axes: 1,
        examples: [.init(.values(2, 2, 7), 3, 2, 1, true, false), .init(.values(2, 8), [2])])

    static let avgPool2d = average(
        "avg_pool2d", doc: "The mean of each window of [n, c, h, w] or [c, h, w].", axes: 2,
        examples: [
            .init(.values(2, 2, 4, 5), [2, 3], [1, 2], [1, 1]), .init(.values(1, 2, 4, 4), 2),
            .init(.values(2, 5, 6), 3, 2, 1, true, false),
            .init(.values(1, 1, 4, 5), 2, options: ["divisor_override": 3]),
        ])

    static let adaptiveAvgPool1d = adaptiveAverage("adaptive_avg_pool1d", axes: 1, example: .values(2, 3, 7))
    static let adaptiveAvgPool2d = adaptiveAverage("adaptive_avg_pool2d", axes: 2, example: .values(2, 2, 5, 7))

    private static func average(
        _ name: String, doc: String, axes: Int, examples: @autoclosure @escaping @Sendable () -> [Example]
    ) -> Operator {
        let divisor = Argument.integer("divisor_override", "what sums are divided by instead of the members").optional
        return Operator(
            name, doc: doc,
            [.tensor("input")] + poolingArguments(axes: axes) + [
                roundingUp, .boolean("count_include_pad", "whether the divisor counts the padding", default: true),
            ] + (axes == 1 ? [] : [divisor]),
            faces: (axes == 1 ? [.function] : []) + [.functional, .layer(axes == 1 ? "AvgPool1d" : "AvgPool2d")],
            examples: examples()
        ) { a, _ in
            let options = try a.poolingOptions(axes: axes)
            let divisor = axes == 1 ? nil : try a.optionalInteger("divisor_override")
            guard divisor != 0 else { throw TensorError("a divisor_override other than 0 expected") }
            let countsPadding = try a.boolean("count_include_pad")
            return .tensor(
                try a.tensor("input").pooled(axes: axes) { x in
                    var pooling = try Pooling(x.spec, options)
                    pooling.countsPadding = countsPadding
                    pooling.divisor = divisor ?? 0
                    return [try x.averages(pooling)]
                }[0])
        }
    }

    private static func adaptiveAverage(_ name: String, axes: Int, example: @autoclosure @escaping Lazy<Example.Given>)
        -> Operator
    {
        Operator(
            name, doc: "The mean of each of so many parts of the input.", [.tensor("input"), outputSize(axes: axes)],
            faces: (axes == 1 ? [.function] : []) + [
                .functional, .layer(axes == 1 ? "AdaptiveAvgPool1d" : "AdaptiveAvgPool2d"),
            ], examples: [.init(example(), 3), .init(example(), 1)]
        ) { a, _ in
            let size = try a.outputSize(axes: axes)
            let x = try a.tensor("input")
            try x.expectFloatingPoint()
            return .tensor(
                try x.pooled(axes: axes) { x in [try x.averages(Pooling(adaptive: x.spec, size))] }[0])
        }
    }
}

extension Tensor {
    /// The mean of each window over the last two dimensions of `[n, c, h, w]` or `[c, h, w]`; padding counts as zeros.
    ///
    /// - Parameter stride: default: the kernel's size.
    public func avgPool2d(kernel: Pair, stride: Pair? = nil, padding: Pair = Pair(0)) throws -> Tensor {
        let options = PoolingOptions(kernel, stride: stride, padding: padding)
        return try pooled(axes: 2) { [try $0.averages(Pooling($0.spec, options))] }[0]
    }

    /// The means of windows of `[n, c, h, w]`.
    func averages(_ pooling: Pooling) throws -> Tensor {
        guard dtype.isFloatingPoint || dtype == .int64 else { return try to(.int64).averages(pooling).to(dtype) }
        return try .applyOne(AveragePoolOperation(pooling: pooling), [contiguous()])
    }
}

package struct AveragePoolOperation: Operation, Equatable {
    package let pooling: Pooling
    package var name: String { "avg_pool2d" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] { [pooling.output(inputs[0])] }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let (x, y) = (inputs[0], outputs[0].bytes)
        pooling.eachPart(x.spec) { kernels.averagePool(x.dtype.computeType, pooling, x.bytes, y, $0) }
    }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = try gradients[0]?.contiguous() else { return [] }
        return [try .applyOne(AveragePoolGradient(pooling: pooling, input: kept.inputSpecs[0]), [gradient])]
    }
}

private struct AveragePoolGradient: Operation {
    let pooling: Pooling
    let input: Spec
    var name: String { "avg_pool2d_backward" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { [input] }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let (g, dx) = (inputs[0].bytes, outputs[0].bytes)
        pooling.eachPart(input) { kernels.averagePoolBackward(input.dtype.computeType, pooling, g, dx, $0) }
    }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        [try gradients[0].map { try $0.averages(pooling) }]
    }
}
