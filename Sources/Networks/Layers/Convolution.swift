import Tensors

extension Layers {
    static let conv2d = Layer(
        "Conv2d", doc: "2-D convolution of [n, in_channels, h, w].",
        [.integer("in_channels", min: 1), .integer("out_channels", min: 1), .integerOrPair("kernel_size", min: 1)]
            + Operators.convolutionArguments + [.boolean("bias", default: true)]
    ) { a, context in
        try Conv2d(
            a.integer("in_channels"), a.integer("out_channels"), kernel: a.pair("kernel_size"),
            options: Operators.convolutionOptions(a), bias: a.boolean("bias"), generator: context.generator)
    }
}

/// 2-D convolution of `[n, inChannels, h, w]`.
///
/// Parameters: `weight` `[outChannels, inChannels / groups, kh, kw]` and `bias` `[outChannels]`.
public final class Conv2d: Module {
    public let options: ConvolutionOptions
    private let kernel: Pair
    private let channels: (in: Int, out: Int)

    /// - Throws: `TensorError` where a size is not positive or the groups do not divide the channels.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernel: Pair, options: ConvolutionOptions = .init(),
        bias: Bool = true, generator: Generator
    ) throws {
        try requirePositive(inChannels, "in_channels")
        try requirePositive(outChannels, "out_channels")
        for (pair, name) in [(kernel, "kernel_size"), (options.stride, "stride"), (options.dilation, "dilation")] {
            try requirePositive(pair.rows, name)
            try requirePositive(pair.columns, name)
        }
        guard options.groups >= 1, inChannels % options.groups == 0, outChannels % options.groups == 0 else {
            throw TensorError(
                "\(plural(inChannels, "input channel")) and \(plural(outChannels, "output channel")) cannot be divided "
                    + "into \(plural(options.groups, "group"))")
        }
        self.options = options
        self.kernel = kernel
        channels = (inChannels, outChannels)
        super.init(kind: "Conv2d")
        let inGroup = inChannels / options.groups
        let fanIn = inGroup.multipliedReportingOverflow(by: kernel.rows * kernel.columns)
        guard !fanIn.overflow else {
            throw TensorError("a kernel of \(kernel.rows)x\(kernel.columns) is too large")
        }
        let shape: Shape = [outChannels, inGroup, kernel.rows, kernel.columns]
        try registerParameter("weight", .defaultWeight(shape, fanIn: fanIn.partialValue, generator))
        if bias {
            try registerParameter("bias", .defaultBias(outChannels, fanIn: fanIn.partialValue, generator))
        }
    }

    public override var details: String {
        var text = "\(channels.in)->\(channels.out), \(kernel.rows)x\(kernel.columns)"
        for (name, pair, usual) in [
            ("stride", options.stride, 1), ("padding", options.padding, 0), ("dilation", options.dilation, 1),
        ] where pair != Pair(usual) {
            text += ", \(name) \(pair.rows == pair.columns ? "\(pair.rows)" : "\(pair.rows)x\(pair.columns)")"
        }
        if options.groups != 1 { text += ", groups \(options.groups)" }
        return text
    }

    public override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        .tensor(try Module.only(inputs, kind).conv2d(ownParameter("weight"), parameter("bias"), options))
    }
}
