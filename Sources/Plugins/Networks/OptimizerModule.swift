import Host
import Lua
import Networks
import Tensors

private let parameters: Argument = .objects("params", Tensor.self, "what net:parameters() returns")
private let weightDecay: Argument = .number("weight_decay", "pull towards 0", min: 0, default: 0)

private func adam(_ name: String, _ doc: String, decay: Double, decoupled: Bool) -> HostFunction {
    .function(
        name, doc: doc, arguments: [parameters],
        options: [
            .number("lr", "learning rate", min: 0, default: 0.001),
            .numbers("betas", "how much of the means of gradients and squares is kept; {0.9, 0.999} by default")
                .optional,
            .number("eps", "added to the denominator", min: 0, default: 1e-8),
            .number("weight_decay", "pull towards 0", min: 0, default: decay),
        ],
        returns: .object(Optimizer.self)
    ) { call in
        let betas = try call.has("betas") ? call.numbers("betas") : [0.9, 0.999]
        guard betas.count == 2 else {
            throw call.badArgument("betas", expected: "list of two numbers", got: plural(betas.count, "number"))
        }
        return .object(
            try Adam(
                call.objects("params"), learningRate: call.number("lr"), betas: (betas[0], betas[1]),
                epsilon: call.number("eps"), weightDecay: call.number("weight_decay"), decoupled: decoupled))
    }
}

/// `optim`: optimisers.
let optimizerModule = HostModule(
    "optim", doc: "Optimisers, with PyTorch's names and rules.",
    types: [
        HostType(
            Optimizer.self, name: "Optimizer", doc: "Changes parameters along their gradients.", identity: true,
            methods: [
                .method("zero_grad", doc: "Forgets the gradients of all its parameters.") { optimizer, _ in
                    optimizer.zeroGrad()
                    return .none
                },
                .method("step", doc: "Changes every parameter that has a gradient.") { optimizer, _ in
                    try optimizer.step()
                    return .none
                },
                .method("lr", doc: "The learning rate.", returns: .number()) { optimizer, _ in
                    .number(optimizer.learningRate)
                },
                .method(
                    "set_lr", doc: "Changes the learning rate from the next step on.",
                    arguments: [.number("lr", min: 0)]
                ) { optimizer, call in
                    let rate = try call.number("lr")
                    guard rate.isFinite else {
                        throw call.badArgument("lr", expected: "finite number", got: "\(rate)")
                    }
                    optimizer.learningRate = rate
                    return .none
                },
            ])
    ],
    functions: [
        .function(
            "SGD", doc: "Stochastic gradient descent, with momentum where wanted.", arguments: [parameters],
            options: [
                .number("lr", "learning rate", min: 0, default: 0.001),
                .number("momentum", "how much of the last step is kept", min: 0, default: 0),
                .number("dampening", default: 0), weightDecay, .boolean("nesterov", default: false),
            ],
            returns: .object(Optimizer.self)
        ) { call in
            .object(
                try SGD(
                    call.objects("params"), learningRate: call.number("lr"), momentum: call.number("momentum"),
                    dampening: call.number("dampening"), weightDecay: call.number("weight_decay"),
                    nesterov: call.boolean("nesterov")))
        },
        adam("Adam", "Adam (Kingma and Ba, 2015).", decay: 0, decoupled: false),
        adam("AdamW", "Adam with decoupled weight decay (Loshchilov and Hutter, 2019).", decay: 0.01, decoupled: true),
    ])
