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
    /// The sum over some dimensions, or over all of them, which an empty list means too. Integers and truth values
    /// give an int64.
    ///
    /// - Parameter keepDimensions: whether the dimensions stay, with size 1.
    public func sum(_ dimensions: [Int]? = nil, keepDimensions: Bool = false) throws -> Tensor {
        let reduced = try reducedDimensions(dimensions)
        guard dtype == .float32 else { return try integerSum(reduced, keepDimensions) }
        let kept = shape.indices.map { reduced.contains($0) ? 1 : shape[$0] }
        var result = detach()
        if reduced.count == dim {
            result = try result.total().reshape(kept)
        } else {
            for d in reduced { result = try result.summedOver(d) }
        }
        let old = shape
        let summed = recorded(result, "sum", [self]) {
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
        let members = try reducedDimensions(dimensions).reduce(1) { $0 * shape[$1] }
        return try sum(dimensions, keepDimensions: keepDimensions).divided(by: Double(members))
    }

    private func reducedDimensions(_ named: [Int]?) throws -> [Int] {
        guard let named, !named.isEmpty else { return Array(shape.indices) }
        let dimensions = try named.map { try resolve($0) }
        guard Set(dimensions).count == dimensions.count else {
            throw TensorError("a dimension is named twice in \(describe(named))")
        }
        return dimensions
    }

    private func total() throws -> Tensor {
        let source = try contiguous()
        let total = kernels.sum(count, source.floats)
        extendLifetime(source)
        return try Tensor([total], [])
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
        try extreme(dimension, keepDimension, .greater)
    }

    /// The smallest element along a dimension and where it stands.
    public func min(_ dimension: Int, keepDimension: Bool = false) throws -> (values: Tensor, indices: Tensor) {
        try extreme(dimension, keepDimension, .less)
    }

    /// The largest element of all. Equal ones share the gradient.
    public func max() throws -> Tensor { try extremeOfAll(.greater) }

    /// The smallest element of all. Equal ones share the gradient.
    public func min() throws -> Tensor { try extremeOfAll(.less) }

    private func extremeOfAll(_ comparison: Comparison) throws -> Tensor {
        let value = try detach().reshape([count]).extreme(0, false, comparison).values
        let (saved, savedValue) = (Saved(self), Saved(value.detach()))
        return recorded(value, comparison == .greater ? "max" : "min", [self]) { gradient in
            let chosen = try saved.unwrap().compared(.equal, savedValue.unwrap()).to(.float32)
            return [try chosen.multiplied(by: gradient.divided(by: chosen.sum()))]
        }
    }

    /// Where the largest element stands, int64: along a dimension, or among all elements in row-major order.
    public func argmax(_ dimension: Int? = nil, keepDimension: Bool = false) throws -> Tensor {
        guard let dimension else { return try reshape([count]).max(0).indices }
        return try max(dimension, keepDimension: keepDimension).indices
    }

    private func extreme(
        _ dimension: Int, _ keepDimension: Bool, _ comparison: Comparison
    ) throws -> (values: Tensor, indices: Tensor) {
        let d = try resolve(dimension)
        guard shape[d] > 0 else { throw TensorError("dimension \(dimension) of \(describe(shape)) has no elements") }
        let source = try detach().contiguous()
        var target = shape
        target[d] = 1
        let values = try Tensor(uninitialized: target, dtype: dtype)
        let indices = try Tensor(uninitialized: target, dtype: .int64)
        let slices = Slices(shape, d)
        switch dtype {
        case .float32: findExtremes(comparison, slices, source, values, indices, Float.self)
        case .int64: findExtremes(comparison, slices, source, values, indices, Int64.self)
        case .uint8, .bool: findExtremes(comparison, slices, source, values, indices, UInt8.self)
        }
        let whole = shape
        let recordedValues = recorded(values, comparison == .greater ? "max" : "min", [self]) { gradient in
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

/// Only a NaN differs from itself: the first one is kept.
private func findExtremes<T: Comparable>(
    _ comparison: Comparison, _ slices: Slices, _ source: Tensor, _ values: Tensor, _ indices: Tensor, _ type: T.Type
) {
    let (x, v, places) = (source.address(as: T.self), values.address(as: T.self), indices.address(as: Int64.self))
    for o in 0..<slices.outer {
        for i in 0..<slices.inner {
            let first = x + o * slices.length * slices.inner + i
            var (best, place) = (first[0], 0)
            for l in 1..<max(1, slices.length) where best == best {
                let value = first[l * slices.inner]
                if comparison.holds(value, best) || value != value { (best, place) = (value, l) }
            }
            v[o * slices.inner + i] = best
            places[o * slices.inner + i] = Int64(place)
        }
    }
    extendLifetime(source)
}
