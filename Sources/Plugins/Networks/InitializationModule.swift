import Host
import Networks

/// `nn.init`: rules for first values.
let initializationModule = HostModule(
    "nn.init", doc: "Rules for the first values of parameters; they change a tensor in place and return it.",
    functions: Initializations.all.map { rule in
        .function(rule.schema.name, rule.schema) { call in
            .object(try rule.apply(call.arguments, call.context))
        }
    } + [
        .function(Gain.schema.name, Gain.schema) { call in .number(try Gain.calculate(call.arguments)) }
    ])
