import Kernels

/// Stride, padding, dilation and groups of a 2-D convolution.
public struct ConvolutionOptions: Sendable, Equatable {
    public var stride: Pair, padding: Pair, dilation: Pair
    public var groups: Int
    /// Whether the padding is what gives a result of the input's size, whatever `padding` says.
    public var keepsSize: Bool

    public init(
        stride: Pair = Pair(1), padding: Pair = Pair(0), dilation: Pair = Pair(1), groups: Int = 1,
        keepsSize: Bool = false
    ) {
        self.keepsSize = keepsSize
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
    }

    var isInRange: Bool {
        let areSmall = [stride, padding, dilation].allSatisfy { $0.allSatisfy { $0 >= 0 && $0 <= 1 << 20 } }
        return areSmall && stride.allSatisfy { $0 >= 1 } && dilation.allSatisfy { $0 >= 1 }
    }

    /// The padding that a kernel needs so that the result has the input's size.
    ///
    /// - Returns: the options with it, and what the input needs behind its ends besides.
    public func keepingSize(of kernel: Shape) throws -> (ConvolutionOptions, behind: Pair) {
        guard stride == Pair(1) else { throw TensorError("padding 'same' needs a stride of 1, got \(stride)") }
        guard isInRange, kernel.suffix(2).allSatisfy({ $0 < 1 << 31 }) else {
            throw TensorError("a dilation from 1 to \(1 << 20) expected, got \(dilation)")
        }
        func total(_ axis: Int, _ dilation: Int) -> Int { max(0, dilation * (kernel[kernel.count - axis] - 1)) }
        let (rows, columns) = (total(2, dilation.rows), total(1, dilation.columns))
        var options = self
        options.keepsSize = false
        options.padding = Pair(rows / 2, columns / 2)
        return (options, Pair(rows % 2, columns % 2))
    }
}

extension Convolution {
    /// The geometry of a convolution of `input` `[n, c, h, w]` with `weight` `[out, c / groups, kh, kw]`, which have these
    /// four dimensions.
    ///
    /// - Throws: `TensorError` where channels, groups or sizes do not fit.
    package init(_ input: Shape, _ weight: Shape, _ o: ConvolutionOptions) throws {
        guard o.isInRange else {
            throw TensorError(
                "stride and dilation of at least 1 and padding of at least 0 expected, each for both axes")
        }
        let (channels, inGroup, outChannels) = (input[1], weight[1], weight[0])
        guard outChannels > 0 else {
            throw TensorError("a weight with at least one output channel expected, got \(weight)")
        }
        guard o.groups >= 1, channels % o.groups == 0, outChannels % o.groups == 0 else {
            throw TensorError(
                "\(plural(channels, "input channel")) and \(plural(outChannels, "output channel")) cannot be divided "
                    + "into \(plural(o.groups, "group"))")
        }
        let (wanted, overflow) = inGroup.multipliedReportingOverflow(by: o.groups)
        guard !overflow, channels == wanted else {
            throw TensorError(
                "expected \(plural(wanted, "input channel")), got \(channels) (input \(input), weight \(weight)"
                    + (o.groups == 1 ? ")" : ", \(o.groups) groups)"))
        }
        guard (input[2...] + weight[2...]).allSatisfy({ $0 < 1 << 31 }) else {
            throw TensorError("heights and widths below 2^31 expected, got \(input) and \(weight)")
        }
        self.init(
            inChannels: channels, height: input[2], width: input[3], outChannels: outChannels,
            rows: Window(
                size: weight[2], stride: o.stride.rows, padding: o.padding.rows, dilation: o.dilation.rows),
            columns: Window(
                size: weight[3], stride: o.stride.columns, padding: o.padding.columns, dilation: o.dilation.columns),
            groups: o.groups)
        guard weight[2] > 0, weight[3] > 0, outHeight > 0, outWidth > 0 else {
            throw TensorError(
                "a kernel of \(weight[2])x\(weight[3]) does not fit into an input of \(input[2])x\(input[3]) "
                    + "(padding \(o.padding), dilation \(o.dilation))")
        }
        try expectRoom()
    }

    /// The kernels unroll or frame an image at a time in memory that they take for granted: where it would be much, this
    /// finds out whether it can be had.
    ///
    /// - Throws: `TensorError` where it cannot.
    private func expectRoom() throws {
        let (values, overflow) = taps.multipliedReportingOverflow(by: outHeight * outWidth)
        let (plane, planeOverflow) = (height + 2 * rows.padding).multipliedReportingOverflow(
            by: width + 2 * columns.padding)
        let (framed, frameOverflow) = plane.multipliedReportingOverflow(by: inChannels / groups)
        let most = max(values, framed)
        guard !overflow, !planeOverflow, !frameOverflow, most < 1 << 43 else {
            throw TensorError("the convolution is more than memory can hold")
        }
        if most > 1 << 26 { _ = try Storage(byteCount: 4 * most) }
    }
}
