import Host
import Lua
import Networks

private let prefix: Argument = .string("prefix", "what all names begin with, a dot behind it", default: "")
private let recurse: Argument = .boolean("recurse", "whether those of the modules inside belong to it", default: true)
private let inputs: Argument = .rest(values: "inputs", "tensors; recurrent layers and attention take more")

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

/// The same with what the call says of names.
private func named(_ name: String, _ pairs: [(name: String, object: AnyObject)], _ call: Call) throws -> Results {
    let prefix = try call.string("prefix")
    if prefix.isEmpty { return iterator(name, pairs) }
    return iterator(name, pairs.map { ($0.name.isEmpty ? prefix : "\(prefix).\($0.name)", $0.object) })
}

extension Call {
    /// Runs what calls modules, which may be a script's. Their errors say where they come from themselves.
    func withForward<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try withCallbacks(body) } catch let error as ModuleError {
            throw PlainError(error.description, kind: "tensor", modulePath: error.path)
        }
    }
}

/// What scripts ask of a module: calls, names, state.
let moduleMethods: [HostMethod<Module>] = [
    .metamethod(
        .call, doc: "The output for some inputs.", arguments: [inputs], returns: .object(Tensor.self)
    ) { module, call in
        try call.withForward { try call.run(module) { try $0($1, call.scope()) } }
    },
    .method("forward", doc: "The output for some inputs.", arguments: [inputs], returns: .object(Tensor.self)) {
        module, call in
        try call.withCallbacks { try call.run(module) { try $0.forward($1, call.scope()) } }
    },
    method("parameters", doc: "All parameters, each once.", arguments: [recurse], returns: .custom("Tensor[]")) {
        module, call in
        .objects((try call.boolean("recurse") ? module.namedParameters() : module.ownParameters).map(\.tensor))
    },
    method(
        "named_parameters", doc: "All parameters with their names, in order.", arguments: [prefix, recurse],
        returns: .custom("fun(): string, Tensor", "an iterator")
    ) { module, call in
        let found = try call.boolean("recurse") ? module.namedParameters() : module.ownParameters
        return try named("named_parameters", found.map { ($0.name, $0.tensor) }, call)
    },
    method("buffers", doc: "All buffers, each once.", arguments: [recurse], returns: .custom("Tensor[]")) {
        module, call in
        .objects((try call.boolean("recurse") ? module.namedBuffers() : module.ownBuffers).map(\.tensor))
    },
    method(
        "named_buffers", doc: "All buffers with their names, in order.", arguments: [prefix, recurse],
        returns: .custom("fun(): string, Tensor", "an iterator")
    ) { module, call in
        let found = try call.boolean("recurse") ? module.namedBuffers() : module.ownBuffers
        return try named("named_buffers", found.map { ($0.name, $0.tensor) }, call)
    },
    method("modules", doc: "The module and all modules inside it, each once.", returns: .custom("Module[]")) {
        module, _ in .objects(module.namedModules().map(\.module))
    },
    method(
        "named_modules", doc: "The module and all modules inside it with their names, its own being \"\".",
        arguments: [prefix], returns: .custom("fun(): string, Module", "an iterator")
    ) { module, call in try named("named_modules", module.namedModules().map { ($0.name, $0.module) }, call) },
    method("children", doc: "The modules directly inside.", returns: .custom("Module[]")) { module, _ in
        .objects(module.distinctChildren.map(\.module))
    },
    method(
        "named_children", doc: "The modules directly inside with their names, in order.",
        returns: .custom("fun(): string, Module", "an iterator")
    ) { module, _ in iterator("named_children", module.distinctChildren.map { ($0.name, $0.module) }) },
    .method(
        "parameter", doc: "The module's own parameter of a name; layer.weight is the same.",
        arguments: [.string("name")], returns: .object(Tensor.self).orNil
    ) { module, call in module.parameter(try call.string("name")).map { .object($0) } ?? .nil },
    method(
        "get_submodule", doc: "The module at a path: \"features.3\".", arguments: [.string("target")],
        returns: .object(Module.self)
    ) { module, call in .object(try module.submodule(call.string("target"))) },
    method(
        "get_parameter", doc: "The parameter at a path: \"features.3.weight\".", arguments: [.string("target")],
        returns: .object(Tensor.self)
    ) { module, call in .object(try module.parameter(at: call.string("target"))) },
    method(
        "get_buffer", doc: "The buffer at a path.", arguments: [.string("target")], returns: .object(Tensor.self)
    ) { module, call in .object(try module.buffer(at: call.string("target"))) },
    .method("attribute", doc: "For module.name.", arguments: [.any("name")]) { module, call in
        attribute(module, call)
    },
    loadStateDict,
    method(
        "state_dict", doc: "Everything that is saved with the module, by name.",
        returns: .custom("table<string, Tensor>")
    ) { module, _ in
        .value(.table(try module.stateDict().map { (key: .string($0.name), value: .object($0.tensor.detach())) }))
    },
    method(
        "named_state", doc: "The same with the names in their order.",
        returns: .custom("fun(): string, Tensor", "an iterator")
    ) { module, _ in iterator("named_state", try module.stateDict().map { ($0.name, $0.tensor.detach()) }) },
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
    method("zero_grad", doc: "Forgets all gradients.", arguments: [.setToNone], returns: .receiver) { module, call in
        try module.zeroGrad(setToNone: call.boolean("set_to_none"))
        return .receiver
    },
    method(
        "requires_grad_", doc: "Has backward passes leave gradients at all parameters, or freezes them.",
        arguments: [.boolean("requires_grad", default: true)], returns: .receiver
    ) { module, call in
        try module.requireGrad(call.boolean("requires_grad"))
        return .receiver
    },
    method(
        "apply", doc: "Calls a function with every module inside and with this one, those inside first.",
        arguments: [.function("fn")], returns: .receiver
    ) { module, call in
        try apply(module, call)
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

extension Module {
    /// The modules directly inside, each under its first name.
    fileprivate var distinctChildren: [(name: String, module: Module)] {
        var seen = Set<ObjectIdentifier>()
        return children.filter { seen.insert(ObjectIdentifier($0.module)).inserted }
    }
}

private func apply(_ module: Module, _ call: Call) throws {
    let (state, function) = (call.state, try call.index("fn"))
    try state.reserve(8)
    var calls = 0
    func visit(_ module: Module) throws {
        for (_, child) in module.distinctChildren { try visit(child) }
        calls += 1
        guard calls <= 1 << 20 else { throw TensorError("a network of at most \(1 << 20) parts expected") }
        state.pushCopy(function)
        try state.push(object: module)
        try state.call(arguments: 1, results: 0)
    }
    try visit(module)
}

/// A parameter, buffer, part or setting by its name; a part also by its place from 1 on. A second result says that the
/// name is known, though it may stand for nothing.
private func attribute(_ module: Module, _ call: Call) -> Results {
    if call.state.type(at: 2) == .number, let place = call.state.integer(at: 2) {
        if let list = module as? ParameterList {
            return list.ownParameters.indices.contains(place - 1) ? .object(list.ownParameters[place - 1].tensor) : .nil
        }
        return place >= 1 && place <= module.children.count ? .object(module.children[place - 1].module) : .nil
    }
    guard call.state.type(at: 2) == .string, let name = call.state.string(at: 2) else { return .nil }
    if let tensor = module.parameter(name) ?? module.buffer(name) { return .object(tensor) }
    if let child = module.child(name) { return .object(child) }
    if name == "training" { return .boolean(module.isTraining) }
    // PyTorch's `bias` is the parameter, which this module does not have.
    if let setting = module.settings.first(where: { $0.name == name }), name != "bias" {
        return .values([setting.value.map { LuaValue($0) } ?? .nil, .boolean(true)])
    }
    return .values([.nil, .boolean(module.knows(name))])
}
