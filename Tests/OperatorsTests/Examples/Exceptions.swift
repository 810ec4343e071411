/// What is left open: where an operator does not do what all others do, with the reason. Each table should shrink, and
/// a test fails where an entry is no longer needed.
enum Exceptions {
    /// Tensors that get another gradient than differences say, or none, as "operator.parameter".
    static let gradients: [String: String] = [
        "normal.mean": "a draw is a constant, as PyTorch has it",
        "normal.std": "a draw is a constant, as PyTorch has it",
        "bincount.weights": "a count is a constant, as PyTorch has it",
        "nll_loss.weight": "PyTorch has no gradient for it",
        "cross_entropy.weight": "PyTorch has one only where targets are probabilities",
    ]

    /// Operators whose gradient has no gradient.
    static let refusesSecondGradient: [String: String] = [:]

    /// Operators whose in-place form loses what the gradient needs.
    static let inPlaceGradients: [String: String] = [:]

    /// Operators that look at how elements lie in memory.
    static let dependsOnLayout: [String: String] = drawsInPlace.merging([
        "dropout": "draws in the order in which the elements lie, as PyTorch does",
        "alpha_dropout": "draws in the order in which the elements lie, as PyTorch does",
        "view": "refuses elements that do not stand in order",
    ]) { $1 }

    private static let drawsInPlace = Dictionary(
        uniqueKeysWithValues: [
            "rand_like", "randn_like", "randint_like", "multinomial", "uniform_", "normal_", "log_normal_",
            "exponential_", "cauchy_", "geometric_", "random_", "bernoulli_",
        ].map { ($0, "draws in the order in which the elements lie, as PyTorch does") })

    /// Parameters that no example uses, as "operator.parameter".
    static let unusedParameters: [String: String] = [:]

    /// Parameters that examples need not use, whatever the operator.
    static let parametersOfAKind: [String: String] = [
        "dtype": "ExampleOptionTests gives it to all that take it",
        "requires_grad": "ExampleOptionTests gives it to all that take it",
        "inplace": "ExampleOptionTests gives it to all that take it",
        "training": "the modules' mode gives it, and ExampleOptionTests",
    ]
}
