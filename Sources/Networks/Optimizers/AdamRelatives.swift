import CLibrary
import Operators

extension Optimizers {
    /// `u = max(β₂·u, |g| + ε); p -= lr / (1 - β₁ᵗ) · m / u`.
    static let adamax = OptimizerKind(
        "Adamax", doc: "Adam with the largest gradient in place of the mean of squares (Kingma and Ba, 2015).",
        [.lr(2e-3), .betas, .eps(), .weightDecay()], tensors: ["exp_avg", "exp_inf"]
    ) { options in
        let rule = try AdamRule(options, decoupled: false)
        return { step in
            let t = try step.count()
            step.update(
                rule.up, rule.decay != 0, tensors: [try step.tensor("exp_avg"), try step.tensor("exp_inf")],
                numbers: rule.numbers(rule.lr / (1 - pow(rule.beta1, t)))
            ) { e in
                let (p, g, mean, _) = rule.means(e)
                let largest = Expression.maximum(e.n(1) * e.s(1), .abs(g) + e.n(3))
                return [(2, mean), (3, largest), (0, p - e.n(5) * mean / largest)]
            }
        }
    }

    static let nadam = OptimizerKind(
        "NAdam", doc: "Adam with Nesterov's momentum (Dozat, 2016).",
        [
            .lr(2e-3), .betas, .eps(), .weightDecay(),
            .number("momentum_decay", "how fast the momentum's warm-up ends", min: 0, default: 4e-3), .decoupled,
        ],
        numbers: ["step", "mu_product"], tensors: ["exp_avg", "exp_avg_sq"]
    ) { options in
        let rule = try AdamRule(options)
        let momentumDecay = try options.number("momentum_decay")
        return { step in
            let t = try step.count()
            func momentum(_ t: Double) -> Double { rule.beta1 * (1 - 0.5 * pow(0.96, t * momentumDecay)) }
            let (mu, next) = (momentum(t), momentum(t + 1))
            // PyTorch keeps the product as a float32 tensor.
            let product = try step.number("mu_product", from: 1) { Double(Float($0) * Float(mu)) }
            step.update(
                rule.up, rule.decay != 0, rule.decoupled,
                tensors: [try step.tensor("exp_avg"), try step.tensor("exp_avg_sq")],
                numbers: rule.numbers(
                    1 - pow(rule.beta2, t), rule.lr * (1 - mu) / (1 - product),
                    rule.lr * next / (1 - product * next))
            ) { e in
                let (p, g, mean, square) = rule.means(e)
                let denominator = .sqrt(square / e.n(5)) + e.n(3)
                let value = p - e.n(6) * g / denominator - e.n(7) * mean / denominator
                return [(2, mean), (3, square), (0, value)]
            }
        }
    }

    static let radam = OptimizerKind(
        "RAdam", doc: "Adam whose step is held back while little is known of the squares (Liu et al., 2020).",
        [.lr(1e-3), .betas, .eps(), .weightDecay(), .decoupled], tensors: ["exp_avg", "exp_avg_sq"]
    ) { options in
        let rule = try AdamRule(options)
        return { step in
            let t = try step.count()
            let correction = 1 - pow(rule.beta2, t)
            let most = 2 / (1 - rule.beta2) - 1
            let length = most - 2 * t * pow(rule.beta2, t) / correction
            let isRectified = length > 5
            let rectified = ((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)).squareRoot()
            let rate = rule.lr / (1 - pow(rule.beta1, t))
            step.update(
                rule.up, rule.decay != 0, rule.decoupled, isRectified,
                tensors: [try step.tensor("exp_avg"), try step.tensor("exp_avg_sq")],
                numbers: rule.numbers(isRectified ? rate * rectified * correction.squareRoot() : rate)
            ) { e in
                let (p, _, mean, square) = rule.means(e)
                let way = isRectified ? e.n(5) * mean / (.sqrt(square) + e.n(3)) : e.n(5) * mean
                return [(2, mean), (3, square), (0, p - way)]
            }
        }
    }
}
