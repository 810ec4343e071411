import Kernels

/// Stride, padding, dilation (rows, then columns) and groups of a 2-D convolution.
public struct ConvolutionOptions: Sendable, Equatable {
    public var stride: [Int], padding: [Int], dilation: [Int]
    public var groups: Int

    public init(stride: [Int] = [1, 1], padding: [Int] = [0, 0], dilation: [Int] = [1, 1], groups: Int = 1) {
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
    }
}

extension Tensor {
    /// 2-D convolution (cross-correlation) of `[n, c, h, w]` with a weight `[out, c / groups, kh, kw]` and a bias
    /// `[out]`: `[n, out, (h + 2p - d(kh - 1) - 1) / s + 1, …]`.
    ///
    /// - Throws: `TensorError` where channels, groups or sizes do not fit.
    public func conv2d(_ weight: Tensor, _ bias: Tensor? = nil, _ options: ConvolutionOptions = .init()) throws
        -> Tensor
    {
        let shape = try convolutionShape(weight, bias, options)
        let images = self.shape[0]
        let (x, w, b) = (try contiguous(), try weight.contiguous(), try bias?.contiguous())
        let result = try Tensor(uninitialized: [images, shape.outChannels, shape.outHeight, shape.outWidth])
        let forward = Convolution.Forward(
            input: UnsafePointer(x.floats), weight: UnsafePointer(w.floats),
            bias: b.map { UnsafePointer($0.floats) }, output: result.floats)
        inParts(of: images, size: imagesAPart(images)) { kernels.convolve(shape, forward, $0) }
        if let b { extendLifetime(b) }
        let (savedX, savedW) = (Saved(x), Saved(w))
        let (needX, needW, needB) = (requiresGrad, weight.requiresGrad, bias?.requiresGrad ?? false)
        return recorded(result, "conv2d", [self, weight] + (bias.map { [$0] } ?? [])) { gradient in
            let dense = try gradient.contiguous()
            let (x, w) = (try savedX.unwrap(), try savedW.unwrap())
            var gradients: [Tensor?] = [nil, nil, nil]
            if needX { gradients[0] = try inputGradient(shape, dense, w, x.shape) }
            if needW || needB {
                (gradients[1], gradients[2]) = try weightGradient(shape, dense, x, w.shape, withBias: needB)
            }
            return gradients
        }
    }

    private func convolutionShape(_ weight: Tensor, _ bias: Tensor?, _ o: ConvolutionOptions) throws -> Convolution {
        try expect(.float32)
        try weight.expect(.float32)
        guard dim == 4, weight.dim == 4 else {
            throw TensorError(
                "an input [n, channels, height, width] and a weight [out, in, height, width] expected, got "
                    + "\(describe(shape)) and \(describe(weight.shape))")
        }
        let pairs = [o.stride, o.padding, o.dilation]
        guard pairs.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0 >= 0 && $0 <= 1 << 20 } }),
            (o.stride + o.dilation).allSatisfy({ $0 >= 1 })
        else {
            throw TensorError(
                "stride and dilation of at least 1 and padding of at least 0 expected, each for both axes")
        }
        let (channels, inGroup, outChannels) = (shape[1], weight.shape[1], weight.shape[0])
        guard o.groups >= 1, channels % o.groups == 0, outChannels % o.groups == 0 else {
            throw TensorError(
                "\(plural(channels, "input channel")) and \(plural(outChannels, "output channel")) cannot be divided "
                    + "into \(plural(o.groups, "group"))")
        }
        let (wanted, overflow) = inGroup.multipliedReportingOverflow(by: o.groups)
        guard !overflow, channels == wanted else {
            throw TensorError(
                "expected \(plural(wanted, "input channel")), got \(channels) "
                    + "(input \(describe(shape)), weight \(describe(weight.shape))"
                    + (o.groups == 1 ? ")" : ", \(o.groups) groups)"))
        }
        if let bias, bias.shape != [outChannels] || bias.dtype != .float32 {
            throw TensorError(
                "a float32 bias of shape [\(outChannels)] expected, got "
                    + "\(bias.dtype.rawValue) \(describe(bias.shape))")
        }
        guard (shape[2...] + weight.shape[2...]).allSatisfy({ $0 < 1 << 31 }) else {
            throw TensorError(
                "heights and widths below 2^31 expected, got \(describe(shape)) and \(describe(weight.shape))")
        }
        let geometry = Convolution(
            inChannels: channels, height: shape[2], width: shape[3], outChannels: outChannels,
            rows: Window(size: weight.shape[2], stride: o.stride[0], padding: o.padding[0], dilation: o.dilation[0]),
            columns: Window(size: weight.shape[3], stride: o.stride[1], padding: o.padding[1], dilation: o.dilation[1]),
            groups: o.groups)
        guard weight.shape[2] > 0, weight.shape[3] > 0, geometry.outHeight > 0, geometry.outWidth > 0 else {
            throw TensorError(
                "a kernel of \(weight.shape[2])x\(weight.shape[3]) does not fit into an input of "
                    + "\(shape[2])x\(shape[3]) (padding \(describe(o.padding)), dilation \(describe(o.dilation)))")
        }
        try expectRoom(geometry)
        return geometry
    }
}

/// The kernels unroll or frame an image at a time in memory that they take for granted: where it would be much, this finds out
/// whether it can be had.
///
/// - Throws: `TensorError` where it cannot.
private func expectRoom(_ shape: Convolution) throws {
    let (values, overflow) = shape.taps.multipliedReportingOverflow(by: shape.outHeight * shape.outWidth)
    let (plane, planeOverflow) = (shape.height + 2 * shape.rows.padding).multipliedReportingOverflow(
        by: shape.width + 2 * shape.columns.padding)
    let (framed, frameOverflow) = plane.multipliedReportingOverflow(by: shape.inChannels / shape.groups)
    let most = max(values, framed)
    guard !overflow, !planeOverflow, !frameOverflow, most < 1 << 43 else {
        throw TensorError("the convolution is more than memory can hold")
    }
    if most > 1 << 26 { _ = try Storage(byteCount: 4 * most) }
}

/// Images that one part of a parallel loop works on: at most sixteen parts, whatever the threads, for the parts decide
/// in which order gradients are added.
private func imagesAPart(_ images: Int) -> Int { max(1, (images + 15) / 16) }

private func inputGradient(_ shape: Convolution, _ gradient: Tensor, _ weight: Tensor, _ input: [Int]) throws -> Tensor
{
    let result = try Tensor(uninitialized: input)
    let backward = Convolution.BackwardInput(
        outputGradient: UnsafePointer(gradient.floats), weight: UnsafePointer(weight.floats),
        inputGradient: result.floats)
    inParts(of: input[0], size: imagesAPart(input[0])) { kernels.convolveBackwardInput(shape, backward, $0) }
    return result
}

/// Each part of the images adds up its own gradient; the parts' are then added in order.
private func weightGradient(
    _ shape: Convolution, _ gradient: Tensor, _ input: Tensor, _ weight: [Int], withBias: Bool
) throws -> (Tensor, Tensor?) {
    let (images, size) = (input.shape[0], weight.reduce(1, *))
    // Partial gradients of a large layer take at most 16 MB together.
    let parts = max(1, min(16, (4 << 20) / max(1, size), images))
    let imagesAPart = max(1, (images + parts - 1) / parts)
    let used = max(1, (images + imagesAPart - 1) / imagesAPart)
    let weights = try Tensor(uninitialized: [used] + weight)
    let biases = withBias ? try Tensor(uninitialized: [used, shape.outChannels]) : nil
    let (g, x, dw, db) = (gradient.floats, input.floats, weights.floats, biases?.floats)
    ThreadPool.shared.run(used) { part in
        let first = part * imagesAPart
        kernels.convolveBackwardWeight(
            shape,
            Convolution.BackwardWeight(
                outputGradient: UnsafePointer(g), input: UnsafePointer(x), weightGradient: dw + part * size,
                biasGradient: db.map { $0 + part * shape.outChannels }),
            first..<min(images, first + imagesAPart))
    }
    extendLifetime(gradient)
    extendLifetime(input)
    return (try weights.sum([0]), try biases?.sum([0]))
}
