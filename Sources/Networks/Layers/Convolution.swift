import Tensors

extension Layers {
    static let convolutions = [
        convolution("Conv1d", doc: "1-D convolution of [n, in_channels, l] or [in_channels, l].", axes: 1),
        convolution("Conv2d", doc: "2-D convolution of [n, in_channels, h, w] or [in_channels, h, w].", axes: 2),
        convolution("ConvTranspose1d", doc: "The transpose of a 1-D convolution.", axes: 1, isTransposed: true),
        convolution("ConvTranspose2d", doc: "The transpose of a 2-D convolution.", axes: 2, isTransposed: true),
    ]

    private static func convolution(_ name: String, doc: String, axes: Int, isTransposed: Bool = false) -> Layer {
        let bias = Argument.boolean("bias", default: true)
        let own: [Argument] =
            isTransposed
            ? Operators.transposedArguments(axes: axes) + [
                .integer("groups", "groups of channels that do not see each other", min: 1, default: 1), bias,
                .perAxis("dilation", "distance between the kernel's elements", axes: axes, min: 1, default: 1),
            ] : Operators.convolutionArguments(axes: axes) + [bias]
        let modes = isTransposed ? ["zeros"] : ["zeros", "reflect", "replicate", "circular"]
        return Layer(
            name, doc: doc,
            [
                .integer("in_channels", min: 1), .integer("out_channels", min: 1),
                .perAxis("kernel_size", axes: axes, min: 1),
            ] + own + [.choice("padding_mode", "what the padding holds", of: modes, default: "zeros")],
            options: [.parameterType]
        ) { a, context in
            try ConvolutionLayer(
                name, axes: axes, a.integer("in_channels"), a.integer("out_channels"),
                kernel: a.perAxis("kernel_size", axes, row: 1), options: a.convolutionOptions(axes: axes),
                bias: a.boolean("bias"), mode: PaddingMode(rawValue: a.string("padding_mode")) ?? .constant,
                transposed: isTransposed ? a.perAxis("output_padding", axes, row: 0) : nil, Initializer(a, context))
        }
    }
}

/// 2-D convolution of `[n, inChannels, h, w]`.
///
/// Parameters: `weight` `[outChannels, inChannels / groups, kh, kw]` and `bias` `[outChannels]`.
public final class Conv2d: ConvolutionLayer {
    /// - Throws: `TensorError` where a size is not positive or the groups do not divide the channels.
    public init(
        _ inChannels: Int, _ outChannels: Int, kernel: Pair, options: ConvolutionOptions = .init(),
        bias: Bool = true, generator: Generator
    ) throws {
        try super.init(
            "Conv2d", axes: 2, inChannels, outChannels, kernel: kernel, options: options, bias: bias,
            Initializer(generator))
    }
}

/// A convolution over one or two axes, or the transpose of one. Parameters: `weight`
/// `[outChannels, inChannels / groups, kernel…]`, of a transpose `[inChannels, outChannels / groups, kernel…]`, and
/// `bias` `[outChannels]`.
public class ConvolutionLayer: DeclaredModule {
    public let options: ConvolutionOptions
    private let kernel: Pair
    private let channels: (in: Int, out: Int)
    private let axes: Int
    private let mode: PaddingMode
    /// The output padding of a transpose.
    private let transposed: Pair?

    init(
        _ kind: String, axes: Int, _ inChannels: Int, _ outChannels: Int, kernel: Pair, options: ConvolutionOptions,
        bias: Bool, mode: PaddingMode = .constant, transposed: Pair? = nil, _ initial: Initializer
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
        if options.keepsSize { _ = try options.keepingSize(of: [kernel.rows, kernel.columns]) }
        self.options = options
        self.kernel = kernel
        self.axes = axes
        self.mode = mode
        self.transposed = transposed
        channels = (inChannels, outChannels)
        super.init(
            kind: kind,
            call: transposed == nil
                ? [] : [.tensor("input"), .integers("output_size", "the result's last sizes").optional])
        func numbers(_ pair: Pair) -> Value {
            .list((axes == 1 ? [pair.columns] : [pair.rows, pair.columns]).map { .integer($0) })
        }
        settings = [
            ("kernel_size", numbers(kernel)), ("stride", numbers(options.stride)),
            ("padding", options.keepsSize ? .string("same") : numbers(options.padding)),
            ("dilation", numbers(options.dilation)), ("output_padding", numbers(transposed ?? Pair(0))),
            ("transposed", .boolean(transposed != nil)),
        ]
        let (first, second) = transposed == nil ? (outChannels, inChannels) : (inChannels, outChannels)
        let inGroup = second / options.groups
        let fanIn = inGroup.multipliedReportingOverflow(by: kernel.rows * kernel.columns)
        guard !fanIn.overflow else {
            throw TensorError("a kernel of \(kernel.rows)x\(kernel.columns) is too large")
        }
        let shape: Shape =
            axes == 1 ? [first, inGroup, kernel.columns] : [first, inGroup, kernel.rows, kernel.columns]
        try registerParameter("weight", initial.weight(shape, fanIn: fanIn.partialValue))
        if bias { try registerParameter("bias", initial.bias(outChannels, fanIn: fanIn.partialValue)) }
    }

    public override var details: String {
        func describe(_ pair: Pair) -> String {
            axes == 1 || pair.rows == pair.columns ? "\(pair.columns)" : "\(pair.rows)x\(pair.columns)"
        }
        let size = axes == 1 ? "\(kernel.columns)" : "\(kernel.rows)x\(kernel.columns)"
        var text = "\(channels.in)->\(channels.out), \(size)"
        for (name, pair, usual) in [
            ("stride", options.stride, 1), ("padding", options.padding, 0), ("dilation", options.dilation, 1),
            ("output_padding", transposed ?? Pair(0), 0),
        ] where axes == 1 ? pair.columns != usual : pair != Pair(usual) {
            text += ", \(name) \(describe(pair))"
        }
        if options.keepsSize { text += ", padding same" }
        if options.groups != 1 { text += ", groups \(options.groups)" }
        if mode != .constant { text += ", padding_mode \(mode.rawValue)" }
        return text
    }

    public override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        if transposed != nil { return try super.forward(inputs, scope) }
        let x = try Module.only(inputs, kind)
        let (weight, bias) = (try ownParameter("weight"), parameter("bias"))
        let (input, options) = mode == .constant ? (x, options) : try padded(x)
        return .tensor(try axes == 1 ? input.conv1d(weight, bias, options) : input.conv2d(weight, bias, options))
    }

    public override func forward(_ arguments: Arguments, _ scope: Scope) throws -> Outcome {
        .tensor(try transpose(arguments.tensor("input"), arguments.optionalIntegers("output_size")))
    }

    /// - Parameter size: the result's last sizes, or its whole shape.
    private func transpose(_ x: Tensor, _ size: [Int]?) throws -> Tensor {
        let (weight, bias) = (try ownParameter("weight"), parameter("bias"))
        var more = transposed ?? Pair(0)
        if let size {
            guard size.count == axes || size.count == x.dim, x.dim > axes else {
                throw TensorError("\(plural(axes, "number")) expected for 'output_size', got \(size.count)")
            }
            func rest(_ axis: Int, _ path: KeyPath<Pair, Int>) throws -> Int {
                let least =
                    (x.shape[x.dim - axis] - 1) * options.stride[keyPath: path] - 2 * options.padding[keyPath: path]
                    + options.dilation[keyPath: path] * (kernel[keyPath: path] - 1) + 1
                let wanted = size[size.count - axis]
                guard wanted >= least, wanted - least < options.stride[keyPath: path] else {
                    throw TensorError(
                        "an output_size from \(least) to \(least + options.stride[keyPath: path] - 1) expected, got "
                            + "\(wanted) (input \(x.shape))")
                }
                return wanted - least
            }
            more = Pair(try axes == 1 ? 0 : rest(2, \.rows), try rest(1, \.columns))
        }
        return try axes == 1
            ? x.convTranspose1d(weight, bias, options, outputPadding: more)
            : x.convTranspose2d(weight, bias, options, outputPadding: more)
    }

    /// The input with the padding that the layer's mode makes, and options without one.
    private func padded(_ x: Tensor) throws -> (Tensor, ConvolutionOptions) {
        let (fixed, behind) =
            options.keepsSize ? try options.keepingSize(of: [kernel.rows, kernel.columns]) : (options, Pair(0))
        let (low, high) = (
            fixed.padding, Pair(fixed.padding.rows + behind.rows, fixed.padding.columns + behind.columns)
        )
        var plain = fixed
        plain.padding = Pair(0)
        let widths = [low.columns, high.columns] + (axes == 1 ? [] : [low.rows, high.rows])
        return (try x.pad(widths, mode), plain)
    }
}
