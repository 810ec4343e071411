import Host
import Lua
import Networks

/// `nn`: modules and layers.
let networkModule = HostModule(
    "nn", doc: "Modules and layers, with PyTorch's names, shapes and initial values.",
    types: [
        HostType(
            Module.self, name: "Module", doc: "A part of a network: a layer, or what `nn.module` defines.",
            identity: true,
            bytes: { $0.ownParameters.reduce(0) { $0 + $1.tensor.storage.byteCount } }, methods: moduleMethods),
        HostType(
            ScriptModule.self, name: "ScriptModule", doc: "An instance of a module that a script defined.",
            parent: Module.self, identity: true, fields: true, methods: scriptModuleMethods),
    ] + containerTypes,
    functions: layerConstructors + containerConstructors + [
        .function(
            "Parameter", doc: "A copy of a tensor that is learned when it is assigned to a field of a module.",
            arguments: [.tensor("data")], options: [.boolean("requires_grad", default: true)],
            returns: .object(Tensor.self)
        ) { call in
            .object(
                try call.object("data", as: Tensor.self).detach().clone().requireGrad(call.boolean("requires_grad")))
        },
        .function(
            "new_instance", doc: "For nn.module: an instance without parts.", arguments: [.string("kind")],
            returns: .object(ScriptModule.self)
        ) { call in
            try call.state.push(object: ScriptModule(kind: call.string("kind")))
            call.state.pushFields(ofObjectAt: call.state.top)
            call.state.pop()
            return .pushed(1)
        },
        .inLua(
            "module",
            doc:
                "A new kind of module: define init(...) and forward(...). Modules and parameters assigned to fields of "
                + "self are found by parameters() and saved under the field's name.",
            arguments: [.string("name"), .table("parent", "the kind it comes from").optional],
            returns: .custom("table", "a class; call it to make an instance")),
    ],
    lua: { PackageResources.nn_lua })

/// The constructors of all layers.
private let layerConstructors = Layers.all.map { layer in
    HostFunction.function(layer.schema) { call in
        .object(try layer.make(call.arguments(for: layer.schema), call.context))
    }
}

extension Call {
    /// Where random numbers come from.
    var context: Context { Context(generator: generator) }

    /// What a forward pass needs: script modules run in this very coroutine.
    func scope() -> Scope {
        Scope(context) { module, inputs in
            let base = state.top
            try state.reserve(inputs.count + 8)
            try state.push(object: module)
            try state.get("forward", from: state.top)
            try state.push(object: module)
            for input in inputs { try state.push(object: input) }
            let count = try state.call(arguments: Int32(inputs.count + 1))
            defer { state.setTop(base) }
            return .several(
                (0..<count).compactMap { state.object(at: state.top - count + 1 + $0, as: Tensor.self) })
        }
    }

    /// The module, after the parts that a script keeps in lists have been found.
    func module(_ name: StaticString) throws -> Module {
        let module: Module = try object(name)
        try state.findParts(module, at: index(name))
        return module
    }

    /// The module that a method was called on, likewise.
    fileprivate func receivedModule() throws -> Module {
        let module: Module = try receiver()
        try state.findParts(module, at: 1)
        return module
    }
}

private func method(
    _ name: String, doc: String, arguments: [Argument] = [], options: [Argument] = [], returns: Returns = .nothing,
    body: @escaping @Sendable (Module, Call) throws -> Results
) -> HostMethod<Module> {
    .method(name, doc: doc, arguments: arguments, options: options, returns: returns) { _, call in
        try body(call.receivedModule(), call)
    }
}

/// Pairs of names and objects one after the other, for a generic `for`.
func iterator(_ name: String, _ pairs: [(name: String, object: AnyObject)]) -> Results {
    var rest = pairs[...]
    return .function(name) { _ in
        guard let next = rest.popFirst() else { return .nil }
        return .values([.string(next.name), .object(next.object)])
    }
}

private let inputs: Argument = .rest(values: "inputs", "tensors; recurrent layers and attention take more")

let moduleMethods: [HostMethod<Module>] = [
    loadStateDict,
    .metamethod(
        .call, doc: "The output for some inputs.", arguments: [inputs], returns: .object(Tensor.self)
    ) { module, call in
        do {
            return try call.run(module) { try $0($1, call.scope()) }
        } catch let error as ModuleError {
            // It says where it comes from itself.
            throw PlainError(error.description)
        }
    },
    .method("forward", doc: "The output for some inputs.", arguments: [inputs], returns: .object(Tensor.self)) {
        module, call in try call.run(module) { try $0.forward($1, call.scope()) }
    },
    method("parameters", doc: "All parameters, each once.", returns: .custom("Tensor[]")) { module, _ in
        .objects(module.namedParameters().map(\.tensor))
    },
    method(
        "named_parameters", doc: "All parameters with their names, in order.",
        returns: .custom("fun(): string, Tensor", "an iterator")
    ) { module, _ in iterator("named_parameters", module.namedParameters().map { ($0.name, $0.tensor) }) },
    .method(
        "parameter", doc: "The module's own parameter of a name; layer.weight is the same.",
        arguments: [.string("name")], returns: .object(Tensor.self).orNil
    ) { module, call in module.parameter(try call.string("name")).map { .object($0) } ?? .nil },
    .method("attribute", doc: "For module.name.", arguments: [.any("name")]) { module, call in
        attribute(module, call)
    },
    method(
        "state_dict", doc: "Everything that is saved with the module, by name.",
        returns: .custom("table<string, Tensor>")
    ) { module, _ in
        .value(.table(try module.stateDict().map { (key: .string($0.name), value: .object($0.tensor.detach())) }))
    },
    method("children", doc: "The modules directly inside.", returns: .custom("Module[]")) { module, _ in
        .objects(module.children.map(\.module))
    },
    method(
        "named_children", doc: "The modules directly inside with their names, in order.",
        returns: .custom("fun(): string, Module", "an iterator")
    ) { module, _ in iterator("named_children", module.children.map { ($0.name, $0.module) }) },
    method(
        "train", doc: "Switches to training: dropout is at work.", arguments: [.boolean("mode", default: true)],
        returns: .receiver
    ) { module, call in
        module.train(try call.boolean("mode"))
        return .receiver
    },
    method("eval", doc: "Switches to evaluation.", returns: .receiver) { module, _ in
        module.train(false)
        return .receiver
    },
    .method("is_training", doc: "Whether it is switched to training.", returns: .boolean()) { module, _ in
        .boolean(module.isTraining)
    },
    method("zero_grad", doc: "Forgets all gradients.", returns: .receiver) { module, _ in
        module.zeroGrad()
        return .receiver
    },
    .method("kind", doc: "The name of its kind: \"Conv2d\".", returns: .string()) { module, _ in
        .string(module.kind)
    },
    .metamethod(.tostring, doc: "What it is made of, as a tree.", returns: .string()) { _, call in
        .string(try call.receivedModule().tree)
    },
    .metamethod(.length, doc: "How many modules are directly inside.", returns: .integer()) { module, _ in
        .integer(module.children.count)
    },
]

/// A parameter, buffer, part or setting by its name; a part also by its place from 1 on.
private func attribute(_ module: Module, _ call: Call) -> Results {
    if call.state.type(at: 2) == .number, let place = call.state.integer(at: 2) {
        return module.children.indices.contains(place - 1) ? .object(module.children[place - 1].module) : .nil
    }
    guard call.state.type(at: 2) == .string, let name = call.state.string(at: 2) else { return .nil }
    if let tensor = module.parameter(name) ?? module.buffer(name) { return .object(tensor) }
    if let child = module.child(name) { return .object(child) }
    if name == "training" { return .boolean(module.isTraining) }
    return module.settings.first { $0.name == name }.map { .value(LuaValue($0.value)) } ?? .nil
}

private let scriptModuleMethods: [HostMethod<ScriptModule>] = [
    .method(
        "register_module", doc: "Puts a module under a name; assigning it to a field does the same.",
        arguments: [.string("name"), .object("module", Module.self)]
    ) { module, call in
        try call.state.assign(to: module)
        return .none
    },
    .method(
        "register_parameter", doc: "Puts a tensor to be learned under a name.",
        arguments: [.string("name"), .tensor("parameter")]
    ) { module, call in
        try call.object("parameter", as: Tensor.self).requireGrad()
        try call.state.assign(to: module)
        return .none
    },
    .method(
        "register_buffer", doc: "Puts a tensor that is saved but not learned under a name, and into that field.",
        arguments: [.string("name"), .tensor("buffer")]
    ) { module, call in
        try module.registerBuffer(call.string("name"), call.object("buffer"))
        try call.state.assign(to: module)
        return .none
    },
    .method("unregister", doc: "Takes away what was registered under a name.", arguments: [.string("name")]) {
        module, call in
        call.state.setTop(2)
        call.state.pushNil()
        try call.state.assign(to: module)
        return .none
    },
    .method("find_parts", doc: "Registers modules that stand in tables; every method that looks at parts does.") {
        module, call in
        try call.state.findParts(module, at: 1)
        return .none
    },
    .metamethod(.newindex, arguments: [.any("key").optional, .any("value").optional]) { module, call in
        try call.state.assign(to: module)
        return .none
    },
]
