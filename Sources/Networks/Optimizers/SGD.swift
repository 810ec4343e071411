import Operators

extension Optimizers {
    static let sgd = OptimizerKind(
        "SGD", doc: "Stochastic gradient descent, with momentum where wanted.",
        [
            .lr(1e-3), .number("momentum", "how much of the last step is kept", min: 0, default: 0),
            .number("dampening", "how much less of the gradient goes into the momentum", default: 0), .weightDecay(),
            .boolean("nesterov", "looks ahead by the momentum", default: false),
        ],
        numbers: [], tensors: ["momentum_buffer"],
        validate: { options in
            guard try !options.boolean("nesterov") || options.number("momentum") > 0 && options.number("dampening") == 0
            else { throw TensorError("nesterov needs a momentum above 0 and no dampening") }
        },
        rule: { options in
            let (momentum, decay) = (try options.number("momentum"), try options.number("weight_decay"))
            let (nesterov, up) = (try options.boolean("nesterov"), try options.boolean("maximize"))
            let numbers = [try options.number("lr"), momentum, 1 - (try options.number("dampening")), decay]
            func gradient(_ e: StepSymbols) -> Expression {
                e.gradient(maximize: up, decay: decay == 0 ? nil : e.n(3))
            }
            return { step in
                guard momentum != 0 else {
                    return step.update(false, false, false, decay != 0, up, numbers: numbers) { e in
                        [(0, e.p - e.n(0) * gradient(e))]
                    }
                }
                // The first step fills the buffer with the gradient itself.
                let isFirst = step.state["momentum_buffer"] == nil
                let buffer = try step.tensor("momentum_buffer")
                step.update(true, isFirst, nesterov, decay != 0, up, tensors: [buffer], numbers: numbers) { e in
                    let g = gradient(e)
                    let velocity = isFirst ? g : e.n(1) * e.s(0) + e.n(2) * g
                    return [(2, velocity), (0, e.p - e.n(0) * (nesterov ? g + e.n(1) * velocity : velocity))]
                }
            }
        })
}
