import Kernels

extension Operators {
    static let conv1d = convolution(
        "conv1d", doc: "1-D convolution of [n, c, l] or [c, l] with a weight [out, c / groups, k].", axes: 1,
        examples: [
            .init(.values(2, 4, 7), .values(4, 2, 3), .values(4), 2, [2], 2, 2),
            .init(.values(2, 7), .values(3, 2, 4), options: ["padding": "same"]),
        ])

    static let conv2d = convolution(
        "conv2d", doc: "2-D convolution of [n, c, h, w] or [c, h, w] with a weight [out, c / groups, kh, kw].", axes: 2,
        examples: [
            .init(
                .values(2, 2, 4, 5), .values(4, 1, 3, 2), .values(4), [1, 2], [2, 1], [2, 1], options: ["groups": 2]),
            .init(.values(1, 3, 5, 20), .values(2, 3, 3, 3), options: ["padding": 1]),
            .init(.values(2, 4, 5), .values(3, 2, 2, 3), options: ["padding": "same", "dilation": 2]),
        ])

    private static func convolution(
        _ name: String, doc: String, axes: Int, examples: @autoclosure @escaping @Sendable () -> [Example]
    ) -> Operator {
        Operator(
            name, doc: doc,
            [.tensor("input"), .tensor("weight"), .tensor("bias").optional] + convolutionArguments(axes: axes),
            faces: [.function, .functional], examples: examples()
        ) { a, _ in
            let (x, weight, bias) = (try a.tensor("input"), try a.tensor("weight"), try a.optionalTensor("bias"))
            let options = try a.convolutionOptions(axes: axes)
            return .tensor(try axes == 1 ? x.conv1d(weight, bias, options) : x.conv2d(weight, bias, options))
        }
    }

    /// What constructors of layers take too.
    public static func convolutionArguments(axes: Int) -> [Argument] {
        [
            .perAxis("stride", "step of the kernel", axes: axes, min: 1, default: 1),
            Argument(
                "padding", "zeros on both sides, 'valid' for none, 'same' for a result of the input's size",
                .anyOf([.perAxis(axes, min: 0), .choice(["same", "valid"])]), .integer(0)),
            .perAxis("dilation", "distance between the kernel's elements", axes: axes, min: 1, default: 1),
            .integer("groups", "groups of channels that do not see each other", min: 1, default: 1),
        ]
    }
}

extension Argument {
    /// A number for each axis, or one for all.
    public static func perAxis(
        _ name: StaticString, _ doc: String = "", axes: Int, min: Int, default value: Int? = nil
    ) -> Argument { Argument(name, doc, .perAxis(axes, min: min), value.map { .integer($0) }) }
}

extension ArgumentKind {
    public static func perAxis(_ axes: Int, min: Int) -> ArgumentKind {
        axes == 2 ? .integerOrPair(min ... .max) : .anyOf([.integer(min ... .max), .integers])
    }
}

extension Arguments {
    /// A number for each axis. What has one axis is worked on as an image of one row.
    ///
    /// - Parameter row: the number for the axis that one-dimensional things lack.
    public func perAxis(_ name: StaticString, _ axes: Int, row: Int) throws -> Pair {
        guard axes == 1 else { return try pair(name) }
        let numbers = try integers(name)
        guard numbers.count == 1 else {
            throw TensorError("one number expected for '\(name)', got \(numbers.count)")
        }
        return Pair(row, numbers[0])
    }

    public func convolutionOptions(axes: Int) throws -> ConvolutionOptions {
        let mode = try optionalString("padding")
        return ConvolutionOptions(
            stride: try perAxis("stride", axes, row: 1),
            padding: try mode == nil ? perAxis("padding", axes, row: 0) : Pair(0),
            dilation: try perAxis("dilation", axes, row: 1), groups: try integer("groups"), keepsSize: mode == "same")
    }
}

extension Tensor {
    /// 2-D convolution (cross-correlation) of `[n, c, h, w]` with a weight `[out, c / groups, kh, kw]` and a bias
    /// `[out]`: `[n, out, (h + 2p - d(kh - 1) - 1) / s + 1, …]`. An input `[c, h, w]` is one image.
    ///
    /// - Throws: `TensorError` where channels, groups, sizes or types do not fit.
    public func conv2d(_ weight: Tensor, _ bias: Tensor? = nil, _ options: ConvolutionOptions = .init()) throws
        -> Tensor
    {
        if dim == 3, weight.dim == 4 { return try unsqueeze(0).conv2d(weight, bias, options).squeeze([0]) }
        guard dim == 4, weight.dim == 4 else {
            throw TensorError(
                "an input [n, channels, height, width] and a weight [out, in, height, width] expected, got \(shape) and "
                    + "\(weight.shape)")
        }
        if options.keepsSize {
            let (fixed, behind) = try options.keepingSize(of: weight.shape)
            return try padded([0, behind.columns, 0, behind.rows]).conv2d(weight, bias, fixed)
        }
        let shape = try Convolution(self.shape, weight.shape, options)
        try expectAlike(weight, bias, channels: shape.outChannels)
        guard dtype == .float32 else { return try convolveUnfolded(weight, bias, shape) }
        return try .applyOne(
            ConvolutionOperation(options: options), [contiguous(), weight.contiguous()] + (bias.map { [$0] } ?? []))
    }

    /// 1-D convolution of `[n, c, l]` or `[c, l]` with a weight `[out, c / groups, k]` and a bias `[out]`. Of the options
    /// those for columns count.
    ///
    /// - Throws: `TensorError` where channels, groups, sizes or types do not fit.
    public func conv1d(_ weight: Tensor, _ bias: Tensor? = nil, _ options: ConvolutionOptions = .init()) throws
        -> Tensor
    {
        try expectSignals(weight, "[out, in, length]")
        return try unsqueeze(-2).conv2d(weight.unsqueeze(-2), bias, options).squeeze([-2])
    }

    /// - Throws: `TensorError` unless this is one or many signals and the weight is for such.
    func expectSignals(_ weight: Tensor, _ form: String) throws {
        guard weight.dim == 3, dim == 2 || dim == 3 else {
            throw TensorError(
                "an input [n, channels, length] and a weight \(form) expected, got \(shape) and \(weight.shape)")
        }
    }

    /// - Throws: `TensorError` where a convolution's operands differ in type, or the bias is not one number a channel.
    func expectAlike(_ weight: Tensor, _ bias: Tensor?, channels: Int) throws {
        guard dtype != .bool else { throw TensorError("float32 expected, got bool; convert with float()") }
        guard weight.dtype == dtype else {
            throw TensorError(
                "an input and a weight of one type expected, got \(dtype.rawValue) and \(weight.dtype.rawValue)")
        }
        if let bias, bias.shape != [channels] || bias.dtype != dtype {
            throw TensorError(
                "a \(dtype.rawValue) bias of shape [\(channels)] expected, got \(bias.dtype.rawValue) \(bias.shape)")
        }
    }

    /// The convolution as a product of matrices, for the types that have no kernel. Integers are worked on in float64,
    /// which holds them up to 2^53.
    private func convolveUnfolded(_ weight: Tensor, _ bias: Tensor?, _ shape: Convolution) throws -> Tensor {
        guard dtype.isFloatingPoint else {
            return try to(.float64).convolveUnfolded(weight.to(.float64), bias?.to(.float64), shape).to(dtype)
        }
        let (images, groups) = (self.shape[0], shape.groups)
        let seen = try unfolded(shape).reshape([images, groups, shape.taps, shape.outPixels])
        let product = try weight.reshape([groups, shape.outChannels / groups, shape.taps]).matmul(seen)
        let result = try product.reshape([images, shape.outChannels, shape.outHeight, shape.outWidth])
        return try bias.map { try result + $0.reshape([shape.outChannels, 1, 1]) } ?? result
    }
}
