import Host
import Lua
import Tensors

private let retainGraph: Argument = .boolean(
    "retain_graph", "whether the history stays for another pass; as create_graph by default"
).optional
private let createGraph: Argument = .boolean(
    "create_graph", "whether the gradients have a history themselves", default: false)

/// A tensor alone or a list of them.
func tensors(_ name: StaticString, _ doc: String) -> Argument {
    .anyOf(name, doc, of: [.object(Tensor.self), .objects(Tensor.self)])
}

extension Call {
    /// A tensor alone or a list of them.
    func tensors(_ name: StaticString) throws -> [Tensor] {
        if let one: Tensor = try optionalObject(name) { return [one] }
        return try has(name) ? objects(name) : []
    }
}

/// What belongs to `nightjar` itself and concerns gradients.
let autogradModule = HostModule(
    "", doc: "Gradients.",
    types: [
        HostType(
            GradientHookHandle.self, name: "HookHandle", doc: "A hook that was registered.",
            methods: [
                .method("remove", doc: "Takes the hook away.") { handle, _ in
                    handle.remove()
                    return .none
                }
            ])
    ] + autogradFunctionTypes,
    functions: [
        .function(
            "grad", doc: "The gradients of the outputs with respect to the inputs; nothing is added to any x:grad().",
            arguments: [
                tensors("outputs", "tensors with one element, or with grad_outputs"),
                tensors("inputs", "leaves or not"),
                tensors("grad_outputs", "a gradient for each output; 1 by default").optional, retainGraph, createGraph,
                .boolean("allow_unused", "whether inputs without a part in the outputs give nil").optional,
            ],
            options: [
                .boolean("only_inputs", "it always is so", default: true),
                .boolean("materialize_grads", "zeros in place of nil for inputs without a part", default: false),
            ],
            returns: .custom("Tensor[]", "a gradient for each input; n is their number")
        ) { call in try gradients(call) },
        .function(
            "no_grad", doc: "Calls a function whose operations remember no history, so that they need less memory.",
            arguments: [.function("body")], returns: .custom("any", "what the function returns")
        ) { call in try GradMode.set(false) { try call.call("body") } },
        .function(
            "enable_grad", doc: "Calls a function whose operations remember their history, inside no_grad too.",
            arguments: [.function("body")], returns: .custom("any", "what the function returns")
        ) { call in try GradMode.set(true) { try call.call("body") } },
        .function(
            "set_grad_enabled", doc: "Switches histories on or off until something else is said.",
            arguments: [.boolean("mode")]
        ) { call in
            GradMode.setEnabled(try call.boolean("mode"))
            return .none
        },
        .function("is_grad_enabled", doc: "Whether operations remember their history.", returns: .boolean()) { _ in
            .boolean(GradMode.isEnabled)
        },
    ] + autogradFunctionConstructors)

private func gradients(_ call: Call) throws -> Results {
    let (outputs, inputs) = (try call.tensors("outputs"), try call.tensors("inputs"))
    let given = try call.tensors("grad_outputs")
    let materialize = try call.boolean("materialize_grads")
    let found = try call.withCallbacks {
        try Tensor.gradients(
            of: outputs, try call.has("grad_outputs") ? given : outputs.map { _ in nil }, withRespectTo: inputs,
            retainGraph: call.optionalBoolean("retain_graph"), createGraph: call.boolean("create_graph"))
    }
    let allowUnused = try call.optionalBoolean("allow_unused") ?? materialize
    if !allowUnused, let place = found.firstIndex(where: { $0 == nil }) {
        throw PlainError(
            "\(call.functionName): input \(place + 1) has no part in the outputs; "
                + "say allow_unused = true to get nil for it")
    }
    let state = call.state
    try state.reserve(4)
    state.pushTable(items: found.count, fields: 1)
    for (place, gradient) in found.enumerated() {
        guard
            let gradient = try gradient
                ?? (materialize ? Tensor.zeros(inputs[place].shape, dtype: inputs[place].dtype) : nil)
        else { continue }
        try state.push(object: gradient)
        state.setItem(place + 1, of: -2)
    }
    state.push(found.count)
    state.setField("n", of: -2)
    return .pushed(1)
}

/// The methods of a tensor that concern gradients.
let gradientMethods: [HostMethod<Tensor>] = [
    .method(
        "backward", doc: "Adds the gradient of this tensor to every parameter that it came from.",
        arguments: [
            .tensor("gradient", "the gradient of the final value with respect to this tensor; 1 by default").optional,
            retainGraph, createGraph,
        ],
        options: [tensors("inputs", "the only tensors that get a gradient; all leaves by default").optional]
    ) { tensor, call in
        // What the forward pass made and nobody holds but the history goes node by node, as the pass comes through.
        call.state.collectFreshGarbage(over: 1 << 20)
        try call.withCallbacks {
            try tensor.backward(
                call.optionalObject("gradient"), retainGraph: call.optionalBoolean("retain_graph"),
                createGraph: call.boolean("create_graph"), inputs: call.has("inputs") ? call.tensors("inputs") : nil)
        }
        return .none
    },
    .method("grad", doc: "The gradient that backward passes have left here.", returns: .object(Tensor.self).orNil) {
        tensor, _ in tensor.grad.map { .object($0) } ?? .nil
    },
    .method(
        "set_grad", doc: "Puts another gradient in the place of this tensor's, or none.",
        arguments: [.tensor("grad").optional], returns: .receiver
    ) { tensor, call in
        try tensor.setGrad(call.optionalObject("grad"))
        return .receiver
    },
    .method("zero_grad", doc: "Forgets the gradient.", returns: .receiver) { tensor, _ in
        tensor.grad = nil
        return .receiver
    },
    .method("requires_grad", doc: "Whether gradients flow through this tensor.", returns: .boolean()) { tensor, _ in
        .boolean(tensor.requiresGrad)
    },
    .method(
        "requires_grad_", doc: "Has backward passes leave a gradient here, or no longer.",
        arguments: [.boolean("requires_grad", default: true)], returns: .receiver
    ) { tensor, call in
        try tensor.requireGrad(call.boolean("requires_grad"))
        return .receiver
    },
    .method("retain_grad", doc: "Has backward passes leave a gradient here although an operation made it.") {
        tensor, _ in
        try tensor.retainGrad()
        return .none
    },
    .method(
        "register_hook",
        doc: "Has a function called with every gradient that arrives here; what it returns, if anything, takes the "
            + "gradient's place.",
        arguments: [.function("hook")], returns: .object(GradientHookHandle.self)
    ) { tensor, call in
        let function = ScriptFunction(call.state, at: try call.index("hook"))
        let handle = try tensor.registerHook { gradient in
            try function { state in
                try state.push(object: gradient)
                return 1
            } read: { state, count in
                let first = state.top - count + 1
                guard count > 0, !state.isNil(at: first) else { return nil }
                guard let changed = state.object(at: first, as: Tensor.self) else {
                    throw PlainError("a hook returns a gradient or nothing, got \(state.typeName(at: first))")
                }
                return changed
            }
        }
        return .object(handle)
    },
    .method(
        "grad_fn", doc: "The name of the operation that made this tensor; nil where it has no history.",
        returns: .string().orNil
    ) { tensor, _ in tensor.historyName.map { .string($0) } ?? .nil },
    .method("is_leaf", doc: "Whether no operation with a history made it.", returns: .boolean()) { tensor, _ in
        .boolean(tensor.isLeaf)
    },
    .method("detach", doc: "The same elements without a history.", returns: .object(Tensor.self)) { tensor, _ in
        .object(tensor.detach())
    },
    .method("data", doc: "The same elements without a history, as detach gives them.", returns: .object(Tensor.self)) {
        tensor, _ in .object(tensor.detach())
    },
    .method("detach_", doc: "Takes this tensor's history away.", returns: .receiver) { tensor, _ in
        try tensor.detachInPlace()
        return .receiver
    },
]
