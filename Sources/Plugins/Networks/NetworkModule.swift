import Host
import Lua
import Networks

/// `nn`: modules and layers.
let networkModule = HostModule(
    "nn", doc: "Modules and layers, with PyTorch's names, shapes and initial values.",
    types: [
        HostType(
            Module.self, name: "Module", doc: "A part of a network: a layer, or what `nn.module` defines.",
            identity: true, fields: true,
            bytes: { $0.ownParameters.reduce(0) { $0 + $1.tensor.storage.byteCount } },
            methods: moduleMethods + moduleChanges + [compileMethod]),
        HostType(
            ScriptModule.self, name: "ScriptModule", doc: "An instance of a module that a script defined.",
            parent: Module.self, identity: true, fields: true, methods: scriptModuleMethods),
        forwardHookType, planType,
    ] + containerTypes + parameterContainerTypes,
    functions: layerConstructors + containerConstructors + parameterContainerConstructors + [
        copyParts,
        .function(
            "Parameter", doc: "A copy of a tensor that is learned when it is assigned to a field of a module.",
            arguments: [.tensor("data")], options: [.boolean("requires_grad", default: true)],
            returns: .object(Tensor.self)
        ) { call in
            let parameter = try call.object("data", as: Tensor.self).detach().contiguous().clone()
            parameter.isParameter = true
            return .object(try parameter.requireGrad(call.boolean("requires_grad")))
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
    HostFunction.function(layer.name, layer.schema) { call in
        .object(try layer.make(call.arguments, call.context))
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
    func receivedModule() throws -> Module {
        let module: Module = try receiver()
        try state.findParts(module, at: 1)
        return module
    }
}

private let scriptModuleMethods: [HostMethod<ScriptModule>] = [
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
