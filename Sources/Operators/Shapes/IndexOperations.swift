import Kernels

/// `count` dimensions from `first` on replaced by the elements that as many int64 tensors of one shape name together.
package struct IndexOperation: Operation {
    package let first: Int, count: Int
    package var readsPlaces: Bool { true }
    package var name: String { "index" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        [Spec(shape(inputs[0].shape, inputs[1].shape), inputs[0].dtype)]
    }

    /// The result's shape, of that of the source and that of the indices.
    fileprivate func shape(_ source: Shape, _ places: Shape) -> Shape {
        Shape(source[..<first]) + places + Shape(source[(first + count)...])
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let (source, target) = (inputs[0], outputs[0])
        withPlaces(source, Array(inputs[1...]), target) { rows, places in
            kernels.gather(size: source.dtype.size, rows, stride: 1, places, source.bytes, target.bytes)
        }
    }

    package func saves(_ needs: [Bool]) -> Saves { Saves(inputs: Set(1...count)) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let zeros = try Tensor.zeros(kept.inputSpecs[0].shape, dtype: gradient.dtype)
        let operation = IndexPutOperation(first: first, count: count, accumulates: true)
        return [try .applyOne(operation, [zeros, gradient] + (1...count).map { try kept.input($0) })]
    }

    /// Calls `body` with rows of indices, `tensor` and `other`, and with each index as a number of the tensor's elements.
    fileprivate func withPlaces(
        _ tensor: Tensor, _ indices: [Tensor], _ other: Tensor, _ body: (Rows, UnsafePointer<Int64>) -> Void
    ) {
        let shape = shape(tensor.shape, indices[0].shape)
        let (before, after) = (Shape(tensor.strides[..<first]), Shape(tensor.strides[(first + count)...]))
        let gap = Shape(repeating: 0, count: indices[0].dim)
        guard let offsets = try? offsets(tensor, indices) else { return }
        let around = (Shape(repeating: 0, count: before.count), Shape(repeating: 0, count: after.count))
        withRows(shape, around.0 + offsets.strides + around.1, before + gap + after, other.strides) { rows in
            body(rows, offsets.address(as: Int64.self))
        }
        extendLifetime(offsets)
    }

    private func offsets(_ tensor: Tensor, _ indices: [Tensor]) throws -> Tensor {
        var total = try Operators.mul.function([.tensor(indices[0]), .integer(tensor.strides[first])])
        for (i, index) in indices.enumerated().dropFirst() {
            total = try total + Operators.mul.function([.tensor(index), .integer(tensor.strides[first + i])])
        }
        return total
    }
}

/// A copy of the first input whose elements that the third and later inputs name are replaced by, or get added, those of
/// the second.
package struct IndexPutOperation: Operation {
    package let first: Int, count: Int
    package let accumulates: Bool
    package var readsPlaces: Bool { true }
    package var name: String { "index_put" }

    private var reading: IndexOperation { IndexOperation(first: first, count: count) }

    /// The value's shape, of that of the target and that of the indices.
    func shape(_ target: Shape, _ places: Shape) -> Shape { reading.shape(target, places) }

    package func infer(_ inputs: [Spec]) throws -> [Spec] { [inputs[0]] }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        outputs[0].copyElementsWithoutCheck(from: inputs[0])
        put(inputs[1], Array(inputs[2...]), into: outputs[0])
    }

    /// Changes a tensor of any strides.
    func put(_ value: Tensor, _ indices: [Tensor], into target: Tensor) {
        reading.withPlaces(target, indices, value) { rows, places in
            kernels.scatter(
                accumulates ? .add : .assign, target.dtype, rows, stride: 1, places, value.bytes, target.bytes)
        }
    }

    package func saves(_ needs: [Bool]) -> Saves { Saves(inputs: Set(2..<2 + count)) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let indices = try (2..<2 + count).map { try kept.input($0) }
        var own: Tensor? = gradient
        if kept.needs[0], !accumulates {
            let value = try Tensor.zeros([], dtype: gradient.dtype).expand(kept.inputSpecs[1].shape)
            own = try .applyOne(self, [gradient, value] + indices)
        }
        return [
            kept.needs[0] ? own : nil, kept.needs[1] ? try .applyOne(reading, [gradient] + indices) : nil,
        ]
    }
}
