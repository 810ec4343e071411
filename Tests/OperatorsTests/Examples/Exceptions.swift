/// What is left open: where an operator does not do what all others do, with the reason. Each table should shrink, and
/// a test fails where an entry is no longer needed.
enum Exceptions {
    /// Tensors that get another gradient than differences say, or none, as "operator.parameter".
    static let gradients: [String: String] = [:]

    /// Operators whose gradient has no gradient.
    static let refusesSecondGradient: [String: String] = [:]

    /// Operators whose in-place form loses what the gradient needs.
    static let inPlaceGradients: [String: String] = [:]

    /// Operators that look at how elements lie in memory.
    static let dependsOnLayout: [String: String] = [
        "dropout": "draws in the order in which the elements lie, as PyTorch does",
        "alpha_dropout": "draws in the order in which the elements lie, as PyTorch does",
        "view": "refuses elements that do not stand in order",
    ]

    /// Parameters that no example uses, as "operator.parameter".
    static let unusedParameters: [String: String] = Dictionary(
        uniqueKeysWithValues: [
            "zeros.dtype", "zeros.requires_grad", "ones.dtype", "ones.requires_grad", "full.dtype",
            "full.requires_grad", "rand.dtype", "rand.requires_grad", "randn.dtype", "randn.requires_grad",
            "randperm.dtype", "randperm.requires_grad", "arange.dtype", "arange.requires_grad", "softmax.dtype",
            "log_softmax.dtype", "dropout.training", "dropout1d.training", "dropout2d.training",
            "cross_entropy.reduction", "dropout.inplace", "dropout1d.inplace", "dropout2d.inplace",
            "alpha_dropout.inplace", "feature_alpha_dropout.inplace",
        ].map { ($0, "no example gives it yet") })
}
