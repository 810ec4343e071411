import Kernels

extension Operators {
    static let linear = Operator(
        "linear", doc: "x·Wᵀ + b over the last dimension.",
        [.tensor("input"), .tensor("weight", "[out, in]"), .tensor("bias", "[out]").optional], faces: [.functional],
        examples: [.init(.values(2, 3, 4), .values(5, 4), .values(5)), .init(.values(3, 4), .values(2, 4))]
    ) { a, _ in .tensor(try a.tensor("input").linear(a.tensor("weight"), a.optionalTensor("bias"))) }
}

extension Tensor {
    /// `x·Wᵀ + b` over the last dimension, with W `[out, in]` and b `[out]`; a W `[in]` gives one number, whose dimension
    /// goes away.
    public func linear(_ weight: Tensor, _ bias: Tensor? = nil) throws -> Tensor {
        if weight.dim == 1 {
            guard bias == nil else { throw TensorError("a weight [out, in] expected with a bias, got \(weight.shape)") }
            return try linear(weight.unsqueeze(0)).squeeze([-1])
        }
        return try .applyOne(LinearOperation(), [self, weight] + (bias.map { [$0] } ?? []))
    }
}

package struct LinearOperation: Operation {
    package var name: String { "linear" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        let (x, weight) = (inputs[0].shape, inputs[1].shape)
        try expectMatrices(inputs[0].dtype, inputs[1].dtype)
        guard weight.count == 2, let features = x.last else {
            throw TensorError("an input with features and a weight [out, in] expected, got \(x) and \(weight)")
        }
        guard features == weight[1] else {
            throw TensorError(
                "expected \(plural(weight[1], "input feature")), got \(features) (input \(x), weight \(weight))")
        }
        if inputs.count > 2, inputs[2].shape != [weight[0]] || inputs[2].dtype != inputs[0].dtype {
            throw TensorError(
                "a \(inputs[0].dtype.rawValue) bias of shape [\(weight[0])] expected, got "
                    + "\(inputs[2].dtype.rawValue) \(inputs[2].shape)")
        }
        return [Spec(x.dropLast() + [weight[0]], inputs[0].dtype)]
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let weight = inputs[1].detach()
        if inputs.count > 2 {
            outputs[0].copyElementsWithoutCheck(from: try inputs[2].detach().expand(outputs[0].shape))
        }
        try multiply(rows(of: inputs[0]), weight.transpose(0, 1), into: outputs[0], accumulate: inputs.count > 2)
    }

    /// The tensor as a matrix of features.
    private func rows(of tensor: Tensor) throws -> Tensor {
        try tensor.detach().reshape([tensor.shape.dropLast().reduce(1, *), tensor.shape[tensor.dim - 1]])
    }

    package func saves(_ needs: [Bool]) -> Saves { .factors(needs) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let outputs = gradient.shape[gradient.dim - 1]
        let rows = try gradient.reshape([gradient.shape.dropLast().reduce(1, *), outputs])
        var found: [Tensor?] = [nil, nil, nil]
        if kept.needs[0] { found[0] = try rows.matmul(kept.input(1)).reshape(kept.inputSpecs[0].shape) }
        if kept.needs[1] {
            let x = try kept.input(0)
            let inputs = x.shape[x.dim - 1]
            found[1] = try rows.transpose(0, 1).matmul(x.reshape([x.shape.dropLast().reduce(1, *), inputs]))
        }
        if kept.needs.count > 2, kept.needs[2] { found[2] = try rows.sum([0]) }
        return found
    }
}
