import Kernels

extension Tensor {
    /// The largest element of each window over the last two dimensions of `[n, c, h, w]`.
    ///
    /// - Parameters:
    ///   - kernel, stride, padding, dilation: rows, then columns. The padding is at most half of the kernel.
    /// - Throws: `TensorError` where the window does not fit.
    public func maxPool2d(
        kernel: [Int], stride: [Int]? = nil, padding: [Int] = [0, 0], dilation: [Int] = [1, 1]
    ) throws -> Tensor {
        let pooling = try poolingShape(kernel, stride ?? kernel, padding, dilation)
        let (x, planes) = (try contiguous(), shape[0] * shape[1])
        let result = try Tensor(uninitialized: [shape[0], shape[1], pooling.outHeight, pooling.outWidth])
        let indices = try Storage(byteCount: result.count * 4)
        let places = indices.pointer.assumingMemoryBound(to: Int32.self)
        let forward = Pooling.MaxForward(input: UnsafePointer(x.floats), output: result.floats, indices: places)
        inParts(of: planes, size: planesAPart(pooling)) { kernels.maxPool(pooling, forward, $0) }
        extendLifetime(x)
        let old = shape
        return recorded(result, "max_pool2d", [self]) { gradient in
            let dense = try gradient.contiguous()
            let dx = try Tensor(uninitialized: old)
            let (g, to) = (dense.floats, dx.floats)
            let (inside, outside) = (pooling.height * pooling.width, pooling.outHeight * pooling.outWidth)
            let places = indices.pointer.assumingMemoryBound(to: Int32.self)
            inParts(of: planes, size: planesAPart(pooling)) { part in
                for plane in part {
                    let (target, first) = (to + plane * inside, plane * outside)
                    target.update(repeating: 0, count: inside)
                    // A window of which every tap lies in the padding has no place.
                    for i in first..<first + outside where places[i] >= 0 { target[Int(places[i])] += g[i] }
                }
            }
            extendLifetime(dense)
            return [dx]
        }
    }

    /// The mean of each window over the last two dimensions of `[n, c, h, w]`; padding counts as zeros.
    public func avgPool2d(kernel: [Int], stride: [Int]? = nil, padding: [Int] = [0, 0]) throws -> Tensor {
        let pooling = try poolingShape(kernel, stride ?? kernel, padding, [1, 1])
        let (x, planes) = (try contiguous(), shape[0] * shape[1])
        let result = try Tensor(uninitialized: [shape[0], shape[1], pooling.outHeight, pooling.outWidth])
        let forward = Pooling.AverageForward(input: UnsafePointer(x.floats), output: result.floats)
        inParts(of: planes, size: planesAPart(pooling)) { kernels.averagePool(pooling, forward, $0) }
        extendLifetime(x)
        let old = shape
        return recorded(result, "avg_pool2d", [self]) { gradient in
            let dense = try gradient.contiguous()
            let dx = try Tensor(uninitialized: old)
            let backward = Pooling.AverageBackward(
                outputGradient: UnsafePointer(dense.floats), inputGradient: dx.floats)
            inParts(of: planes, size: planesAPart(pooling)) { kernels.averagePoolBackward(pooling, backward, $0) }
            extendLifetime(dense)
            return [dx]
        }
    }

    private func poolingShape(_ kernel: [Int], _ stride: [Int], _ padding: [Int], _ dilation: [Int]) throws -> Pooling {
        try expect(.float32)
        guard dim == 4 else {
            throw TensorError("an input [n, channels, height, width] expected, got \(describe(shape))")
        }
        guard
            [kernel, stride, padding, dilation].allSatisfy({
                $0.count == 2 && $0.allSatisfy { $0 >= 0 && $0 <= 1 << 20 }
            }),
            (kernel + stride + dilation).allSatisfy({ $0 >= 1 })
        else {
            throw TensorError(
                "kernel, stride and dilation of at least 1 and padding of at least 0 expected, each for both axes")
        }
        guard padding[0] * 2 <= kernel[0], padding[1] * 2 <= kernel[1] else {
            throw TensorError(
                "padding of at most half of the kernel expected, got \(describe(padding)) for \(describe(kernel))")
        }
        let pooling = Pooling(
            height: shape[2], width: shape[3],
            rows: Window(size: kernel[0], stride: stride[0], padding: padding[0], dilation: dilation[0]),
            columns: Window(size: kernel[1], stride: stride[1], padding: padding[1], dilation: dilation[1]))
        guard shape[2] > 0, shape[3] > 0, pooling.outHeight > 0, pooling.outWidth > 0,
            pooling.height * pooling.width <= Int(Int32.max)
        else {
            throw TensorError(
                "a window of \(kernel[0])x\(kernel[1]) does not fit into an input of \(shape[2])x\(shape[3])")
        }
        return pooling
    }
}

private func planesAPart(_ pooling: Pooling) -> Int { max(1, elementsAPart / max(1, pooling.height * pooling.width)) }
