extension Tensor {
    /// Each element replaced by 0 with probability `p`, the others scaled by `1 / (1 - p)` (Srivastava et al., 2014);
    /// the tensor itself outside training. The draws are PyTorch's.
    public func dropout(_ p: Double, training: Bool, _ generator: Generator) throws -> Tensor {
        try dropped(p, training, generator, maskShape: shape)
    }

    /// The same for whole channels of `[n, c, h, w]`: one draw for each image and channel (Tompson et al., 2015).
    public func dropout2d(_ p: Double, training: Bool, _ generator: Generator) throws -> Tensor {
        guard dim == 4 else {
            throw TensorError("an input [n, channels, height, width] expected, got \(describe(shape))")
        }
        return try dropped(p, training, generator, maskShape: [shape[0], shape[1], 1, 1])
    }

    private func dropped(_ p: Double, _ training: Bool, _ generator: Generator, maskShape: [Int]) throws -> Tensor {
        try expect(.float32)
        guard p >= 0 && p <= 1 else { throw TensorError("a probability from 0 to 1 expected, got \(p)") }
        if !training || p == 0 { return self }
        let mask = try Tensor(uninitialized: maskShape)
        let (values, scale) = (mask.floats, 1 / Float(1 - p))
        // Where nothing is kept, nothing is drawn.
        for i in 0..<mask.count { values[i] = p < 1 && generator.bernoulli(1 - p) ? scale : 0 }
        let result = try combined(.multiply, with: mask)
        return recorded(result, "dropout", [self]) { [try $0.combined(.multiply, with: mask)] }
    }
}
