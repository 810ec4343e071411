import Kernels

extension Operators {
    static let prod = Operator(
        "prod", doc: "The product of all elements, or along a dimension. Integers and truth values give int64.",
        [.tensor("input"), .integer("dim").optional, .keepdim], options: [.dtype], faces: .usual,
        examples: [.init(.values(2, 3)), .init(.values(2, 3), 1), .init(.values(2, 3), 0, true)]
    ) { a, _ in
        let given = try a.tensor("input")
        let x = try given.to(a.dtype() ?? (given.dtype.isFloatingPoint ? given.dtype : .int64))
        guard let dim = try a.optionalInteger("dim") else { return .tensor(try x.reshape([-1]).product(0, false)) }
        return .tensor(try x.product(dim, a.boolean("keepdim")))
    }
}

extension Tensor {
    func product(_ dimension: Int, _ keepsDimension: Bool) throws -> Tensor {
        if dim == 0 {
            _ = try resolve(dimension, of: 1)
            return try clone()
        }
        let d = try resolve(dimension)
        let product = try Tensor.applyOne(ProductOperation(dimension: d), [self])
        return try keepsDimension ? product : product.squeeze([d])
    }
}

package struct ProductOperation: Operation {
    package let dimension: Int
    package var name: String { "prod" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        [Spec(reduced(inputs[0].shape, [dimension], true), inputs[0].dtype)]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let type = inputs[0].dtype.computeType
        let x = try inputs[0].detach().contiguous().to(type.dtype)
        let result =
            try outputs[0].dtype == type.dtype ? outputs[0] : Tensor(uninitialized: outputs[0].shape, dtype: type.dtype)
        kernels.reduce(.product, type, Slices(x.shape, dimension), x.bytes, result.bytes)
        extendLifetime(x)
        if result !== outputs[0] { outputs[0].copyElementsWithoutCheck(from: try result.to(outputs[0].dtype)) }
    }

    package func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [0]) }

    /// The product of the others is that of those in front times that of those behind, whatever of them is 0.
    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let x = try kept.input(0)
        var edge = x.shape
        edge[dimension] = Swift.min(1, x.shape[dimension])
        let one = try Tensor.ones(edge, dtype: x.dtype)
        let count = Swift.max(0, x.shape[dimension] - 1)
        let front = try Tensor.cat([one, x.narrow(dimension, start: 0, length: count)], dimension)
            .accumulated(.product, dimension)
        let behind = try Tensor.cat([one, x.flip([dimension]).narrow(dimension, start: 0, length: count)], dimension)
            .accumulated(.product, dimension).flip([dimension])
        return [try gradient * (front * behind)]
    }
}
