import Kernels

extension Operators {
    static let indexSelect = Operator(
        "index_select", doc: "The places of a dimension that an int64 tensor names.",
        [.tensor("input"), .integer("dim"), .tensor("index")], faces: .usual,
        examples: [.init(.values(3, 2), 0, .integers(4, below: 3)), .init(.values(2, 3), -1, .integers(5, below: 3))]
    ) { a, _ in .tensor(try a.tensor("input").indexSelect(a.integer("dim"), a.tensor("index"))) }
}

extension Tensor {
    /// The places of a dimension that `indices` (int64) names, in its order.
    public func indexSelect(_ dimension: Int, _ indices: Tensor) throws -> Tensor {
        let d = try resolve(dimension)
        guard indices.dtype == .int64 || indices.dtype == .int32, indices.dim <= 1 else {
            throw TensorError("int64 indices [n] expected, got \(indices.dtype.rawValue) \(indices.shape)")
        }
        let places = try indices.to(.int64).reshape([indices.count])
        try places.expectPlaces(below: shape[d])
        return try .applyOne(IndexSelectOperation(dimension: d), [self, places.contiguous()])
    }
}

private func places(_ indices: Tensor) -> UnsafeBufferPointer<Int64> {
    UnsafeBufferPointer(start: indices.address(as: Int64.self), count: indices.count)
}

package struct IndexSelectOperation: Operation {
    package let dimension: Int
    package var readsPlaces: Bool { true }
    package var name: String { "index_select" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        var shape = inputs[0].shape
        shape[dimension] = inputs[1].shape[0]
        return [Spec(shape, inputs[0].dtype)]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let x = try inputs[0].detach().contiguous()
        kernels.indexSelect(
            size: x.dtype.size, Slices(x.shape, dimension), x.bytes, places(inputs[1]), outputs[0].bytes)
        extendLifetime(x)
    }

    package func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [1]) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let zeros = try Tensor.zeros(kept.inputSpecs[0].shape, dtype: gradient.dtype)
        let operation = IndexPutOperation(first: dimension, count: 1, accumulates: true)
        return [try .applyOne(operation, [zeros, gradient, kept.input(1)])]
    }
}
