import Kernels

extension Operators {
    static let convTranspose1d = transposed(
        "conv_transpose1d", doc: "The transpose of a 1-D convolution, with a weight [c, out / groups, k].", axes: 1,
        examples: [
            .init(.values(2, 4, 5), .values(4, 2, 3), .values(4), 2, 1, 1, 2, 1),
            .init(.values(2, 4), .values(2, 3, 2)),
        ])

    static let convTranspose2d = transposed(
        "conv_transpose2d", doc: "The transpose of a 2-D convolution, with a weight [c, out / groups, kh, kw].",
        axes: 2,
        examples: [
            .init(.values(2, 4, 3, 4), .values(4, 1, 3, 2), .values(2), [2, 3], [1, 0], [1, 2], 2, [1, 2]),
            .init(.values(3, 2, 4), .values(3, 2, 2, 2)),
        ])

    private static func transposed(
        _ name: String, doc: String, axes: Int, examples: @autoclosure @escaping @Sendable () -> [Example]
    ) -> Operator {
        Operator(
            name, doc: doc,
            [.tensor("input"), .tensor("weight"), .tensor("bias").optional] + transposedArguments(axes: axes) + [
                .integer("groups", "groups of channels that do not see each other", min: 1, default: 1),
                .perAxis("dilation", "distance between the kernel's elements", axes: axes, min: 1, default: 1),
            ],
            faces: [.function, .functional], examples: examples()
        ) { a, _ in
            let (x, weight, bias) = (try a.tensor("input"), try a.tensor("weight"), try a.optionalTensor("bias"))
            let options = try a.convolutionOptions(axes: axes)
            let more = try a.perAxis("output_padding", axes, row: 0)
            return .tensor(
                try axes == 1
                    ? x.convTranspose1d(weight, bias, options, outputPadding: more)
                    : x.convTranspose2d(weight, bias, options, outputPadding: more))
        }
    }

    public static func transposedArguments(axes: Int) -> [Argument] {
        [
            .perAxis("stride", "step of the kernel", axes: axes, min: 1, default: 1),
            .perAxis("padding", "places that both sides of the result lose", axes: axes, min: 0, default: 0),
            .perAxis("output_padding", "places that the result's end gets", axes: axes, min: 0, default: 0),
        ]
    }
}

extension Tensor {
    /// What a convolution's input would get as its gradient if this tensor were that of its output (Zeiler et al., 2010):
    /// `[n, c, h, w]` or `[c, h, w]` with a weight `[c, out / groups, kh, kw]` gives
    /// `[n, out, (h - 1)s - 2p + d(kh - 1) + outputPadding + 1, …]`.
    ///
    /// - Parameter outputPadding: less than the stride or the dilation.
    /// - Throws: `TensorError` where channels, groups, sizes or types do not fit.
    public func convTranspose2d(
        _ weight: Tensor, _ bias: Tensor? = nil, _ options: ConvolutionOptions = .init(), outputPadding: Pair = Pair(0)
    ) throws -> Tensor {
        if dim == 3, weight.dim == 4 {
            return try unsqueeze(0).convTranspose2d(weight, bias, options, outputPadding: outputPadding).squeeze([0])
        }
        guard dim == 4, weight.dim == 4 else {
            throw TensorError(
                "an input [n, channels, height, width] and a weight [in, out, height, width] expected, got \(shape) and "
                    + "\(weight.shape)")
        }
        let (stride, dilation) = (options.stride, options.dilation)
        guard options.isInRange, outputPadding.allSatisfy({ $0 >= 0 }),
            outputPadding.rows < max(stride.rows, dilation.rows),
            outputPadding.columns < max(stride.columns, dilation.columns)
        else {
            throw TensorError(
                "an output_padding less than stride \(stride) or dilation \(dilation) expected, got \(outputPadding)")
        }
        guard shape[1] == weight.shape[0], options.groups >= 1, shape[1] % options.groups == 0 else {
            throw TensorError(
                "expected \(plural(weight.shape[0], "input channel")) in \(plural(options.groups, "group")), got "
                    + "\(shape[1]) (input \(shape), weight \(weight.shape))")
        }
        let channels = weight.shape[1].multipliedReportingOverflow(by: options.groups)
        guard !channels.overflow else { throw TensorError("the convolution is more than memory can hold") }
        try expectAlike(weight, bias, channels: channels.partialValue)
        // Whole steps beyond the end are those of an input with zeros there.
        let whole = Pair(outputPadding.rows / stride.rows, outputPadding.columns / stride.columns)
        let x = try padded([0, whole.columns, 0, whole.rows])
        func size(_ d: Int, _ axis: KeyPath<Pair, Int>) -> Int {
            (x.shape[d] - 1) * stride[keyPath: axis] - 2 * options.padding[keyPath: axis]
                + dilation[keyPath: axis] * (weight.shape[d] - 1) + outputPadding[keyPath: axis] % stride[keyPath: axis]
                + 1
        }
        guard (x.shape[2...] + weight.shape[2...]).allSatisfy({ $0 > 0 && $0 < 1 << 31 }),
            size(2, \.rows) > 0, size(3, \.columns) > 0
        else {
            throw TensorError(
                "an input of \(shape[2])x\(shape[3]) and a kernel of \(weight.shape[2])x\(weight.shape[3]) leave nothing "
                    + "(padding \(options.padding))")
        }
        let target: Shape = [shape[0], channels.partialValue, size(2, \.rows), size(3, \.columns)]
        let result = try x.convolvedBack(weight, options, target)
        return try bias.map { try result + $0.reshape([channels.partialValue, 1, 1]) } ?? result
    }

    /// The same of `[n, c, l]` or `[c, l]` with a weight `[c, out / groups, k]`. Of the options those for columns count.
    public func convTranspose1d(
        _ weight: Tensor, _ bias: Tensor? = nil, _ options: ConvolutionOptions = .init(), outputPadding: Pair = Pair(0)
    ) throws -> Tensor {
        try expectSignals(weight, "[in, out, length]")
        return try unsqueeze(-2).convTranspose2d(weight.unsqueeze(-2), bias, options, outputPadding: outputPadding)
            .squeeze([-2])
    }

    private func convolvedBack(_ weight: Tensor, _ options: ConvolutionOptions, _ target: Shape) throws -> Tensor {
        let geometry = try Convolution(target, weight.shape, options)
        guard dtype != .float32 else {
            return try .applyOne(
                ConvolutionInputGradient(options: options, input: target), [contiguous(), weight.contiguous()])
        }
        try expectFloatingPoint()
        let groups = options.groups
        let x = try reshape([shape[0], groups, shape[1] / groups, geometry.outPixels])
        let taps = try weight.reshape([groups, shape[1] / groups, geometry.taps]).transpose(1, 2)
        return try taps.matmul(x).reshape([shape[0], groups * geometry.taps, geometry.outPixels]).folded(geometry)
    }
}
