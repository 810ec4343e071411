extension Tensor {
    /// Tensors one after the other along a dimension; their other sizes agree.
    public static func cat(_ tensors: [Tensor], _ dimension: Int = 0) throws -> Tensor {
        guard let first = tensors.first else { throw TensorError("at least one tensor expected, got an empty list") }
        let d = try first.resolve(dimension)
        var shape = first.shape
        shape[d] = 0
        for (i, tensor) in tensors.enumerated() {
            var other = tensor.shape
            guard tensor.dtype == first.dtype, other.count == shape.count else {
                throw TensorError(
                    "tensor \(i + 1) is \(tensor.dtype.rawValue) \(describe(other)), the first is "
                        + "\(first.dtype.rawValue) \(describe(first.shape))")
            }
            shape[d] += other[d]
            other[d] = first.shape[d]
            guard other == first.shape else {
                throw TensorError(
                    "tensor \(i + 1) of shape \(describe(tensor.shape)) does not fit to \(describe(first.shape)) "
                        + "along dimension \(dimension)")
            }
        }
        let result = try Tensor(uninitialized: shape, dtype: first.dtype)
        var start = 0
        var places: [(start: Int, length: Int)] = []
        for tensor in tensors {
            let length = tensor.shape[d]
            result.viewed(
                offset: start * result.strides[d], shape: tensor.shape, strides: result.strides
            ).copyElementsWithoutCheck(from: tensor)
            places.append((start, length))
            start += length
        }
        return recorded(result, "cat", tensors) { gradient in
            try places.map { try gradient.narrow(d, start: $0.start, length: $0.length) }
        }
    }

    /// Tensors of one shape along a new dimension.
    public static func stack(_ tensors: [Tensor], _ dimension: Int = 0) throws -> Tensor {
        guard let first = tensors.first else { throw TensorError("at least one tensor expected, got an empty list") }
        for (i, tensor) in tensors.enumerated() where tensor.shape != first.shape {
            throw TensorError(
                "tensor \(i + 1) has shape \(describe(tensor.shape)), the first has \(describe(first.shape))")
        }
        let d = try first.resolve(dimension, of: first.dim + 1)
        return try cat(tensors.map { try $0.unsqueeze(d) }, d)
    }

    /// The places of a dimension that `indices` (int64) names, in its order.
    public func indexSelect(_ dimension: Int, _ indices: Tensor) throws -> Tensor {
        let d = try resolve(dimension)
        guard indices.dtype == .int64, indices.dim == 1 else {
            throw TensorError(
                "int64 indices [n] expected, got \(indices.dtype.rawValue) \(describe(indices.shape))")
        }
        let places = try indices.int64Array().map(Int.init)
        for (i, place) in places.enumerated() where place < 0 || place >= shape[d] {
            throw TensorError("index \(place) at place \(i) is outside 0..\(shape[d] - 1)")
        }
        var target = shape
        target[d] = places.count
        let result = try Tensor(uninitialized: target, dtype: dtype)
        for (i, place) in places.enumerated() {
            try result.narrow(d, start: i, length: 1).copyElementsWithoutCheck(
                from: detach().narrow(d, start: place, length: 1))
        }
        let whole = shape
        return recorded(result, "index_select", [self]) { gradient in
            let dx = try Tensor.zeros(whole)
            for (i, place) in places.enumerated() {
                let target = try dx.narrow(d, start: place, length: 1)
                target.copyElementsWithoutCheck(
                    from: try target.adding(gradient.narrow(d, start: i, length: 1)))
            }
            return [dx]
        }
    }
}
