import Host
import Lua
import Networks
import Tensors

private func function(_ name: String, _ doc: String, _ make: @escaping @Sendable () -> Module) -> HostFunction {
    .function(name, doc: doc, returns: .object(Module.self)) { _ in .object(make()) }
}

private let probability: Argument = .number("p", "probability of a 0", min: 0, max: 1, default: 0.5)

let layerConstructors: [HostFunction] = [
    .function(
        "Conv2d", doc: "2-D convolution of [n, in_channels, h, w].",
        arguments: [
            .integer("in_channels", min: 1), .integer("out_channels", min: 1), .integerOrPair("kernel_size", min: 1),
        ] + convolutionArguments + [.boolean("bias", default: true)],
        returns: .object(Module.self)
    ) { call in
        .object(
            try Conv2d(
                call.integer("in_channels"), call.integer("out_channels"), kernel: call.list("kernel_size"),
                options: call.convolutionOptions(), bias: call.boolean("bias"), generator: call.generator))
    },
    .function(
        "Linear", doc: "x·Wᵀ + b over the last dimension.",
        arguments: [
            .integer("in_features", min: 1), .integer("out_features", min: 1), .boolean("bias", default: true),
        ],
        returns: .object(Module.self)
    ) { call in
        .object(
            try Linear(
                call.integer("in_features"), call.integer("out_features"), bias: call.boolean("bias"),
                generator: call.generator))
    },
    .function(
        "Dropout", doc: "Sets elements to 0 while training.", arguments: [probability], returns: .object(Module.self)
    ) { call in .object(try Dropout(p: call.number("p"), generator: call.generator)) },
    .function(
        "Dropout2d", doc: "Sets whole channels to 0 while training.", arguments: [probability],
        returns: .object(Module.self)
    ) { call in .object(try Dropout(p: call.number("p"), wholeChannels: true, generator: call.generator)) },
    .function(
        "MaxPool2d", doc: "The largest element of each window.", arguments: poolingArguments,
        options: [.integerOrPair("dilation", "distance between the window's elements", min: 1, default: 1)],
        returns: .object(Module.self)
    ) { call in
        .object(
            MaxPool2d(
                kernel: try call.list("kernel_size"), stride: try call.optionalList("stride"),
                padding: try call.list("padding"), dilation: try call.list("dilation")))
    },
    .function(
        "AvgPool2d", doc: "The mean of each window.", arguments: poolingArguments, returns: .object(Module.self)
    ) { call in
        .object(
            AvgPool2d(
                kernel: try call.list("kernel_size"), stride: try call.optionalList("stride"),
                padding: try call.list("padding")))
    },
    function("ReLU", "Negative elements replaced by 0.") { FunctionModule.relu() },
    function("Sigmoid", "1 / (1 + exp(-x)) of each element.") { FunctionModule.sigmoid() },
    function("Tanh", "The hyperbolic tangent of each element.") { FunctionModule.tanh() },
    function("Identity", "The input itself.") { FunctionModule.identity() },
    .function(
        "Softmax", doc: "exp(x) / Σ exp(x) along a dimension.", arguments: [.integer("dim")],
        returns: .object(Module.self)
    ) { call in .object(FunctionModule.softmax(dimension: try call.integer("dim"))) },
    .function(
        "LogSoftmax", doc: "The logarithm of softmax along a dimension.", arguments: [.integer("dim")],
        returns: .object(Module.self)
    ) { call in .object(FunctionModule.logSoftmax(dimension: try call.integer("dim"))) },
    .function(
        "Flatten", doc: "Several dimensions made one.",
        arguments: [.integer("start_dim", default: 1), .integer("end_dim", default: -1)], returns: .object(Module.self)
    ) { call in
        .object(FunctionModule.flatten(start: try call.integer("start_dim"), end: try call.integer("end_dim")))
    },
]
