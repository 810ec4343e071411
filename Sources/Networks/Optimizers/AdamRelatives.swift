import CLibrary
import Operators

extension Optimizers {
    /// `u = max(β₂·u, |g| + ε); p -= lr / (1 - β₁ᵗ) · m / u`.
    static let adamax = OptimizerKind(
        "Adamax", doc: "Adam with the largest gradient in place of the mean of squares (Kingma and Ba, 2015).",
        [.lr(2e-3), .betas, .eps(), .weightDecay()], tensors: ["exp_avg", "exp_inf"]
    ) { options in
        let (lr, decay, eps) = (try options.number("lr"), try options.number("weight_decay"), try options.number("eps"))
        let (beta1, beta2) = try options.pair("betas")
        let up = try options.boolean("maximize")
        return { step in
            let t = try step.count()
            step.update(
                up, decay != 0, tensors: [try step.tensor("exp_avg"), try step.tensor("exp_inf")],
                numbers: [1 - beta1, beta2, eps, lr / (1 - pow(beta1, t)), decay]
            ) { e in
                let g = e.gradient(maximize: up, decay: decay == 0 ? nil : e.n(4))
                let mean = e.s(0) + e.n(0) * (g - e.s(0))
                let largest = Expression.maximum(e.n(1) * e.s(1), .abs(g) + e.n(2))
                return [(2, mean), (3, largest), (0, e.p - e.n(3) * mean / largest)]
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
        let (lr, decay, eps) = (try options.number("lr"), try options.number("weight_decay"), try options.number("eps"))
        let (beta1, beta2) = try options.pair("betas")
        let momentumDecay = try options.number("momentum_decay")
        let (up, decoupled) = (try options.boolean("maximize"), try options.boolean("decoupled_weight_decay"))
        return { step in
            let t = try step.count()
            func momentum(_ t: Double) -> Double { beta1 * (1 - 0.5 * pow(0.96, t * momentumDecay)) }
            let (mu, next) = (momentum(t), momentum(t + 1))
            // PyTorch keeps the product as a float32 tensor.
            let product = try step.number("mu_product", from: 1) { Double(Float($0) * Float(mu)) }
            step.update(
                up, decay != 0, decoupled, tensors: [try step.tensor("exp_avg"), try step.tensor("exp_avg_sq")],
                numbers: [
                    1 - beta1, beta2, 1 - beta2, 1 - pow(beta2, t), eps, lr * (1 - mu) / (1 - product),
                    lr * next / (1 - product * next), decoupled ? 1 - lr * decay : decay,
                ]
            ) { e in
                let shrunk = decoupled && decay != 0 ? e.p * e.n(7) : e.p
                let g = e.gradient(maximize: up, decay: decoupled || decay == 0 ? nil : e.n(7))
                let mean = e.s(0) + e.n(0) * (g - e.s(0))
                let square = e.n(1) * e.s(1) + e.n(2) * g * g
                let denominator = .sqrt(square / e.n(3)) + e.n(4)
                let value = shrunk - e.n(5) * g / denominator - e.n(6) * mean / denominator
                return [(2, mean), (3, square), (0, value)]
            }
        }
    }

    static let radam = OptimizerKind(
        "RAdam", doc: "Adam whose step is held back while little is known of the squares (Liu et al., 2020).",
        [.lr(1e-3), .betas, .eps(), .weightDecay(), .decoupled], tensors: ["exp_avg", "exp_avg_sq"]
    ) { options in
        let (lr, decay, eps) = (try options.number("lr"), try options.number("weight_decay"), try options.number("eps"))
        let (beta1, beta2) = try options.pair("betas")
        let (up, decoupled) = (try options.boolean("maximize"), try options.boolean("decoupled_weight_decay"))
        return { step in
            let t = try step.count()
            let correction = 1 - pow(beta2, t)
            let most = 2 / (1 - beta2) - 1
            let length = most - 2 * t * pow(beta2, t) / correction
            let isRectified = length > 5
            let rectified = ((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)).squareRoot()
            let rate = lr / (1 - pow(beta1, t))
            step.update(
                up, decay != 0, decoupled, isRectified,
                tensors: [try step.tensor("exp_avg"), try step.tensor("exp_avg_sq")],
                numbers: [
                    1 - beta1, beta2, 1 - beta2, eps, isRectified ? rate * rectified * correction.squareRoot() : rate,
                    decoupled ? 1 - lr * decay : decay,
                ]
            ) { e in
                let shrunk = decoupled && decay != 0 ? e.p * e.n(5) : e.p
                let g = e.gradient(maximize: up, decay: decoupled || decay == 0 ? nil : e.n(5))
                let mean = e.s(0) + e.n(0) * (g - e.s(0))
                let square = e.n(1) * e.s(1) + e.n(2) * g * g
                let way = isRectified ? e.n(4) * mean / (.sqrt(square) + e.n(3)) : e.n(4) * mean
                return [(2, mean), (3, square), (0, shrunk - way)]
            }
        }
    }
}
