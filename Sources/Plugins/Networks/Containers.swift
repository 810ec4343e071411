import Host
import Lua
import Networks

/// Modules one after another, or one list of them.
private let modules: Argument = .rest(objects: "modules", Module.self)

/// Pushes a container that holds its parts' userdata.
private func pushed(_ module: Module, _ call: Call) throws -> Results {
    try call.state.push(object: module)
    try call.state.keepParts(of: module)
    return .pushed(1)
}

/// Gives back the container, which has changed.
private func changed(_ module: Module, _ call: Call) throws -> Results {
    call.state.pushCopy(1)
    try call.state.keepParts(of: module)
    return .pushed(1)
}

let containerConstructors: [HostFunction] = [
    .function(
        "Sequential", doc: "Modules one after the other; their names are 0, 1, …", arguments: [modules],
        returns: .object(Sequential.self)
    ) { call in try pushed(Sequential(call.objects("modules")), call) },
    .function(
        "ModuleList", doc: "A list of modules, counted from 1; their names are 0, 1, …", arguments: [modules],
        returns: .object(ModuleList.self)
    ) { call in try pushed(ModuleList(call.objects("modules")), call) },
    .function(
        "ModuleDict", doc: "Modules by name, in the order of their names.", arguments: [.table("modules").optional],
        returns: .object(ModuleDict.self)
    ) { call in
        try pushed(ModuleDict(namedModules(call)), call)
    },
]

/// `container[place] = module`: replaces a part, puts one behind the last, or takes the last away.
private func assign<Container: Module>(_ type: Container.Type) -> HostMethod<Container> {
    .metamethod(.newindex, arguments: [.any("key").optional, .any("value").optional]) { module, call in
        let state = call.state
        let (child, count) = (state.object(at: 3, as: Module.self), module.children.count)
        if module is ModuleDict, let name = state.type(at: 2) == .string ? state.string(at: 2) : nil {
            guard child != nil || state.isNil(at: 3) else {
                throw PlainError("\(module.kind): a module expected, got \(state.typeName(at: 3))")
            }
            if let child { try module.register(name, child) } else { module.unregister(name) }
        } else {
            let place = state.integer(at: 2) ?? 0
            let fits = child != nil ? place >= 1 && place <= count + 1 : state.isNil(at: 3) && place == count
            guard fits else {
                let got = child != nil ? "module" : state.type(at: 3).name
                throw PlainError(
                    "\(module.kind): a module at a place from 1 to \(count + 1) expected, got \(got) at "
                        + "\((try? state.describe(at: 2)) ?? "?")")
            }
            if let child { try module.register("\(place - 1)", child) } else { module.unregister("\(place - 1)") }
        }
        _ = try changed(module, call)
        return .none
    }
}

private func sequenceMethods<Container: ModuleSequence>(_ type: Container.Type) -> [HostMethod<Container>] {
    [
        .method(
            "append", doc: "Puts a module behind the last.", arguments: [.object("module", Module.self)],
            returns: .receiver
        ) { module, call in
            try module.append(call.object("module"))
            return try changed(module, call)
        },
        .method(
            "extend", doc: "Puts modules behind the last.", arguments: [modules], returns: .receiver
        ) { module, call in
            for added in try call.objects("modules", as: Module.self) { try module.append(added) }
            return try changed(module, call)
        },
        .method(
            "insert", doc: "Puts a module at a place, counted from 1; those from there on move.",
            arguments: [.integer("place", min: 1), .object("module", Module.self)], returns: .receiver
        ) { module, call in
            try module.insert(call.object("module"), at: call.integer("place") - 1)
            return try changed(module, call)
        },
        .method(
            "pop", doc: "Takes away the module at a place, counted from 1, or the last; those behind it move.",
            arguments: [.integer("place", min: 1).optional], returns: .object(Module.self)
        ) { module, call in
            let removed = try module.remove(
                at: call.optionalInteger("place").map { $0 - 1 } ?? module.children.count - 1)
            return try taken(removed, "\(module.children.count)", from: module, call)
        },
        assign(type),
    ]
}

/// Gives back a module that was taken out of a container, which had `name` last.
private func taken(_ removed: Module, _ name: String, from container: Module, _ call: Call) throws -> Results {
    let state = call.state
    try state.push(object: removed)
    state.pushFields(ofObjectAt: 1)
    state.pushNil()
    state.setField(name, of: -2)
    state.pop()
    state.pushCopy(1)
    try state.keepParts(of: container)
    state.pop()
    return .pushed(1)
}

private let dictMethods: [HostMethod<ModuleDict>] = [
    .method("keys", doc: "The names, in order.", returns: .custom("string[]")) { dict, _ in
        .strings(dict.children.map(\.name))
    },
    .method("values", doc: "The modules, in the order of their names.", returns: .custom("Module[]")) { dict, _ in
        .objects(dict.children.map(\.module))
    },
    .method("items", doc: "Names and modules, in order.", returns: .custom("fun(): string, Module", "an iterator")) {
        dict, _ in iterator("items", dict.children.map { ($0.name, $0.module) })
    },
    .method(
        "contains", doc: "Whether a module has this name.", arguments: [.string("key")], returns: .boolean()
    ) { dict, call in .boolean(dict.child(try call.string("key")) != nil) },
    .method(
        "update", doc: "Puts modules under their names, in place of those that had them.",
        arguments: [.table("modules")], returns: .receiver
    ) { dict, call in
        for (name, module) in try namedModules(call) { try dict.register(name, module) }
        return try changed(dict, call)
    },
    .method(
        "pop", doc: "Takes away the module of this name.", arguments: [.string("key")], returns: .object(Module.self)
    ) { dict, call in
        let name = try call.string("key")
        let removed = try dict.submodule(name)
        dict.unregister(name)
        return try taken(removed, name, from: dict, call)
    },
    .method("clear", doc: "Takes away all modules.", returns: .receiver) { dict, _ in
        for (name, _) in dict.children { dict.unregister(name) }
        return .receiver
    },
    .metamethod(.pairs, doc: "Names and modules, in order.") { dict, _ in
        iterator("pairs", dict.children.map { ($0.name, $0.module) })
    },
    assign(ModuleDict.self),
]

/// Modules by name in the order of the names, as a table has none.
private func namedModules(_ call: Call) throws -> [(name: String, module: Module)] {
    try call.namedValues("modules", "table of modules by name").map { key, value in
        guard case .string(let name) = key, case .object(let object) = value, let module = object as? Module else {
            throw call.badArgument(
                "modules", expected: "table of modules by name", got: "\(value.kindName) as \(key.shortText)")
        }
        return (name, module)
    }.sorted { $0.name < $1.name }
}

let containerTypes: [HostType] = [
    HostType(
        Sequential.self, name: "Sequential", doc: "Modules that are called one after the other.", parent: Module.self,
        identity: true, fields: true, methods: sequenceMethods(Sequential.self)),
    HostType(
        ModuleList.self, name: "ModuleList", doc: "A list of modules.", parent: Module.self, identity: true,
        fields: true, methods: sequenceMethods(ModuleList.self)),
    HostType(
        ModuleDict.self, name: "ModuleDict", doc: "Modules by name.", parent: Module.self, identity: true, fields: true,
        methods: dictMethods),
]
