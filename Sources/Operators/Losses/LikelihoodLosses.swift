extension Operators {
    static let poissonNLLLoss = Operator(
        "poisson_nll_loss",
        doc: "The negative log-likelihood of counts for rates of a Poisson distribution, or their logarithms, without "
            + "log(target!), which `full` adds by Stirling's formula.",
        [
            .tensor("input"), .tensor("target"), .boolean("log_input", default: true), .boolean("full", default: false),
        ], options: [.number("eps", default: 1e-8), .reduction],
        faces: [.functional, .layer("PoissonNLLLoss", inputs: 2)],
        examples: [
            .init(.values(3), .positive(3)),
            .init(.positive(3), .positive(3), false, true, options: ["eps": 1e-7, "reduction": "sum"]),
        ]
    ) { a, _ in
        let (x, target) = (try a.tensor("input"), try a.tensor("target"))
        var losses =
            try a.boolean("log_input") ? ofLogRates(x, target) : ofRates(x, target, parameters: [a.number("eps")])
        if try a.boolean("full") { losses = try losses + stirling(target) }
        return try .tensor(losses, a.reduction())
    }

    static let gaussianNLLLoss = Operator(
        "gaussian_nll_loss",
        doc: "The negative log-likelihood of targets for means and variances, which are at least `eps`, of normal "
            + "distributions, without log(2π) / 2, which `full` adds.",
        [
            .tensor("input"), .tensor("target"), .operand("var"), .boolean("full", default: false),
            .number("eps", default: 1e-6),
        ], options: [.reduction], faces: [.functional, .layer("GaussianNLLLoss", inputs: 3)],
        examples: [
            .init(.values(3, 2), .values(3, 2), .positive(3, 2)),
            .init(.values(3, 2), .values(3, 2), .positive(3), true),
            .init(.values(3), .values(3), 0.5, false, 1e-5, options: ["reduction": "none"]),
        ]
    ) { a, _ in
        let (x, target) = (try a.tensor("input"), try a.tensor("target"))
        let eps = try a.number("eps")
        guard eps > 0 else { throw TensorError("a positive 'eps' expected, got \(eps)") }
        var variance = try a.operand("var").asTensor()
        if variance.dim + 1 == x.dim, variance.shape.array == Array(x.shape.array.dropLast()) {
            variance = try variance.unsqueeze(-1)
        } else if variance.dim > 0, variance.shape != x.shape,
            variance.dim != x.dim || variance.shape.array != x.shape.array.dropLast() + [1]
        {
            throw TensorError(
                "a 'var' of shape \(x.shape) expected, or without the last dimension, got \(variance.shape)")
        }
        guard try !lt(variance.detach(), 0).containsTrue() else {
            throw TensorError("a 'var' without negative elements expected")
        }
        let operands = [x, target, try atLeast(variance, parameters: [eps])]
        let constant = try a.boolean("full") ? 0.9189385332046727 : 0
        let losses = try ofNormal(operands.map { .tensor($0) }, parameters: [constant])
        return try .tensor(losses, a.reduction())
    }

    private static let x = Expression.variable(0), target = Expression.variable(1)

    private static let ofLogRates = PointwiseFunction(
        "poisson_nll_loss", inputs: 2, accepts: .floating, value: .exp(x) - target * x)
    private static let ofRates = PointwiseFunction(
        "poisson_nll_loss", inputs: 2, parameters: 1, accepts: .floating,
        value: x - target * .log(x + .parameter(0)))
    private static let stirling = PointwiseFunction(
        "poisson_nll_loss", inputs: 1, accepts: .floating,
        value: .select(x > 1, x * .log(x) - x + 0.5 * .log(6.283185307179586 * x), 0))
    private static let ofNormal: PointwiseFunction = {
        let (variance, difference) = (Expression.variable(2), x - target)
        return PointwiseFunction(
            "gaussian_nll_loss", inputs: 3, parameters: 1, accepts: .floating,
            value: 0.5 * (.log(variance) + difference * difference / variance) + .parameter(0))
    }()
}
