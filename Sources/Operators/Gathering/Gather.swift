import Kernels

extension Operators {
    static let gather = Operator(
        "gather", doc: "The elements of a dimension that `index` (int64) names, one for each of its elements.",
        [.tensor("input"), .integer("dim"), .tensor("index")], options: [.boolean("sparse_grad", default: false)],
        faces: .usual,
        examples: [
            .init(.values(4, 3), 0, .integers(2, 3, below: 4)),
            .init(.values(4), 0, .integers(3, below: 4), options: ["sparse_grad": false]),
        ]
    ) { a, _ in .tensor(try a.tensor("input").gather(a.integer("dim"), a.tensor("index"))) }

    static let takeAlongDim = Operator(
        "take_along_dim",
        doc: "The same with the other dimensions repeated to a common shape; without `dim`, of all elements in a row.",
        [.tensor("input"), .tensor("indices"), .integer("dim").optional], faces: .usual,
        examples: [.init(.values(4, 3), .integers(4, 2, below: 3), 1), .init(.values(2, 3), .integers(4, below: 6))]
    ) { a, _ in
        let (x, index) = (try a.tensor("input"), try a.tensor("indices"))
        guard let dim = try a.optionalInteger("dim") else {
            return .tensor(try x.reshape([-1]).gather(0, index.reshape([-1])))
        }
        guard x.dim == index.dim else {
            throw TensorError("indices with \(plural(x.dim, "dimension")) expected, got \(index.shape)")
        }
        let d = try x.resolve(dim)
        var (own, other) = (x.shape, index.shape)
        (own[d], other[d]) = (1, 1)
        var shape = try broadcastShape(own, other)
        shape[d] = index.shape[d]
        let indices = try index.expand(shape)
        shape[d] = x.shape[d]
        return .tensor(try x.expand(shape).gather(d, indices))
    }
}

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

    func checkedIndex(_ dimension: Int, _ index: Tensor) throws -> Int {
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
        try Listening.listener?.checksPlaces(self)
        let places = try detach().contiguous()
        let values = places.address(as: Int64.self)
        for i in 0..<places.count where values[i] < 0 || values[i] >= bound {
            throw TensorError("index \(values[i]) at place \(i) is outside 0..\(bound - 1)")
        }
        extendLifetime(places)
    }
}

package struct GatherOperation: Operation {
    package let dimension: Int
    package var readsPlaces: Bool { true }
    package var name: String { "gather" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] { [Spec(inputs[1].shape, inputs[0].dtype)] }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        copyGathered(inputs[0], dimension, inputs[1], into: outputs[0])
    }

    package func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [1]) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let zeros = try Tensor.zeros(kept.inputSpecs[0].shape, dtype: gradient.dtype)
        return [try zeros.scatterAdd(dimension, kept.input(1), gradient), nil]
    }
}
