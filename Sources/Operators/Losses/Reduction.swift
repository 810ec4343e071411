/// How the losses of single examples become the loss of a batch.
public enum Reduction: String, Sendable, CaseIterable {
    case mean, sum, none
}

extension Argument {
    static var reduction: Argument {
        .choice("reduction", of: Reduction.allCases.map(\.rawValue), default: Reduction.mean.rawValue)
    }

    /// Factors for the losses of single elements, which are repeated to their shape.
    static var elementWeight: Argument { .tensor("weight", "what each element's loss is multiplied by").optional }
}

extension Arguments {
    /// What each element's loss is multiplied by: one number for each of the input's.
    func elementWeight() throws -> Tensor? {
        guard let weight = try optionalTensor("weight") else { return nil }
        let shape = try tensor("input").shape
        guard weight.shape == shape else { throw TensorError("a weight \(shape) expected, got \(weight.shape)") }
        return weight
    }

    func reduction() throws -> Reduction { Reduction(rawValue: try string("reduction")) ?? .mean }
}

extension Tensor {
    /// The losses of single examples as the loss of a batch.
    func reduced(_ reduction: Reduction) throws -> Tensor {
        switch reduction {
        case .none: self
        case .sum: try sum()
        case .mean: try mean()
        }
    }

    /// The same with a weight for each element; a mean is one by weights.
    func reduced(_ reduction: Reduction, weightedBy weight: Tensor?) throws -> Tensor {
        guard let weight else { return try reduced(reduction) }
        let losses = try self * weight
        guard reduction == .mean else { return try losses.reduced(reduction) }
        return try losses.sum() / weight.expand(losses.shape).sum()
    }
}
