import Host
import Lua
import Networks

private let handle: Returns = .object(ForwardHookHandle.self)

/// What scripts change in a module: its parts, its types, its hooks.
let moduleChanges: [HostMethod<Module>] =
    ["register_module", "add_module"].map { name in
        .method(
            name, doc: "Puts a module under a name; assigning it to a field does the same.",
            arguments: [.string("name"), .object("module", Module.self)]
        ) { module, call in
            try call.put(call.string("name"), call.object("module", as: Module.self), into: module)
            return .none
        }
    } + [
        .method(
            "register_parameter", doc: "Puts a tensor to be learned under a name.",
            arguments: [.string("name"), .tensor("parameter")]
        ) { module, call in
            let (name, tensor) = (try call.string("name"), try call.object("parameter", as: Tensor.self))
            try module.registerParameter(name, tensor)
            try call.put(name, tensor, into: module)
            return .none
        },
        .method(
            "register_buffer", doc: "Puts a tensor that is not learned under a name.",
            arguments: [
                .string("name"), .tensor("tensor"), .boolean("persistent", "whether it is saved", default: true),
            ]
        ) { module, call in
            let (name, tensor) = (try call.string("name"), try call.object("tensor", as: Tensor.self))
            try module.registerBuffer(name, tensor, isSaved: call.boolean("persistent"))
            try call.put(name, tensor, into: module)
            return .none
        },
        .method("unregister", doc: "Takes away what was registered under a name.", arguments: [.string("name")]) {
            module, call in
            try call.put(call.string("name"), nil, into: module)
            return .none
        },
        .method(
            "to", doc: "Converts all parameters and buffers to a floating-point type; make optimizers after it.",
            arguments: [.dtype], returns: .receiver
        ) { _, call in
            let dtype = try call.optionalString("dtype").flatMap { DType(rawValue: $0) }
            return try convert(call, to: dtype ?? .float32)
        },
        .method("double", doc: "The same as to(\"float64\").", returns: .receiver) { _, call in
            try convert(call, to: .float64)
        },
        .method("float", doc: "The same as to(\"float32\").", returns: .receiver) { _, call in
            try convert(call, to: .float32)
        },
        .method(
            "register_forward_hook",
            doc: "Has a function called with the module, the list of its inputs and each output; what it returns, if "
                + "anything, takes the output's place.",
            arguments: [.function("hook")], returns: handle
        ) { module, call in
            let function = ScriptFunction(call.state, at: try call.index("hook"))
            call.state.pushFields(ofObjectAt: 1)
            call.state.push(true)
            call.state.setField(hookedField, of: -2)
            return .object(
                module.registerForwardHook { module, inputs, output in
                    try function { state in
                        try state.push(object: module)
                        state.pushTable(items: inputs.count)
                        for (place, input) in inputs.enumerated() {
                            try state.push(object: input)
                            state.setItem(place + 1, of: -2)
                        }
                        let tensors = output.tensors
                        for tensor in tensors { try state.push(object: tensor) }
                        return Int32(2 + tensors.count)
                    } read: { state, count in
                        let found = (0..<count).compactMap { place in
                            state.object(at: state.top - count + 1 + place, as: Tensor.self)
                        }
                        return found.isEmpty ? nil : .several(found)
                    }
                })
        },
        .metamethod(.newindex, arguments: [.any("key").optional, .any("value").optional]) { module, call in
            try assign(to: module, call)
            return .none
        },
    ]

/// Tells the Lua part that a module that a script defined has hooks.
private let hookedField = "__hooked"

let forwardHookType = HostType(
    ForwardHookHandle.self, name: "ForwardHookHandle", doc: "A hook that was registered.",
    methods: [
        .method("remove", doc: "Takes the hook away.") { handle, _ in
            handle.remove()
            return .none
        }
    ])

extension Call {
    /// Puts a part under a name, or takes one away, as an assignment does.
    fileprivate func put(_ name: String, _ object: AnyObject?, into module: Module) throws {
        state.setTop(1)
        try state.reserve(8)
        state.push(name)
        if let object { try state.push(object: object) } else { state.pushNil() }
        if let own = module as? ScriptModule { try state.assign(to: own) } else { try assign(to: module, self) }
    }
}

/// `layer[key] = value`, both on the stack at 2 and 3.
private func assign(to module: Module, _ call: Call) throws {
    let state = call.state
    guard state.type(at: 2) == .string, let name = state.string(at: 2) else {
        throw PlainError("\(module.kind): fields have names, got the key \(try state.describe(at: 2))")
    }
    if name == "training" {
        throw PlainError("training is set by net:train() and net:eval(), which reach every module inside")
    }
    do {
        if let child = state.object(at: 3, as: Module.self) {
            try module.register(name, child)
            state.pushCopy(1)
            return try state.keepParts(of: module)
        }
        let held = module.part(name)
        if let tensor = state.object(at: 3, as: Tensor.self) {
            if tensor.isParameter || tensor.requiresGrad && tensor.isLeaf && held?.what != "buffer" {
                return try module.registerParameter(name, tensor)
            }
            if held?.what == "buffer" { return try module.registerBuffer(name, tensor) }
        } else if state.isNil(at: 3), held != nil {
            return module.unregister(name)
        }
        if let held {
            throw PlainError(
                "'\(name)' is a \(held.what) of \(module.kind): \(held.expected) or nil expected, got \(state.kind(at: 3))"
            )
        }
        guard module.knows(name), let value = Value(try state.value(at: 3)) else {
            throw PlainError("\(module.kind) has no field '\(name)' that can be set to a \(state.kind(at: 3))")
        }
        try module.change(name, value)
    } catch let error as TensorError {
        throw PlainError("\(module.kind): \(error)")
    }
}

private func convert(_ call: Call, to dtype: DType) throws -> Results {
    let module = try call.receivedModule()
    try module.convert(to: dtype)
    try call.state.refreshTensors(of: module)
    return .receiver
}

extension LuaState {
    /// Has the fields of script modules hold the tensors that their modules have now.
    func refreshTensors(of module: Module) throws {
        try reserve(8)
        for case let (_, own as ScriptModule) in module.namedModules() {
            try push(object: own)
            pushFields(ofObjectAt: top)
            for (name, tensor) in own.ownParameters + own.ownBuffers {
                try push(object: tensor)
                setField(name, of: -2)
            }
            pop(2)
        }
    }
}

// MARK: Copies

/// `nn.copy_parts(module)`: the copy, and a function from what was in the original to what is in the copy.
let copyParts: HostFunction = .function(
    "copy_parts", doc: "For nj.copy.", arguments: [.object("module", Module.self)]
) { call in
    let module = try call.module("module")
    let copies = ModuleCopies()
    let copy = try copies.copy(module)
    try call.state.push(object: copy)
    let mapped = Results.function("copied") { state in
        if let module = state.object(at: 1, as: Module.self) { return .object(copies.copied(module) ?? module) }
        if let tensor = state.object(at: 1, as: Tensor.self) { return .object(try copies.tensor(tensor)) }
        state.pushCopy(1)
        return .pushed(1)
    }
    guard case .callable(let function) = mapped else { return .none }
    call.state.push(function)
    return .pushed(2)
}

/// `nj.copy`.
let copyModule = HostModule(
    "", doc: "Copies.",
    functions: [
        .function(
            "copy",
            doc: "A deep copy of a module or tensor: parameters, buffers and the modules inside are its own. Fields of "
                + "modules that scripts define are copied too, functions are shared.",
            arguments: [.anyOf("object", of: [.object(Module.self), .object(Tensor.self)])],
            returns: .custom("any")
        ) { call in
            if let tensor: Tensor = try call.optionalObject("object") {
                return .object(try ModuleCopies().tensor(tensor))
            }
            let (state, index) = (call.state, try call.index("object"))
            try state.reserve(4)
            try state.require("nightjar.nn")
            try state.get("copy", from: state.top)
            state.pushCopy(index)
            return .pushed(try state.call(arguments: 1, results: 1))
        }
    ])
