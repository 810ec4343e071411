import Operators

extension Optimizers {
    /// `s = α·s + (1 - α)·g²; p -= lr · g / (√s + ε)`; centred, the squared mean of the gradients is taken from `s`.
    static let rmsprop = OptimizerKind(
        "RMSprop", doc: "Steps divided by the root of the mean of squared gradients (Hinton, 2012).",
        [
            .lr(1e-2), .number("alpha", "how much of the mean is kept", min: 0, default: 0.99), .eps(), .weightDecay(),
            .number("momentum", "how much of the last step is kept", min: 0, default: 0),
            .boolean("centered", "divides by the standard deviation instead", default: false),
        ],
        tensors: ["square_avg", "momentum_buffer", "grad_avg"]
    ) { options in
        let (lr, alpha, eps) = (try options.number("lr"), try options.number("alpha"), try options.number("eps"))
        let (momentum, decay) = (try options.number("momentum"), try options.number("weight_decay"))
        let (centered, up) = (try options.boolean("centered"), try options.boolean("maximize"))
        return { step in
            _ = try step.count()
            var tensors = [try step.tensor("square_avg")]
            if momentum > 0 { tensors.append(try step.tensor("momentum_buffer")) }
            if centered { tensors.append(try step.tensor("grad_avg")) }
            step.update(
                up, decay != 0, centered, momentum > 0, tensors: tensors,
                numbers: [lr, alpha, 1 - alpha, eps, decay, momentum]
            ) { e in
                let g = e.gradient(maximize: up, decay: decay == 0 ? nil : e.n(4))
                let square = e.n(1) * e.s(0) + e.n(2) * g * g
                var updates = [(input: 2, value: square)]
                var average = square
                if centered {
                    let place = tensors.count - 1
                    let mean = e.s(place) + e.n(2) * (g - e.s(place))
                    updates.append((2 + place, mean))
                    average = square - mean * mean
                }
                let way = g / (.sqrt(average) + e.n(3))
                guard momentum > 0 else { return updates + [(0, e.p - e.n(0) * way)] }
                let velocity = e.n(5) * e.s(1) + way
                return updates + [(3, velocity), (0, e.p - e.n(0) * velocity)]
            }
        }
    }

    /// `s += g²; p -= lr / (1 + (t - 1)·lr_decay) · g / (√s + ε)`.
    static let adagrad = OptimizerKind(
        "Adagrad", doc: "Steps divided by the root of the sum of squared gradients (Duchi et al., 2011).",
        [
            .lr(1e-2), .number("lr_decay", "how fast the rate falls", min: 0, default: 0), .weightDecay(),
            .number("initial_accumulator_value", "what the sum starts with", min: 0, default: 0), .eps(1e-10),
        ],
        tensors: ["sum"]
    ) { options in
        let (lr, fall, eps) = (try options.number("lr"), try options.number("lr_decay"), try options.number("eps"))
        let (start, decay) = (try options.number("initial_accumulator_value"), try options.number("weight_decay"))
        let up = try options.boolean("maximize")
        return { step in
            let t = try step.count()
            step.update(
                up, decay != 0, tensors: [try step.tensor("sum", filledWith: start)],
                numbers: [lr / (1 + (t - 1) * fall), eps, decay]
            ) { e in
                let g = e.gradient(maximize: up, decay: decay == 0 ? nil : e.n(2))
                let sum = e.s(0) + g * g
                return [(2, sum), (0, e.p - e.n(0) * g / (.sqrt(sum) + e.n(1)))]
            }
        }
    }

    /// `s = ρ·s + (1 - ρ)·g²; d = √(a + ε) / √(s + ε) · g; a = ρ·a + (1 - ρ)·d²; p -= lr · d`.
    static let adadelta = OptimizerKind(
        "Adadelta", doc: "Steps as long as recent steps were, for gradients as long as recent ones (Zeiler, 2012).",
        [
            .lr(1), .number("rho", "how much of the means is kept", min: 0, max: 1, default: 0.9), .eps(1e-6),
            .weightDecay(),
        ],
        tensors: ["square_avg", "acc_delta"]
    ) { options in
        let (lr, rho, eps) = (try options.number("lr"), try options.number("rho"), try options.number("eps"))
        let (decay, up) = (try options.number("weight_decay"), try options.boolean("maximize"))
        return { step in
            _ = try step.count()
            step.update(
                up, decay != 0, tensors: [try step.tensor("square_avg"), try step.tensor("acc_delta")],
                numbers: [lr, rho, 1 - rho, eps, decay]
            ) { e in
                let g = e.gradient(maximize: up, decay: decay == 0 ? nil : e.n(4))
                let square = e.n(1) * e.s(0) + e.n(2) * g * g
                let way = .sqrt(e.s(1) + e.n(3)) / .sqrt(square + e.n(3)) * g
                return [(2, square), (3, e.n(1) * e.s(1) + e.n(2) * way * way), (0, e.p - e.n(0) * way)]
            }
        }
    }
}
