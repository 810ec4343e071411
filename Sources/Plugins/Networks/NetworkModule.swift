import Host
import Lua
import Networks
import Tensors

/// A module that a script defined: its parts are registered here, its functions stay in Lua.
final class ScriptModule: Module {}

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
            parent: Module.self, identity: true, methods: scriptModuleMethods),
    ],
    functions: layerConstructors + [
        .function(
            "Parameter", doc: "A copy of a tensor that is learned when it is assigned to a field of a module.",
            arguments: [.tensor("data")], returns: .object(Tensor.self)
        ) { call in .object(try call.object("data", as: Tensor.self).detach().clone().requireGrad()) },
        .function(
            "new_instance", doc: "For nn.module: an instance without parts.", arguments: [.string("kind")],
            returns: .object(ScriptModule.self)
        ) { call in .object(ScriptModule(kind: try call.string("kind"))) },
        .inLua(
            "module",
            doc:
                "A new kind of module: define init(...) and forward(...). Modules and parameters assigned to fields of "
                + "self are found by parameters() and saved under the field's name.",
            arguments: [.string("name"), .table("parent", "the kind it comes from").optional],
            returns: .custom("table", "a class; call it to make an instance")),
        .inLua(
            "Sequential", doc: "Modules one after the other; their names are 0, 1, …",
            arguments: [.rest(objects: "modules", Module.self)], returns: .object(Module.self)),
        .inLua(
            "ModuleList", doc: "A list of modules, counted from 1; their names are 0, 1, …",
            arguments: [.objects("modules", Module.self)], returns: .object(Module.self)),
    ],
    lua: { PackageResources.nn_lua })

extension Call {
    /// The module, after the parts that a script keeps in lists have been found.
    func module(_ name: StaticString) throws -> Module {
        try state.callMetafield("__find_parts", ofObjectAt: index(name))
        return try object(name)
    }
}

private let moduleMethods: [HostMethod<Module>] = [
    loadStateDict,
    .metamethod(
        .call, doc: "The output for an input.", arguments: [.tensor("input")], returns: .object(Tensor.self)
    ) { module, call in
        do {
            return .object(try module.forward(call.object("input")))
        } catch let error as TensorError {
            throw PlainError("in \(module.label): \(error)", kind: error.errorKind, modulePath: module.path)
        }
    },
    .method(
        "forward", doc: "The output for an input.", arguments: [.tensor("input")], returns: .object(Tensor.self)
    ) { module, call in .object(try module.forward(call.object("input"))) },
    .method("parameters", doc: "All parameters, each once.", returns: .custom("Tensor[]")) { module, _ in
        .objects(module.namedParameters().map(\.tensor))
    },
    .method(
        "named_parameters", doc: "All parameters with their names, in order.",
        returns: .custom("fun(): string, Tensor", "an iterator")
    ) { module, _ in
        var rest = module.namedParameters()[...]
        return .function("named_parameters") { _ in
            guard let next = rest.popFirst() else { return .nil }
            return .values([.string(next.name), .object(next.tensor)])
        }
    },
    .method(
        "parameter", doc: "The module's own parameter of a name; layer.weight is the same.",
        arguments: [.string("name")], returns: .object(Tensor.self).orNil
    ) { module, call in module.parameter(try call.string("name")).map { .object($0) } ?? .nil },
    .method(
        "state_dict", doc: "Everything that is saved with the module, by name.",
        returns: .custom("table<string, Tensor>")
    ) { module, _ in
        .value(.table(module.stateDict().map { (key: .string($0.name), value: .object($0.tensor.detach())) }))
    },
    .method("children", doc: "The modules directly inside.", returns: .custom("Module[]")) { module, _ in
        .objects(module.children.map(\.module))
    },
    .method(
        "named_children", doc: "The modules directly inside with their names, in order.",
        returns: .custom("fun(): string, Module", "an iterator")
    ) { module, _ in
        var rest = module.children[...]
        return .function("named_children") { _ in
            guard let next = rest.popFirst() else { return .nil }
            return .values([.string(next.name), .object(next.module)])
        }
    },
    .method(
        "train", doc: "Switches to training: dropout is at work.", arguments: [.boolean("mode", default: true)],
        returns: .receiver
    ) { module, call in
        module.train(try call.boolean("mode"))
        return .receiver
    },
    .method("eval", doc: "Switches to evaluation.", returns: .receiver) { module, _ in
        module.train(false)
        return .receiver
    },
    .method("is_training", doc: "Whether it is switched to training.", returns: .boolean()) { module, _ in
        .boolean(module.isTraining)
    },
    .method("zero_grad", doc: "Forgets all gradients.", returns: .receiver) { module, _ in
        module.zeroGrad()
        return .receiver
    },
    .method("kind", doc: "The name of its kind: \"Conv2d\".", returns: .string()) { module, _ in
        .string(module.kind)
    },
    .metamethod(.tostring, doc: "What it is made of, as a tree.", returns: .string()) { module, _ in
        .string(module.tree)
    },
]

private let scriptModuleMethods: [HostMethod<ScriptModule>] = [
    .method(
        "register_module", doc: "Puts a module under a name; assigning it to a field does the same.",
        arguments: [.string("name"), .object("module", Module.self)]
    ) { module, call in
        try module.register(call.string("name"), call.object("module"))
        return .none
    },
    .method(
        "register_parameter", doc: "Puts a tensor to be learned under a name.",
        arguments: [.string("name"), .tensor("parameter")]
    ) { module, call in
        try module.registerParameter(call.string("name"), call.object("parameter"))
        return .none
    },
    .method(
        "register_buffer", doc: "Puts a tensor that is saved but not learned under a name, and into that field.",
        arguments: [.string("name"), .tensor("buffer")]
    ) { module, call in
        try module.registerBuffer(call.string("name"), call.object("buffer"))
        return .none
    },
    .method("unregister", doc: "Takes away what was registered under a name.", arguments: [.string("name")]) {
        module, call in
        module.unregister(try call.string("name"))
        return .none
    },
]
