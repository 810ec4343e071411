import CLibrary
import Operators

extension Optimizers {
    static let adam = adam("Adam", "Adam (Kingma and Ba, 2015).", decay: 0, isDecoupled: false)
    static let adamW = adam(
        "AdamW", "Adam with decoupled weight decay (Loshchilov and Hutter, 2019).", decay: 1e-2, isDecoupled: true)

    /// `m += (1 - β₁)(g - m); s = β₂·s + (1 - β₂)·g²; p -= lr / (1 - β₁ᵗ) · m / (√s / √(1 - β₂ᵗ) + ε)`; the decay is added
    /// to the gradient, or decoupled: the parameter is multiplied by `1 - lr·weight_decay` first.
    private static func adam(_ name: String, _ doc: String, decay: Double, isDecoupled: Bool) -> OptimizerKind {
        OptimizerKind(
            name, doc: doc,
            [
                .lr(1e-3), .betas, .eps(), .weightDecay(decay),
                .boolean("amsgrad", "divides by the largest mean of squares so far", default: false),
            ],
            options: isDecoupled ? [.maximize] : [.maximize, .decoupled],
            tensors: ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"]
        ) { options in
            let (lr, decay, eps) = (
                try options.number("lr"), try options.number("weight_decay"), try options.number("eps")
            )
            let (beta1, beta2) = try options.pair("betas")
            let (amsgrad, up) = (try options.boolean("amsgrad"), try options.boolean("maximize"))
            let decoupled = try isDecoupled || options.boolean("decoupled_weight_decay")
            return { step in
                let t = try step.count()
                var tensors = [try step.tensor("exp_avg"), try step.tensor("exp_avg_sq")]
                if amsgrad { tensors.append(try step.tensor("max_exp_avg_sq")) }
                let numbers = [
                    1 - beta1, beta2, 1 - beta2, (1 - pow(beta2, t)).squareRoot(), eps,
                    lr / (1 - pow(beta1, t)),
                    decoupled ? 1 - lr * decay : decay,
                ]
                step.update(amsgrad, up, decoupled, decay != 0, tensors: tensors, numbers: numbers) { e in
                    let shrunk = decoupled && decay != 0 ? e.p * e.n(6) : e.p
                    let g = e.gradient(maximize: up, decay: decoupled || decay == 0 ? nil : e.n(6))
                    let mean = e.s(0) + e.n(0) * (g - e.s(0))
                    let square = e.n(1) * e.s(1) + e.n(2) * g * g
                    let largest = amsgrad ? .maximum(e.s(2), square) : square
                    let denominator = .sqrt(largest) / e.n(3) + e.n(4)
                    return [(2, mean), (3, square)] + (amsgrad ? [(4, largest)] : [])
                        + [(0, shrunk - e.n(5) * mean / denominator)]
                }
            }
        }
    }
}

/// Adam, or AdamW where the weight decay is decoupled (`torch.optim.Adam`, `torch.optim.AdamW`).
public final class Adam: Optimizer {
    /// - Throws: `TensorError` for numbers out of range.
    public convenience init(
        _ parameters: [Tensor], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        epsilon: Double = 1e-8, weightDecay: Double = 0, decoupled: Bool = false
    ) throws {
        try self.init(
            decoupled ? Optimizers.adamW : Optimizers.adam, [ParameterGroup.Declaration(parameters)],
            options: [
                ("lr", .number(learningRate)), ("betas", .list([.number(betas.0), .number(betas.1)])),
                ("eps", .number(epsilon)), ("weight_decay", .number(weightDecay)),
            ])
    }
}
