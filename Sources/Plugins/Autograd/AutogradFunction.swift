import Host
import Lua
import Tensors

/// A function whose gradient a script defines.
private final class AutogradFunction {
    let forward: ScriptFunction, backward: ScriptFunction

    init(_ forward: ScriptFunction, _ backward: ScriptFunction) {
        (self.forward, self.backward) = (forward, backward)
    }
}

let autogradFunctionConstructors: [HostFunction] = [
    .function(
        "autograd_function",
        doc:
            "A function with a gradient of its own: forward(ctx, ...) gives the results, backward(ctx, ...) a gradient "
            + "for each argument of forward, nil for none, of the results' gradients.",
        arguments: [.function("forward"), .function("backward")], returns: .custom("fun(...): Tensor")
    ) { call in
        .object(
            AutogradFunction(
                ScriptFunction(call.state, at: try call.index("forward")),
                ScriptFunction(call.state, at: try call.index("backward"))))
    }
]

let autogradFunctionTypes: [HostType] = [
    HostType(
        AutogradFunction.self, name: "AutogradFunction", doc: "A function with a gradient of its own; call it.",
        methods: [
            .metamethod(.call, arguments: [.rest(values: "arguments")], returns: .custom("Tensor")) { function, call in
                try apply(function, call)
            },
            .method("apply", doc: "The same as calling it.", arguments: [.rest(values: "arguments")]) {
                function, call in try apply(function, call)
            },
        ]),
    HostType(
        FunctionContext.self, name: "FunctionContext",
        doc: "What forward and backward of one call share. Any field may be set; ctx.needs_input_grad says which "
            + "arguments of forward need a gradient.",
        fields: true,
        methods: [
            .method(
                "save_for_backward", doc: "Keeps tensors for backward: arguments, results or others.",
                arguments: [.rest(values: "tensors", "tensors or nil")]
            ) { context, call in
                context.saveForBackward(
                    try call.rest("tensors").map { index in
                        if call.state.isNil(at: index) { return nil }
                        guard let tensor = call.state.object(at: index, as: Tensor.self) else {
                            throw PlainError(
                                "ctx:save_for_backward: tensors expected, got \(call.state.typeName(at: index)); "
                                    + "keep other values in fields of ctx")
                        }
                        return tensor
                    })
                return .none
            },
            .method(
                "saved_tensors", doc: "What save_for_backward kept, one after the other.",
                returns: .custom("Tensor", "and so on")
            ) { context, _ in .values(try context.savedTensors().map { $0.map { .object($0) } ?? .nil }) },
        ]),
]

/// Which of a call's arguments are tensors.
private struct TensorArguments {
    var tensors: [Tensor] = []
    /// By tensor: its place among the arguments.
    var places: [Int] = []
    let count: Int

    init(_ state: LuaState, _ range: Range<Int32>) {
        count = range.count
        for (place, index) in range.enumerated() {
            guard let tensor = state.object(at: index, as: Tensor.self) else { continue }
            tensors.append(tensor)
            places.append(place)
        }
    }
}

private func apply(_ function: AutogradFunction, _ call: Call) throws -> Results {
    let state = call.state
    let range = try call.rest("arguments")
    let arguments = TensorArguments(state, range)
    try state.reserve(range.count + 16)
    let context = FunctionContext()
    try state.push(object: context)
    let contextIndex = state.top
    let needs = arguments.tensors.map { GradMode.isEnabled && $0.requiresGrad }
    state.pushFields(ofObjectAt: contextIndex)
    state.pushTable(items: range.count)
    for place in 0..<range.count {
        state.push(zip(arguments.places, needs).contains { $0 == (place, true) })
        state.setItem(place + 1, of: -2)
    }
    state.setField("needs_input_grad", of: -2)
    state.pop()
    state.pushCopy(contextIndex)
    let reference = LuaReference(popping: state)

    // By result: the value where it is no tensor.
    var values: [LuaValue?] = []
    let outputs = try context.apply("autograd_function", arguments.tensors) {
        try call.withCallbacks {
            try function.forward { state in
                reference.push(on: state)
                for index in range { state.pushCopy(index) }
                return Int32(range.count + 1)
            } read: { state, count in
                try (0..<count).compactMap { place in
                    let index = state.top - count + 1 + place
                    let tensor = state.object(at: index, as: Tensor.self)
                    values.append(tensor == nil ? try state.value(at: index) : nil)
                    return tensor
                }
            }
        }
    } gradient: { gradients in
        try function.backward { state in
            try state.reserve(gradients.count + 4)
            reference.push(on: state)
            for gradient in gradients { try state.push(object: gradient) }
            return Int32(gradients.count + 1)
        } read: { state, count in
            try inputGradients(state, Int(count), arguments)
        }
    }
    var rest = outputs[...]
    return .values(values.map { $0 ?? rest.popFirst().map { .object($0) } ?? .nil })
}

/// What backward returned: a gradient for each argument of forward that is a tensor.
private func inputGradients(_ state: LuaState, _ count: Int, _ arguments: TensorArguments) throws -> [Tensor?] {
    let first = state.top - Int32(count) + 1
    var found: [Int: Tensor] = [:]
    for place in 0..<count {
        let index = first + Int32(place)
        if state.isNil(at: index) { continue }
        guard let gradient = state.object(at: index, as: Tensor.self) else {
            throw PlainError(
                "autograd_function: backward returned a \(state.typeName(at: index)) for argument \(place + 1) of forward; "
                    + "a tensor or nil expected")
        }
        guard place < arguments.count else {
            throw PlainError(
                "autograd_function: backward returned \(count) gradients, forward had "
                    + plural(arguments.count, "argument"))
        }
        guard arguments.places.contains(place) else {
            throw PlainError(
                "autograd_function: backward returned a gradient for argument \(place + 1) of forward, which is no tensor"
            )
        }
        found[place] = gradient
    }
    guard count >= arguments.count else {
        throw PlainError(
            "autograd_function: backward returned \(plural(count, "gradient")), forward had "
                + "\(plural(arguments.count, "argument")); return nil for those without a gradient")
    }
    return arguments.places.map { found[$0] }
}
