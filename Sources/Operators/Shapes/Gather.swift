import Kernels

/// `target[…, i, …] = source[…, index[…, i, …], …]`, for an index within the source's sizes.
func copyGathered(_ source: Tensor, _ dimension: Int, _ index: Tensor, into target: Tensor) {
    var steps = source.strides
    steps[dimension] = 0
    withRows(index.shape, index.strides, steps, target.strides) { rows in
        kernels.gather(
            size: source.dtype.size, rows, stride: source.strides[dimension], index.address(as: Int64.self),
            source.bytes, target.bytes)
    }
}

extension Tensor {
    /// The elements of a dimension that `index` (int64) names, one for each of its elements: as large as the index, which
    /// is no larger than this tensor in any other dimension.
    public func gather(_ dimension: Int, _ index: Tensor) throws -> Tensor {
        let d = try checkedIndex(dimension, index)
        return try .applyOne(GatherOperation(dimension: d), [self, index.contiguous()])
    }

    /// A copy to whose elements those of `source` are added, where the index says along a dimension.
    public func scatterAdd(_ dimension: Int, _ index: Tensor, _ source: Tensor) throws -> Tensor {
        let d = try checkedIndex(dimension, index)
        return try .applyOne(ScatterAddOperation(dimension: d), [self, index.contiguous(), source])
    }

    private func checkedIndex(_ dimension: Int, _ index: Tensor) throws -> Int {
        let d = try resolve(dimension)
        guard index.dtype == .int64 else { throw TensorError("an int64 index expected, got \(index.dtype.rawValue)") }
        guard index.dim == dim, zip(index.shape, shape).enumerated().allSatisfy({ $0 == d || $1.0 <= $1.1 }) else {
            throw TensorError(
                "an index that is no larger than \(shape) outside of dimension \(d) expected, got \(index.shape)")
        }
        try index.expectPlaces(below: shape[d])
        return d
    }

    /// - Throws: `TensorError` where an int64 element is not from 0 to below `bound`.
    func expectPlaces(below bound: Int) throws {
        let places = try detach().contiguous()
        let values = places.address(as: Int64.self)
        for i in 0..<places.count where values[i] < 0 || values[i] >= bound {
            throw TensorError("index \(values[i]) at place \(i) is outside 0..\(bound - 1)")
        }
        extendLifetime(places)
    }
}

struct GatherOperation: Operation {
    let dimension: Int
    var name: String { "gather" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { [Spec(inputs[1].shape, inputs[0].dtype)] }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        copyGathered(inputs[0], dimension, inputs[1], into: outputs[0])
    }

    func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [1]) }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let zeros = try Tensor.zeros(kept.inputSpecs[0].shape, dtype: gradient.dtype)
        return [try zeros.scatterAdd(dimension, kept.input(1), gradient), nil]
    }
}

struct ScatterAddOperation: Operation {
    let dimension: Int
    var name: String { "scatter_add" }

    func infer(_ inputs: [Spec]) throws -> [Spec] {
        guard zip(inputs[1].shape, inputs[2].shape).allSatisfy({ $0 <= $1 }), inputs[2].dtype == inputs[0].dtype else {
            throw TensorError(
                "a source of type \(inputs[0].dtype.rawValue) at least as large as the index \(inputs[1].shape) expected, "
                    + "got \(inputs[2].dtype.rawValue) \(inputs[2].shape)")
        }
        return [inputs[0]]
    }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let (index, source, target) = (inputs[1], inputs[2], outputs[0])
        target.copyElementsWithoutCheck(from: inputs[0])
        var steps = target.strides
        steps[dimension] = 0
        withRows(index.shape, index.strides, steps, source.strides) { rows in
            kernels.scatter(
                .add, target.dtype, rows, stride: target.strides[dimension], index.address(as: Int64.self),
                source.bytes, target.bytes)
        }
    }

    func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [1]) }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        guard kept.needs[2] else { return [gradient] }
        return [gradient, nil, try gradient.gather(dimension, kept.input(1))]
    }
}
