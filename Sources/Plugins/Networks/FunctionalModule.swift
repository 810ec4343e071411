import Host
import Lua
import Tensors

private let input: Argument = .tensor("input")

private func function(
    _ name: String, _ doc: String, _ function: @escaping @Sendable (Tensor) throws -> Tensor
) -> HostFunction {
    .function(name, doc: doc, arguments: [input], returns: .object(Tensor.self)) { call in
        .object(try function(call.object("input")))
    }
}

private func loss(
    _ name: String, _ doc: String, _ loss: @escaping @Sendable (Tensor, Tensor, Reduction) throws -> Tensor
) -> HostFunction {
    .function(
        name, doc: doc, arguments: [input, .tensor("target")],
        options: [.choice("reduction", of: Reduction.allCases.map(\.rawValue), default: "mean")],
        returns: .object(Tensor.self)
    ) { call in
        .object(
            try loss(
                call.object("input"), call.object("target"), Reduction(rawValue: call.string("reduction")) ?? .mean))
    }
}

private func dropout(
    _ name: String, _ doc: String, _ dropout: @escaping @Sendable (Tensor, Double, Bool, Generator) throws -> Tensor
) -> HostFunction {
    .function(
        name, doc: doc,
        arguments: [input, .number("p", min: 0, max: 1, default: 0.5), .boolean("training", default: true)],
        returns: .object(Tensor.self)
    ) { call in
        .object(try dropout(call.object("input"), call.number("p"), call.boolean("training"), call.generator))
    }
}

extension Call {
    func list(_ name: StaticString) throws -> [Int] {
        let pair = try pair(name)
        return [pair.0, pair.1]
    }

    func optionalList(_ name: StaticString) throws -> [Int]? { try optionalPair(name).map { [$0.0, $0.1] } }

    func convolutionOptions() throws -> ConvolutionOptions {
        ConvolutionOptions(
            stride: try list("stride"), padding: try list("padding"), dilation: try list("dilation"),
            groups: try integer("groups"))
    }
}

let convolutionArguments: [Argument] = [
    .integerOrPair("stride", "step of the kernel", min: 1, default: 1),
    .integerOrPair("padding", "zeros on both sides", min: 0, default: 0),
    .integerOrPair("dilation", "distance between the kernel's elements", min: 1, default: 1),
    .integer("groups", "groups of channels that do not see each other", min: 1, default: 1),
]

let poolingArguments: [Argument] = [
    .integerOrPair("kernel_size", "rows and columns of the window", min: 1),
    .integerOrPair("stride", "step of the window; the kernel's size by default", min: 1).optional,
    .integerOrPair("padding", "zeros on both sides", min: 0, default: 0),
]

/// `nn.functional`: layers without parameters, losses.
let functionalModule = HostModule(
    "nn.functional", doc: "Functions that networks are made of, with PyTorch's names.", prefix: "",
    functions: [
        .function(
            "conv2d", doc: "2-D convolution of [n, c, h, w] with a weight [out, c / groups, kh, kw].",
            arguments: [input, .tensor("weight"), .tensor("bias").optional], options: convolutionArguments,
            returns: .object(Tensor.self)
        ) { call in
            .object(
                try call.object("input", as: Tensor.self).conv2d(
                    call.object("weight"), call.optionalObject("bias"), call.convolutionOptions()))
        },
        .function(
            "linear", doc: "x·Wᵀ + b over the last dimension.",
            arguments: [input, .tensor("weight", "[out, in]"), .tensor("bias", "[out]").optional],
            returns: .object(Tensor.self)
        ) { call in
            .object(
                try call.object("input", as: Tensor.self).linear(call.object("weight"), call.optionalObject("bias")))
        },
        .function(
            "max_pool2d", doc: "The largest element of each window.",
            arguments: [input] + poolingArguments,
            options: [.integerOrPair("dilation", "distance between the window's elements", min: 1, default: 1)],
            returns: .object(Tensor.self)
        ) { call in
            .object(
                try call.object("input", as: Tensor.self).maxPool2d(
                    kernel: call.list("kernel_size"), stride: call.optionalList("stride"),
                    padding: call.list("padding"), dilation: call.list("dilation")))
        },
        .function(
            "avg_pool2d", doc: "The mean of each window.", arguments: [input] + poolingArguments,
            returns: .object(Tensor.self)
        ) { call in
            .object(
                try call.object("input", as: Tensor.self).avgPool2d(
                    kernel: call.list("kernel_size"), stride: call.optionalList("stride"),
                    padding: call.list("padding")))
        },
        function("relu", "Negative elements replaced by 0.") { try $0.relu() },
        function("sigmoid", "1 / (1 + exp(-x)) of each element.") { try $0.sigmoid() },
        function("tanh", "The hyperbolic tangent of each element.") { try $0.tanh() },
        .function(
            "softmax", doc: "exp(x) / Σ exp(x) along a dimension.", arguments: [input, .integer("dim")],
            returns: .object(Tensor.self)
        ) { call in .object(try call.object("input", as: Tensor.self).softmax(call.integer("dim"))) },
        .function(
            "log_softmax", doc: "The logarithm of softmax along a dimension.", arguments: [input, .integer("dim")],
            returns: .object(Tensor.self)
        ) { call in .object(try call.object("input", as: Tensor.self).logSoftmax(call.integer("dim"))) },
        dropout("dropout", "Elements set to 0 with probability p, the others scaled by 1 / (1 - p).") {
            try $0.dropout($1, training: $2, $3)
        },
        dropout("dropout2d", "The same for whole channels of [n, c, h, w].") {
            try $0.dropout2d($1, training: $2, $3)
        },
        loss("nll_loss", "The negative log-likelihood of the targets, for log-probabilities [n, classes].") {
            try $0.nllLoss($1, reduction: $2)
        },
        loss("cross_entropy", "The negative log-likelihood of the targets, for scores [n, classes].") {
            try $0.crossEntropy($1, reduction: $2)
        },
        loss("mse_loss", "The squared difference.") { try $0.mseLoss($1, reduction: $2) },
    ])
