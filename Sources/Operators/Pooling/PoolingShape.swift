import Kernels

/// How a pooling's window moves.
public struct PoolingOptions: Sendable, Equatable {
    public var kernel: Pair, stride: Pair, padding: Pair, dilation: Pair
    /// Whether a last window that reaches beyond the end counts.
    public var roundsUp: Bool

    /// - Parameter stride: default: the kernel's size.
    public init(
        _ kernel: Pair, stride: Pair? = nil, padding: Pair = Pair(0), dilation: Pair = Pair(1), roundsUp: Bool = false
    ) {
        self.kernel = kernel
        self.stride = stride ?? kernel
        self.padding = padding
        self.dilation = dilation
        self.roundsUp = roundsUp
    }
}

extension Pooling {
    /// The geometry of a pooling over the last two dimensions of `[n, c, h, w]`.
    ///
    /// - Throws: `TensorError` where the window does not fit.
    init(_ input: Spec, _ o: PoolingOptions) throws {
        let areSmall = [o.kernel, o.stride, o.padding, o.dilation].allSatisfy {
            $0.allSatisfy { $0 >= 0 && $0 <= 1 << 20 }
        }
        guard areSmall, [o.kernel, o.stride, o.dilation].allSatisfy({ $0.allSatisfy { $0 >= 1 } }) else {
            throw TensorError(
                "kernel, stride and dilation of at least 1 and padding of at least 0 expected, each for both axes")
        }
        guard o.padding.rows * 2 <= o.dilation.rows * (o.kernel.rows - 1) + 1,
            o.padding.columns * 2 <= o.dilation.columns * (o.kernel.columns - 1) + 1
        else {
            throw TensorError("padding of at most half of the kernel expected, got \(o.padding) for \(o.kernel)")
        }
        let (height, width) = try Pooling.sizes(input)
        self.init(
            height: height, width: width,
            rows: Window(
                size: o.kernel.rows, stride: o.stride.rows, padding: o.padding.rows, dilation: o.dilation.rows),
            columns: Window(
                size: o.kernel.columns, stride: o.stride.columns, padding: o.padding.columns,
                dilation: o.dilation.columns))
        if o.roundsUp {
            outHeight = rows.placesRoundedUp(on: height)
            outWidth = columns.placesRoundedUp(on: width)
        }
        guard height > 0, width > 0, outHeight > 0, outWidth > 0 else {
            throw TensorError(
                "a window of \(o.kernel.rows)x\(o.kernel.columns) does not fit into an input of \(height)x\(width)")
        }
    }

    /// A pooling whose windows divide an input `[n, c, h, w]` into so many places.
    ///
    /// - Parameter size: rows and columns of the result; nil for the input's.
    init(adaptive input: Spec, _ size: (rows: Int?, columns: Int?)) throws {
        let (height, width) = try Pooling.sizes(input)
        let (rows, columns) = (size.rows ?? height, size.columns ?? width)
        guard (0...1 << 20).contains(rows), (0...1 << 20).contains(columns) else {
            throw TensorError("an output_size from 0 to \(1 << 20) expected, got [\(rows), \(columns)]")
        }
        guard height > 0, width > 0 else {
            throw TensorError("an input with places in both axes expected, got \(input.shape)")
        }
        self.init(height: height, width: width, rows: Window(size: 1), columns: Window(size: 1))
        isAdaptive = true
        (outHeight, outWidth) = (rows, columns)
    }

    private static func sizes(_ input: Spec) throws -> (height: Int, width: Int) {
        guard input.dtype != .bool else { throw TensorError("float32 expected, got bool; convert with float()") }
        guard input.shape.count == 4 else {
            throw TensorError("an input [n, channels, height, width] expected, got \(input.shape)")
        }
        let (height, width) = (input.shape[2], input.shape[3])
        let (area, overflow) = height.multipliedReportingOverflow(by: width)
        guard !overflow, area <= Int(Int32.max) else {
            throw TensorError("planes of at most \(Int32.max) elements expected, got \(input.shape)")
        }
        return (height, width)
    }

    /// The form of the result for an input `[n, c, h, w]`.
    func output(_ input: Spec) -> Spec { Spec([input.shape[0], input.shape[1], outHeight, outWidth], input.dtype) }

    /// Runs a kernel over all planes of a tensor, in parallel where that pays.
    func eachPart(_ tensor: Spec, _ body: (Range<Int>) -> Void) {
        let planes = tensor.shape[0] * tensor.shape[1]
        inParts(of: planes, size: max(1, elementsAPart / max(1, height * width)), body)
    }
}

extension Window {
    /// The places with a last one that may reach beyond the end, but begins neither there nor in the padding behind it.
    fileprivate func placesRoundedUp(on length: Int) -> Int {
        let room = length + 2 * padding - dilation * (size - 1) - 1
        guard room >= 0 || -room < stride else { return 0 }
        let places = (room + stride - 1) / stride + 1
        return (places - 1) * stride >= length + padding ? places - 1 : places
    }
}

extension Operators {
    static func poolingArguments(axes: Int) -> [Argument] {
        [
            .perAxis("kernel_size", "size of the window", axes: axes, min: 1),
            .perAxis("stride", "step of the window; the kernel's size by default", axes: axes, min: 1).optional,
            .perAxis("padding", "places on both sides that do not count", axes: axes, min: 0, default: 0),
        ]
    }

    static let roundingUp = Argument.boolean(
        "ceil_mode", "whether a last window that reaches beyond the end counts", default: false)

    /// The size of an adaptive pooling's result.
    static func outputSize(axes: Int) -> Argument {
        axes == 1
            ? .perAxis("output_size", "places of the result", axes: 1, min: 0)
            : .anyOf(
                "output_size", "rows and columns of the result; false for the input's",
                of: [.integer(0 ... .max), .partialIntegers])
    }
}

extension Arguments {
    func poolingOptions(axes: Int, dilation: Bool = false) throws -> PoolingOptions {
        PoolingOptions(
            try perAxis("kernel_size", axes, row: 1),
            stride: try has("stride") ? perAxis("stride", axes, row: 1) : nil,
            padding: try perAxis("padding", axes, row: 0),
            dilation: try dilation ? perAxis("dilation", axes, row: 1) : Pair(1), roundsUp: try boolean("ceil_mode"))
    }

    func outputSize(axes: Int) throws -> (rows: Int?, columns: Int?) {
        if axes == 1 { return (1, try perAxis("output_size", 1, row: 1).columns) }
        guard case .list(let sizes)? = try value("output_size") else {
            let size = try integer("output_size")
            return (size, size)
        }
        guard (1...2).contains(sizes.count) else {
            throw TensorError("two numbers expected for 'output_size', got \(sizes.count)")
        }
        return (sizes[0].integer, sizes.count == 1 ? nil : sizes[1].integer)
    }
}

extension Tensor {
    /// What a pooling of `[n, c, h, w]` makes of this tensor, which may lack the first dimension; with one axis, it is seen
    /// as an image of one row.
    func pooled(axes: Int, _ body: (Tensor) throws -> [Tensor]) throws -> [Tensor] {
        guard dim == axes + 1 || dim == axes + 2 else {
            let form = axes == 1 ? "length" : "height, width"
            throw TensorError("an input [n, channels, \(form)] expected, got \(shape)")
        }
        if axes == 1 { return try unsqueeze(-2).pooled(axes: 2, body).map { try $0.squeeze([-2]) } }
        return dim == 4 ? try body(self) : try body(unsqueeze(0)).map { try $0.squeeze([0]) }
    }
}
