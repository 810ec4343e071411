import Tensors

/// 2-D convolution of `[n, inChannels, h, w]`.
///
/// Parameters: `weight` `[outChannels, inChannels / groups, kh, kw]` and `bias` `[outChannels]`.
public final class Conv2d: Module {
    public let options: ConvolutionOptions
    private let kernel: [Int]
    private let channels: (in: Int, out: Int)

    /// - Parameter kernel: rows, then columns.
    /// - Throws: `TensorError` where a size is not positive or the groups do not divide the channels.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernel: [Int], options: ConvolutionOptions = .init(),
        bias: Bool = true, generator: Generator
    ) throws {
        try requirePositive(inChannels, "in_channels")
        try requirePositive(outChannels, "out_channels")
        for size in kernel { try requirePositive(size, "kernel_size") }
        for size in options.stride { try requirePositive(size, "stride") }
        for size in options.dilation { try requirePositive(size, "dilation") }
        guard kernel.count == 2, options.groups >= 1, inChannels % options.groups == 0,
            outChannels % options.groups == 0
        else {
            throw TensorError(
                "\(plural(inChannels, "input channel")) and \(plural(outChannels, "output channel")) cannot be divided "
                    + "into \(plural(options.groups, "group"))")
        }
        self.options = options
        self.kernel = kernel
        channels = (inChannels, outChannels)
        super.init(kind: "Conv2d")
        let inGroup = inChannels / options.groups
        let fanIn = inGroup.multipliedReportingOverflow(by: kernel[0] * kernel[1])
        guard !fanIn.overflow else { throw TensorError("a kernel of \(kernel[0])x\(kernel[1]) is too large") }
        try registerParameter(
            "weight",
            .defaultWeight([outChannels, inGroup] + kernel, fanIn: fanIn.partialValue, generator))
        if bias {
            try registerParameter("bias", .defaultBias(outChannels, fanIn: fanIn.partialValue, generator))
        }
    }

    public override var details: String {
        var text = "\(channels.in)->\(channels.out), \(kernel[0])x\(kernel[1])"
        func add(_ name: String, _ pair: [Int], unless usual: Int) {
            if pair != [usual, usual] {
                text += ", \(name) \(pair[0] == pair[1] ? "\(pair[0])" : "\(pair[0])x\(pair[1])")"
            }
        }
        add("stride", options.stride, unless: 1)
        add("padding", options.padding, unless: 0)
        add("dilation", options.dilation, unless: 1)
        if options.groups != 1 { text += ", groups \(options.groups)" }
        return text
    }

    public override func forward(_ input: Tensor) throws -> Tensor {
        guard let weight = parameter("weight") else { throw TensorError("its weight was taken away") }
        return try input.conv2d(weight, parameter("bias"), options)
    }
}
