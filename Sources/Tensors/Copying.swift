import Kernels

extension Tensor {
    /// The same elements one after the other in row-major order: the tensor itself where they stand so already.
    public func contiguous() throws -> Tensor { isContiguous ? self : try .applyOne(CloneOperation(), [self]) }

    /// A copy with a memory of its own, whose elements lie in the same order where they lie without gaps. Gradients flow
    /// through it.
    public func clone() throws -> Tensor {
        if isContiguous { return try .applyOne(CloneOperation(), [self]) }
        let copy = try similar()
        copy.copyElementsWithoutCheck(from: self)
        Listening.listener?.ran(CloneOperation(), [self], [copy])
        Tensor.record(CloneOperation(), [self], [copy])
        return copy
    }

    /// The dimensions from the one whose elements lie farthest apart to the closest.
    public var strideOrder: [Int] {
        shape.indices.sorted { strides[$0] == strides[$1] ? $0 < $1 : strides[$0] > strides[$1] }
    }

    /// A new tensor of this one's shape whose elements, which are whatever the memory held, lie in the same order as this
    /// one's where these lie without gaps.
    public func similar(_ dtype: DType? = nil) throws -> Tensor {
        var (found, step) = (strides, 1)
        for d in strideOrder.reversed() where shape[d] != 1 {
            found[d] = step
            step *= shape[d]
        }
        let result = try Tensor(uninitialized: shape, dtype: dtype ?? self.dtype)
        if isContiguous || shape.indices.contains(where: { shape[$0] != 1 && strides[$0] != found[$0] }) {
            return result
        }
        return Tensor(storage: result.storage, offset: 0, shape: shape, strides: found, dtype: result.dtype)
    }

    /// Elements converted to another type, towards zero; the tensor itself where it has that type. Gradients flow
    /// between floating-point types.
    public func to(_ target: DType) throws -> Tensor {
        target == dtype ? self : try .applyOne(ConvertOperation(target: target), [self])
    }

    /// All elements in row-major order.
    public func doubles() throws -> [Double] {
        try detach().to(.float64).withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
    }

    /// A tensor of a type with these values in row-major order, as many as the shape has.
    public static func of(_ values: [Double], _ shape: Shape, _ dtype: DType) throws -> Tensor {
        let tensor = try Tensor(uninitialized: shape, dtype: .float64)
        try tensor.withUnsafeMutableBytes { bytes in values.withUnsafeBytes { bytes.copyMemory(from: $0) } }
        return try tensor.to(dtype)
    }

    /// Takes over the elements of a tensor of this shape and type.
    package func copyElementsWithoutCheck(from source: Tensor) {
        if isContiguous && source.isContiguous {
            return bytes.copyMemory(from: source.bytes, byteCount: count * dtype.size)
        }
        withRows(shape, strides, source.strides, strides) { rows in
            let swapped = Rows(rank: rows.rank, sizes: rows.sizes, first: rows.second, second: rows.first)
            kernels.copy(size: dtype.size, swapped, source.bytes, bytes)
        }
    }
}

/// Calls `body` with the rows that three arrays step through together; dimensions that all pass like one are one.
package func withRows(
    _ shape: Shape, _ first: Shape, _ second: Shape, _ third: Shape, _ body: (Rows) -> Void
) {
    let rank = shape.count
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 4 * rank + 1) { space in
        guard let sizes = space.baseAddress else { return }
        let (a, b, c) = (sizes + rank, sizes + 2 * rank, sizes + 3 * rank)
        var used = 0
        for d in 0..<rank where shape[d] != 1 {
            let size = shape[d]
            if used > 0, a[used - 1] == first[d] * size, b[used - 1] == second[d] * size,
                c[used - 1] == third[d] * size
            {
                used -= 1
                sizes[used] *= size
            } else {
                sizes[used] = size
            }
            (a[used], b[used], c[used]) = (first[d], second[d], third[d])
            used += 1
        }
        body(Rows(rank: used, sizes: sizes, first: a, second: b, third: c))
    }
}

package struct CloneOperation: Operation {
    package var name: String { "clone" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] { inputs }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        outputs[0].copyElementsWithoutCheck(from: inputs[0])
    }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] { gradients }
}

package struct ConvertOperation: Operation {
    package let target: DType
    package var name: String { "to" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] { [Spec(inputs[0].shape, target)] }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        // The source's own arithmetic, so that no digit is lost before the conversion.
        Tensors.run(Self.identity, inputs[0].dtype.computeType, [.tensor(inputs[0])], parameters: [], into: outputs)
    }

    private static let identity = Program([.variable(0)], inputs: 1, parameters: 0)

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        [try gradients[0]?.to(kept.inputSpecs[0].dtype)]
    }
}
