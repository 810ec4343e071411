import Host
import Lua
import Networks

private let parameters = tensors("parameters", "a tensor or a list of them, as net:parameters() returns")
private let order: Argument = .number("norm_type", "2 for Euclid's norm, math.huge for the largest element", default: 2)
private let nonfinite: Argument = .boolean(
    "error_if_nonfinite", "whether an infinite norm or one that is no number is an error", default: false)

/// `nn.utils`: gradients and parameters all together.
let utilitiesModule = HostModule(
    "nn.utils", doc: "What is done with gradients and parameters all together.", prefix: "",
    functions: [
        .function(
            "clip_grad_norm_", doc: "Scales the gradients so that the norm of all together is at most `max_norm`.",
            arguments: [parameters, .number("max_norm"), order, nonfinite],
            returns: .object(Tensor.self, "the norm as it was")
        ) { call in
            .object(
                try GradientClipping.clipNorm(
                    call.tensors("parameters"), maxNorm: call.number("max_norm"), order: call.number("norm_type"),
                    errorIfNonfinite: call.boolean("error_if_nonfinite")))
        },
        .function(
            "clip_grad_value_", doc: "Brings every element of the gradients into -clip_value..clip_value.",
            arguments: [parameters, .number("clip_value")]
        ) { call in
            try GradientClipping.clipValue(call.tensors("parameters"), limit: call.number("clip_value"))
            return .none
        },
        .function(
            "get_total_norm", doc: "The norm of all elements of some tensors together.",
            arguments: [tensors("tensors", ""), order, nonfinite], returns: .object(Tensor.self)
        ) { call in
            .object(
                try GradientClipping.totalNorm(
                    call.tensors("tensors"), order: call.number("norm_type"),
                    errorIfNonfinite: call.boolean("error_if_nonfinite")))
        },
        .function(
            "parameters_to_vector", doc: "All elements of some tensors one after the other, with their history.",
            arguments: [parameters], returns: .object(Tensor.self)
        ) { call in .object(try ParameterVector.join(call.tensors("parameters"))) },
        .function(
            "vector_to_parameters", doc: "Puts a vector's elements into tensors, one after the other.",
            arguments: [.tensor("vec"), parameters]
        ) { call in
            try ParameterVector.split(call.object("vec"), into: call.tensors("parameters"))
            return .none
        },
    ])
