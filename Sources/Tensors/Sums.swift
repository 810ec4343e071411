import Kernels

/// A contiguous tensor seen as slices along a dimension.
extension Slices {
    public init(_ shape: Shape, _ dimension: Int) {
        self.init(
            outer: shape[..<dimension].reduce(1, *), length: shape[dimension],
            inner: shape[(dimension + 1)...].reduce(1, *))
    }
}

extension Tensor {
    /// The sum over some dimensions, or over all of them, which an empty list means too. Integers and truth values
    /// give an int64.
    ///
    /// - Parameter keepDimensions: whether the dimensions stay, with size 1.
    public func sum(_ dimensions: [Int]? = nil, keepDimensions: Bool = false) throws -> Tensor {
        let source = dtype.isFloatingPoint ? self : try to(.int64)
        return try .applyOne(
            SumOperation(dimensions: reducedDimensions(dimensions), keepsDimensions: keepDimensions), [source])
    }

    /// Dimensions that a reduction is to go over, counted from the start; all of them where none is named.
    ///
    /// - Throws: `TensorError` where one does not exist or is named twice.
    public func reducedDimensions(_ named: [Int]?) throws -> [Int] {
        guard let named, !named.isEmpty else { return Array(shape.indices) }
        let dimensions = try named.compactMap { dim == 0 && ($0 == 0 || $0 == -1) ? nil : try resolve($0) }
        guard Set(dimensions).count == dimensions.count else {
            throw TensorError("a dimension is named twice in \(describe(named))")
        }
        return dimensions
    }

    /// The elements of the dimensions that were repeated to get from `target` to this shape, added up.
    public func sum(to target: Shape) throws -> Tensor {
        if shape == target { return self }
        let added = dim - target.count
        let repeated = shape.indices.filter { $0 < added || target[$0 - added] == 1 && shape[$0] != 1 }
        return try (repeated.isEmpty ? self : sum(repeated, keepDimensions: true)).reshape(target)
    }
}

package struct SumOperation: Operation, Equatable {
    package let dimensions: [Int]
    package let keepsDimensions: Bool
    package var name: String { "sum" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        [Spec(reduced(inputs[0].shape, dimensions, keepsDimensions), inputs[0].dtype)]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let x = try inputs[0].detach().contiguous()
        let type = x.dtype.computeType
        if dimensions.count == x.dim {
            let all = Slices(outer: 1, length: x.count, inner: 1)
            return kernels.reduce(.sum, type, all, x.bytes, outputs[0].bytes)
        }
        // One dimension after the other; the last of them fills the result.
        var (source, shape) = (x, x.shape)
        for (i, d) in dimensions.enumerated() {
            let slices = Slices(shape, d)
            shape[d] = 1
            let target =
                i == dimensions.count - 1 ? outputs[0] : try Tensor(uninitialized: shape, dtype: x.dtype)
            kernels.reduce(.sum, type, slices, source.bytes, target.bytes)
            extendLifetime(source)
            source = target
        }
        if dimensions.isEmpty { outputs[0].copyElementsWithoutCheck(from: x) }
    }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        let shape = kept.inputSpecs[0].shape
        return [try gradients[0]?.reshape(reduced(shape, dimensions, true)).expand(shape)]
    }
}

/// A shape with some dimensions gone, or of size 1.
public func reduced(_ shape: Shape, _ dimensions: [Int], _ keepsDimensions: Bool) -> Shape {
    if keepsDimensions {
        var result = shape
        for d in dimensions { result[d] = 1 }
        return result
    }
    return Shape(shape.indices.filter { !dimensions.contains($0) }.map { shape[$0] })
}
