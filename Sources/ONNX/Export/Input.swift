import Tensors

extension ONNXExport {
    /// What stands for one of the network's inputs while its forward function is listened to.
    public enum Input {
        /// float32 numbers from -1 to 1.
        case sizes(Shape)
        /// Elements of this tensor, some of them again in larger batches.
        case like(Tensor)

        var shape: Shape {
            switch self {
            case .sizes(let shape): shape
            case .like(let tensor): tensor.shape
            }
        }

        /// A tensor of a shape, another for each seed.
        ///
        /// - Throws: `TensorError` where there is no memory for it.
        func sample(_ shape: Shape, seed: Int) throws -> Tensor {
            switch self {
            case .sizes:
                let result = try Tensor(uninitialized: shape)
                var state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15
                try result.withUnsafeMutableBytes { bytes in
                    let values = bytes.bindMemory(to: Float.self)
                    for i in values.indices {
                        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                        values[i] = Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
                    }
                }
                return result
            case .like(let tensor):
                let result = try Tensor(uninitialized: shape, dtype: tensor.dtype)
                let (size, count) = (tensor.dtype.size, tensor.count)
                try tensor.withUnsafeBytes { from in
                    try result.withUnsafeMutableBytes { to in
                        for i in 0..<result.count {
                            let place = (i + seed) % count * size
                            UnsafeMutableRawBufferPointer(rebasing: to[i * size..<(i + 1) * size])
                                .copyMemory(from: UnsafeRawBufferPointer(rebasing: from[place..<place + size]))
                        }
                    }
                }
                return result
            }
        }
    }
}
