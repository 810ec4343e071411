import Kernels

extension Pooling {
    /// The geometry of a pooling over the last two dimensions of `[n, c, h, w]`.
    ///
    /// - Throws: `TensorError` where the window does not fit.
    init(_ input: Spec, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair = Pair(1)) throws {
        try expectFloat32(input)
        guard input.shape.count == 4 else {
            throw TensorError("an input [n, channels, height, width] expected, got \(input.shape)")
        }
        let isInRange = [kernel, stride, padding, dilation].allSatisfy { $0.allSatisfy { $0 >= 0 && $0 <= 1 << 20 } }
        guard isInRange, [kernel, stride, dilation].allSatisfy({ $0.allSatisfy { $0 >= 1 } }) else {
            throw TensorError(
                "kernel, stride and dilation of at least 1 and padding of at least 0 expected, each for both axes")
        }
        guard padding.rows * 2 <= kernel.rows, padding.columns * 2 <= kernel.columns else {
            throw TensorError("padding of at most half of the kernel expected, got \(padding) for \(kernel)")
        }
        let (height, width) = (input.shape[2], input.shape[3])
        self.init(
            height: height, width: width,
            rows: Window(size: kernel.rows, stride: stride.rows, padding: padding.rows, dilation: dilation.rows),
            columns: Window(
                size: kernel.columns, stride: stride.columns, padding: padding.columns, dilation: dilation.columns))
        guard height > 0, width > 0, outHeight > 0, outWidth > 0, height * width <= Int(Int32.max) else {
            throw TensorError(
                "a window of \(kernel.rows)x\(kernel.columns) does not fit into an input of \(height)x\(width)")
        }
    }

    /// The form of the result for an input `[n, c, h, w]`.
    func output(_ input: Spec) -> Spec { Spec([input.shape[0], input.shape[1], outHeight, outWidth]) }

    /// Runs a kernel over all planes of a tensor, in parallel where that pays.
    func eachPart(_ tensor: Spec, _ body: (Range<Int>) -> Void) {
        let planes = tensor.shape[0] * tensor.shape[1]
        inParts(of: planes, size: max(1, elementsAPart / max(1, height * width)), body)
    }
}

extension Operators {
    static let poolingArguments: [Argument] = [
        .integerOrPair("kernel_size", "rows and columns of the window", min: 1),
        .integerOrPair("stride", "step of the window; the kernel's size by default", min: 1).optional,
        .integerOrPair("padding", "zeros on both sides", min: 0, default: 0),
    ]
}
