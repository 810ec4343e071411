import Kernels

extension Operators {
    static let max = extreme(
        "max", "The largest element; along a dimension, the values and where they stand.", .maximum)
    static let min = extreme(
        "min", "The smallest element; along a dimension, the values and where they stand.", .minimum)

    private static func extreme(_ name: String, _ doc: String, _ reduction: SliceReduction) -> Operator {
        Operator(
            name, doc: doc + " A second tensor is compared element by element.",
            [.tensor("input"), .anyOf("dim", of: [.integer, .object(Tensor.self)]).optional, .keepdim],
            returns: .several([.object(Tensor.self, "values"), .object(Tensor.self, "indices").orNil]), faces: .usual,
            examples: [.init(.values(2, 5, 3), 1), .init(.values(2, 5)), .init(.values(2, 5), -1, true)]
        ) { a, _ in
            let x = try a.tensor("input")
            if let other = try a.optionalTensor("dim") {
                return .tensor(try reduction == .maximum ? maximum(x, other) : minimum(x, other))
            }
            guard let dim = try a.optionalInteger("dim") else { return .tensor(try x.extreme(reduction)) }
            let found = try x.extreme(reduction, dim, keepDimension: a.boolean("keepdim"))
            return .several([found.values, found.indices])
        }
    }

    static let argmax = argument(
        "argmax", "Where the largest element stands, from 0: along a dimension, or among all.", .maximum)
    static let argmin = argument(
        "argmin", "Where the smallest element stands, from 0: along a dimension, or among all.", .minimum)

    private static func argument(_ name: String, _ doc: String, _ reduction: SliceReduction) -> Operator {
        Operator(
            name, doc: doc, [.tensor("input"), .integer("dim").optional, .keepdim],
            returns: .object(Tensor.self, "int64"), faces: .usual,
            examples: [.init(.values(2, 5, 3), 1), .init(.values(2, 5)), .init(.values(2, 5), -1, true)]
        ) { a, _ in
            let x = try a.tensor("input").detach()
            guard let dim = try a.optionalInteger("dim") else {
                return .tensor(try x.reshape([x.count]).extreme(reduction, 0, keepDimension: false).indices)
            }
            return .tensor(try x.extreme(reduction, dim, keepDimension: a.boolean("keepdim")).indices)
        }
    }
}

extension Tensor {
    /// The extreme of all elements; equal ones share the gradient.
    func extreme(_ reduction: SliceReduction) throws -> Tensor {
        guard count > 0 else { throw TensorError("an extreme of \(shape), which has no elements, does not exist") }
        return try .applyOne(ExtremeOperation(reduction: reduction), [self])
    }

    /// The extremes along a dimension and where they stand (int64; the first of equals, a NaN before all).
    func extreme(_ reduction: SliceReduction, _ dimension: Int, keepDimension: Bool) throws -> (
        values: Tensor, indices: Tensor
    ) {
        if dim == 0 {
            let found = try reshape([1]).extreme(reduction, dimension, keepDimension: false)
            return (try found.values.reshape([]), try found.indices.reshape([]))
        }
        let d = try resolve(dimension)
        guard shape[d] > 0 else { throw TensorError("dimension \(dimension) of \(shape) has no elements") }
        let found = try Tensor.apply(ArgExtremeOperation(reduction: reduction, dimension: d), [self])
        if keepDimension { return (found[0], found[1]) }
        return (try found[0].squeeze([d]), try found[1].squeeze([d]))
    }
}

private struct ExtremeOperation: Operation {
    let reduction: SliceReduction
    var name: String { reduction == .maximum ? "max" : "min" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { [Spec([], inputs[0].dtype)] }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let x = try inputs[0].detach().contiguous().to(inputs[0].dtype.computeType.dtype)
        let result = try Tensor(uninitialized: [], dtype: x.dtype)
        kernels.reduce(
            reduction, x.dtype.computeType, Slices(outer: 1, length: x.count, inner: 1), x.bytes, result.bytes)
        try outputs[0].assign(result)
    }

    func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [0], outputs: true) }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let x = try kept.input(0)
        let chosen = try Operators.eq(x.detach(), kept.output(0).detach()).to(x.dtype)
        return [try chosen * (gradient / chosen.sum())]
    }
}

private struct ArgExtremeOperation: Operation {
    let reduction: SliceReduction
    let dimension: Int
    var name: String { reduction == .maximum ? "max" : "min" }

    func infer(_ inputs: [Spec]) throws -> [Spec] {
        let shape = reduced(inputs[0].shape, [dimension], true)
        return [Spec(shape, inputs[0].dtype), Spec(shape, .int64)]
    }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let x = try inputs[0].detach().contiguous()
        let keys = try x.to(x.dtype.computeType.dtype)
        kernels.argExtreme(
            reduction, keys.dtype.computeType, Slices(x.shape, dimension), keys.bytes,
            outputs[1].address(as: Int64.self))
        extendLifetime(keys)
        copyGathered(x, dimension, outputs[1], into: outputs[0])
    }

    func saves(_ needs: [Bool]) -> Saves { Saves(outputs: true) }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let zeros = try Tensor.zeros(kept.inputSpecs[0].shape, dtype: gradient.dtype)
        return [try zeros.scatterAdd(dimension, kept.output(1), gradient)]
    }
}
