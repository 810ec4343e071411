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

    static let amax = extremes("amax", "The largest element, of all or along dimensions", .maximum)
    static let amin = extremes("amin", "The smallest element, of all or along dimensions", .minimum)

    private static func extremes(_ name: String, _ doc: String, _ reduction: SliceReduction) -> Operator {
        Operator(
            name, doc: doc + "; equal ones share the gradient.", [.tensor("input"), .dimensions, .keepdim],
            faces: .usual,
            examples: [.init(.values(2, 5)), .init(.values(2, 5, 3), [0, 2]), .init(.values(2, 5), 1, true)]
        ) { a, _ in
            let x = try a.tensor("input")
            let dims = try x.reducedDimensions(a.optionalIntegers("dim"))
            return .tensor(
                try x.extremes(reduction, dims).reshape(reduced(x.shape, dims, a.boolean("keepdim"))))
        }
    }

    /// Where both are equal, or both NaN.
    static let same: PointwiseFunction = {
        let (a, b) = (Expression.variable(0), Expression.variable(1))
        return PointwiseFunction(
            "eq", inputs: 2, typing: .truth, value: .call(.or, a .== b, .call(.isNaN, a) .& .call(.isNaN, b)))
    }()

    static let aminmax = Operator(
        "aminmax", doc: "The smallest and the largest element, of all or along a dimension.", [.tensor("input")],
        options: [.integer("dim").optional, .keepdim],
        returns: .several([.object(Tensor.self, "min"), .object(Tensor.self, "max")]), faces: .usual,
        examples: [.init(.values(2, 5)), .init(.values(2, 5), options: ["dim": 1, "keepdim": true])]
    ) { a, _ in
        let x = try a.tensor("input")
        let dims = try x.reducedDimensions(a.optionalIntegers("dim"))
        let shape = reduced(x.shape, dims, try a.boolean("keepdim"))
        return .several([
            try x.extremes(.minimum, dims).reshape(shape), try x.extremes(.maximum, dims).reshape(shape),
        ])
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
            guard x.dtype != .bool else { throw TensorError("numbers expected, got bool; convert with int()") }
            guard let dim = try a.optionalInteger("dim") else {
                let place = try x.reshape([x.count]).extreme(reduction, 0, keepDimension: false).indices
                return .tensor(
                    try a.boolean("keepdim") ? place.reshape(Shape(repeating: 1, count: x.dim)) : place)
            }
            return .tensor(try x.extreme(reduction, dim, keepDimension: a.boolean("keepdim")).indices)
        }
    }
}

extension Tensor {
    /// The extreme of all elements; equal ones share the gradient.
    func extreme(_ reduction: SliceReduction) throws -> Tensor {
        try extremes(reduction, Array(shape.indices), sharesNaN: true).reshape([])
    }

    /// The extremes over some dimensions, which stay with size 1; equal ones share the gradient.
    ///
    /// - Parameter sharesNaN: whether the gradient of a NaN goes to the NaNs; by default it is one itself.
    func extremes(
        _ reduction: SliceReduction, _ dimensions: [Int], sharesNaN: Bool = false
    ) throws -> Tensor {
        guard dimensions.isEmpty || !dimensions.contains(where: { shape[$0] == 0 }) else {
            let place = dimensions.count == dim ? "" : " there"
            throw TensorError("an extreme of \(shape), which has no elements\(place), does not exist")
        }
        return try .applyOne(
            ExtremeOperation(reduction: reduction, dimensions: dimensions, sharesNaN: sharesNaN), [self])
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

package struct ExtremeOperation: Operation {
    package let reduction: SliceReduction
    package let dimensions: [Int]
    package let sharesNaN: Bool
    package var name: String { reduction == .maximum ? "max" : "min" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        [Spec(reduced(inputs[0].shape, dimensions, true), inputs[0].dtype)]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let x = inputs[0].detach()
        if x.count == 0 { return }
        let order = x.shape.indices.filter { !dimensions.contains($0) } + dimensions
        let rows = try x.permute(Shape(order)).contiguous().to(x.dtype.computeType.dtype)
        let result = try Tensor(uninitialized: outputs[0].shape, dtype: rows.dtype)
        kernels.reduce(
            reduction, rows.dtype.computeType,
            Slices(outer: result.count, length: rows.count / result.count, inner: 1), rows.bytes, result.bytes)
        extendLifetime(rows)
        outputs[0].copyElementsWithoutCheck(from: try result.to(outputs[0].dtype))
    }

    package func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [0], outputs: true) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let x = try kept.input(0)
        let (elements, extremes) = (x.detach(), try kept.output(0).detach())
        let isChosen = try sharesNaN ? Operators.same(elements, extremes) : Operators.eq(elements, extremes)
        let chosen = try isChosen.to(x.dtype)
        return [try chosen * (gradient / chosen.sum(dimensions.isEmpty ? nil : dimensions, keepDimensions: true))]
    }
}

package struct ArgExtremeOperation: Operation {
    package let reduction: SliceReduction
    package let dimension: Int
    package var name: String { reduction == .maximum ? "max" : "min" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        let shape = reduced(inputs[0].shape, [dimension], true)
        return [Spec(shape, inputs[0].dtype), Spec(shape, .int64)]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let x = try inputs[0].detach().contiguous()
        let keys = try x.to(x.dtype.computeType.dtype)
        kernels.argExtreme(
            reduction, keys.dtype.computeType, Slices(x.shape, dimension), keys.bytes,
            outputs[1].address(as: Int64.self))
        extendLifetime(keys)
        copyGathered(x, dimension, outputs[1], into: outputs[0])
    }

    package func saves(_ needs: [Bool]) -> Saves { Saves(outputs: true) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let zeros = try Tensor.zeros(kept.inputSpecs[0].shape, dtype: gradient.dtype)
        return [try zeros.scatterAdd(dimension, kept.output(1), gradient)]
    }
}
