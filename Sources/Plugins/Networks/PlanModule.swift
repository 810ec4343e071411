import Host
import Lua
import Networks
import Plans
import Tensors

/// `network:compile { input = {1, 1, 28, 28} }`.
let compileMethod: HostMethod<Module> = .method(
    "compile",
    doc:
        "A plan of the network as it is now, for evaluation: called with an input it gives what the network gives, without "
        + "a history and faster. Later changes of the network are not seen.",
    arguments: [.integers("input", "the sizes of an input, the first the batch's, which may differ from call to call")],
    returns: .object(Plan.self)
) { _, call in
    let module = try call.receivedModule()
    return .object(try call.withForward { try module.compiled(input: Shape(call.integers("input")), call.scope()) })
}

let planType = HostType(
    Plan.self, name: "Plan", doc: "A network compiled for evaluation: what `network:compile` makes.",
    bytes: { $0.byteCount },
    methods: [
        .metamethod(
            .call, doc: "The output for an input, float32 and of the sizes it was compiled for but for the batch's.",
            arguments: [.tensor("input")], returns: .object(Tensor.self)
        ) { plan, call in
            let outputs = try plan(call.object("input"))
            return outputs.count == 1 ? .object(outputs[0]) : .values(outputs.map { .object($0) })
        },
        .metamethod(.tostring, doc: "Its steps, a line each.", returns: .string()) { plan, _ in
            .string(plan.description)
        },
    ])
