extension Operators {
    static let klDiv = Operator(
        "kl_div",
        doc:
            "target · (log(target) - input): the Kullback-Leibler divergence, for log-probabilities. `batchmean`, its sum "
            + "by the first size, is the one of mathematics.",
        [.tensor("input"), .tensor("target", "probabilities, or their logarithms with `log_target`")],
        options: [
            .choice("reduction", of: ["mean", "sum", "none", "batchmean"], default: "mean"),
            .boolean("log_target", default: false),
        ], faces: [.functional, .layer("KLDivLoss", inputs: 2)],
        examples: [
            .init(.values(3, 4), .positive(3, 4)),
            .init(.values(3, 4), .values(3, 4), options: ["reduction": "batchmean", "log_target": true]),
            .init(.values(3, 4), .positive(4), options: ["reduction": "none"]),
        ]
    ) { a, _ in
        let x = try a.tensor("input")
        let losses = try (a.boolean("log_target") ? ofLogarithms : ofProbabilities)(x, a.tensor("target"))
        guard try a.string("reduction") == "batchmean" else { return try .tensor(losses, a.reduction()) }
        return .tensor(try losses.sum() / Double(x.shape.first ?? 1))
    }

    private static let x = Expression.variable(0), target = Expression.variable(1), g = Expression.variable(3)

    private static let ofLogarithms = PointwiseFunction(
        "kl_div", inputs: 2, accepts: .floating, value: .exp(target) * (target - x))

    /// The slope at a target of 0 has no number.
    private static let ofProbabilities = PointwiseFunction(
        "kl_div", inputs: 2, accepts: .floating,
        value: .select(target .== 0, 0, target * .log(target)) - target * x,
        gradients: [g * -target, g * (.select(target .== 0, 0, .log(target)) + target / target - x)])
}
