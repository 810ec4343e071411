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
            let rule = try AdamRule(options, decoupled: isDecoupled ? true : nil)
            let amsgrad = try options.boolean("amsgrad")
            return { step in
                let t = try step.count()
                var tensors = [try step.tensor("exp_avg"), try step.tensor("exp_avg_sq")]
                if amsgrad { tensors.append(try step.tensor("max_exp_avg_sq")) }
                let numbers = rule.numbers(
                    (1 - pow(rule.beta2, t)).squareRoot(), rule.lr / (1 - pow(rule.beta1, t)))
                step.update(
                    amsgrad, rule.up, rule.decoupled, rule.decay != 0, tensors: tensors, numbers: numbers
                ) { e in
                    let (p, _, mean, square) = rule.means(e)
                    let largest = amsgrad ? .maximum(e.s(2), square) : square
                    let denominator = .sqrt(largest) / e.n(5) + e.n(3)
                    return [(2, mean), (3, square)] + (amsgrad ? [(4, largest)] : [])
                        + [(0, p - e.n(6) * mean / denominator)]
                }
            }
        }
    }
}

/// What Adam and its relatives have in common: their options, and the running means of gradients and of squares.
struct AdamRule {
    let lr: Double, decay: Double, eps: Double, beta1: Double, beta2: Double
    let up: Bool, decoupled: Bool

    /// - Parameter decoupled: nil where the options say.
    init(_ options: OptimizerOptions, decoupled: Bool? = nil) throws {
        (lr, decay) = (try options.number("lr"), try options.number("weight_decay"))
        (eps, up) = (try options.number("eps"), try options.boolean("maximize"))
        (beta1, beta2) = try options.pair("betas")
        self.decoupled = try decoupled ?? options.boolean("decoupled_weight_decay")
    }

    /// `n(0)` to `n(4)`: `1 - β₁, β₂, 1 - β₂, ε`, the decay; and more behind them.
    func numbers(_ more: Double...) -> [Double] {
        [1 - beta1, beta2, 1 - beta2, eps, decoupled ? 1 - lr * decay : decay] + more
    }

    /// The parameter, smaller by a decoupled decay, its gradient with any other, `m = m + (1 - β₁)(g - m)`, which is
    /// `s(0)`, and `s = β₂·s + (1 - β₂)·g²`, which is `s(1)`.
    func means(_ e: StepSymbols) -> (p: Expression, g: Expression, mean: Expression, square: Expression) {
        let g = e.gradient(maximize: up, decay: decoupled || decay == 0 ? nil : e.n(4))
        return (
            decoupled && decay != 0 ? e.p * e.n(4) : e.p, g, e.s(0) + e.n(0) * (g - e.s(0)),
            e.n(1) * e.s(1) + e.n(2) * g * g
        )
    }
}
