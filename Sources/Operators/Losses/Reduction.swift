/// How the losses of single examples become the loss of a batch.
public enum Reduction: String, Sendable, CaseIterable {
    case mean, sum, none
}

extension Argument {
    static var reduction: Argument {
        .choice("reduction", of: Reduction.allCases.map(\.rawValue), default: Reduction.mean.rawValue)
    }
}

extension Arguments {
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
}
