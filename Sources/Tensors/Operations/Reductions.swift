import Kernels

/// A contiguous tensor seen as `outer` × `length` × `inner`, with the dimension in question in the middle.
struct Slices {
    let outer: Int, length: Int, inner: Int

    init(_ shape: [Int], _ dimension: Int) {
        outer = shape[..<dimension].reduce(1, *)
        length = shape[dimension]
        inner = shape[(dimension + 1)...].reduce(1, *)
    }
}

extension Tensor {
    /// The sum over some dimensions, or over all of them. Integers and truth values give an int64.
    ///
    /// - Parameter keepDimensions: whether the dimensions stay, with size 1.
    public func sum(_ dimensions: [Int]? = nil, keepDimensions: Bool = false) throws -> Tensor {
        let reduced = try (dimensions ?? Array(shape.indices)).map { try resolve($0) }
        guard Set(reduced).count == reduced.count else {
            throw TensorError("a dimension is named twice in \(describe(dimensions ?? []))")
        }
        guard dtype == .float32 else { return try integerSum(reduced, keepDimensions) }
        let kept = shape.indices.map { reduced.contains($0) ? 1 : shape[$0] }
        var result = detach()
        if reduced.count == dim {
            result = try result.total().reshape(kept)
        } else {
            for d in reduced { result = try result.summedOver(d) }
        }
        let old = shape
        let summed = recorded(result.node == nil ? result : result.detach(), "sum", [self]) {
            [try $0.reshape(kept).expand(old).contiguous()]
        }
        return keepDimensions
            ? summed : try summed.reshape(shape.indices.filter { !reduced.contains($0) }.map { shape[$0] })
    }

    /// The mean over some dimensions, or over all of them.
    public func mean(_ dimensions: [Int]? = nil, keepDimensions: Bool = false) throws -> Tensor {
        guard dtype == .float32 else {
            throw TensorError("float32 expected, got \(dtype.rawValue); convert with float()")
        }
        let reduced = try (dimensions ?? Array(shape.indices)).map { try resolve($0) }
        let members = reduced.reduce(1) { $0 * shape[$1] }
        return try sum(dimensions, keepDimensions: keepDimensions).divided(by: Double(members))
    }

    private func total() throws -> Tensor {
        let source = try contiguous()
        return try Tensor([kernels.sum(count, source.floats)], [])
    }

    /// Keeps the dimension, with size 1.
    private func summedOver(_ dimension: Int) throws -> Tensor {
        var target = shape
        target[dimension] = 1
        let source = try contiguous()
        let slices = Slices(shape, dimension)
        let result = try Tensor(uninitialized: target)
        let (x, y) = (source.floats, result.floats)
        if slices.inner == 1 {
            for i in 0..<slices.outer { y[i] = kernels.sum(slices.length, x + i * slices.length) }
        } else {
            result.fillWithoutCheck(0)
            for o in 0..<slices.outer {
                let sums = y + o * slices.inner
                for l in 0..<slices.length {
                    let row = x + (o * slices.length + l) * slices.inner
                    kernels.binary(
                        .add, Binary(count: slices.inner, a: sums, aStep: 1, b: row, bStep: 1, result: sums))
                }
            }
        }
        extendLifetime(source)
        return result
    }

    private func integerSum(_ reduced: [Int], _ keepDimensions: Bool) throws -> Tensor {
        var result = try to(.int64)
        for d in reduced {
            var target = result.shape
            target[d] = 1
            let source = try result.contiguous()
            let slices = Slices(source.shape, d)
            let sums = try Tensor.zeros(target, dtype: .int64)
            let (x, y) = (source.address(as: Int64.self), sums.address(as: Int64.self))
            for o in 0..<slices.outer {
                for l in 0..<slices.length {
                    for i in 0..<slices.inner {
                        y[o * slices.inner + i] &+= x[(o * slices.length + l) * slices.inner + i]
                    }
                }
            }
            result = sums
        }
        return keepDimensions
            ? result : try result.reshape(shape.indices.filter { !reduced.contains($0) }.map { shape[$0] })
    }

    /// The largest element along a dimension and where it stands (int64; the first of equals, a NaN before all).
    public func max(_ dimension: Int, keepDimension: Bool = false) throws -> (values: Tensor, indices: Tensor) {
        try extreme(dimension, keepDimension) { $0 > $1 }
    }

    /// The smallest element along a dimension and where it stands.
    public func min(_ dimension: Int, keepDimension: Bool = false) throws -> (values: Tensor, indices: Tensor) {
        try extreme(dimension, keepDimension) { $0 < $1 }
    }

    /// The largest element of all.
    public func max() throws -> Tensor { try reshape([count]).max(0).values }

    /// The smallest element of all.
    public func min() throws -> Tensor { try reshape([count]).min(0).values }

    /// Where the largest element stands, int64: along a dimension, or among all elements in row-major order.
    public func argmax(_ dimension: Int? = nil, keepDimension: Bool = false) throws -> Tensor {
        guard let dimension else { return try reshape([count]).max(0).indices }
        return try max(dimension, keepDimension: keepDimension).indices
    }

    private func extreme(
        _ dimension: Int, _ keepDimension: Bool, _ precedes: (Float, Float) -> Bool
    ) throws -> (values: Tensor, indices: Tensor) {
        let d = try resolve(dimension)
        guard shape[d] > 0 else { throw TensorError("dimension \(dimension) of \(describe(shape)) has no elements") }
        let source = try detach().to(.float32).contiguous()
        let slices = Slices(shape, d)
        var target = shape
        target[d] = 1
        let values = try Tensor(uninitialized: target)
        let indices = try Tensor(uninitialized: target, dtype: .int64)
        let (x, v, places) = (source.floats, values.floats, indices.address(as: Int64.self))
        for o in 0..<slices.outer {
            for i in 0..<slices.inner {
                let first = x + o * slices.length * slices.inner + i
                var (best, place) = (first[0], 0)
                for l in 1..<Swift.max(1, slices.length) where !best.isNaN {
                    let value = first[l * slices.inner]
                    if precedes(value, best) || value.isNaN { (best, place) = (value, l) }
                }
                v[o * slices.inner + i] = best
                places[o * slices.inner + i] = Int64(place)
            }
        }
        let whole = shape
        let recordedValues = recorded(values, "max", [self]) { gradient in
            let result = try Tensor.zeros(whole)
            let (from, to) = (try gradient.contiguous(), result.floats)
            let g = from.floats
            let places = indices.address(as: Int64.self)
            for o in 0..<slices.outer {
                for i in 0..<slices.inner {
                    let at = o * slices.inner + i
                    to[(o * slices.length + Int(places[at])) * slices.inner + i] = g[at]
                }
            }
            extendLifetime(from)
            return [result]
        }
        if keepDimension { return (recordedValues, indices) }
        return (try recordedValues.squeeze(d), try indices.squeeze(d))
    }
}
