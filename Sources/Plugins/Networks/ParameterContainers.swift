import Host
import Lua
import Networks

/// Tensors one after another, or one list of them.
private let parameters: Argument = .rest(objects: "parameters", Tensor.self)

let parameterContainerConstructors: [HostFunction] = [
    .function(
        "ParameterList", doc: "A list of parameters, counted from 1; their names are 0, 1, …", arguments: [parameters],
        returns: .object(ParameterList.self)
    ) { call in .object(try ParameterList(call.objects("parameters"))) },
    .function(
        "ParameterDict", doc: "Parameters by name, in the order of their names.",
        arguments: [.table("parameters").optional], returns: .object(ParameterDict.self)
    ) { call in .object(try ParameterDict(namedTensors(call))) },
]

private let listMethods: [HostMethod<ParameterList>] = [
    .method(
        "append", doc: "Puts a parameter behind the last.", arguments: [.tensor("parameter")], returns: .receiver
    ) { list, call in
        try list.append(call.object("parameter"))
        return .receiver
    },
    .method("extend", doc: "Puts parameters behind the last.", arguments: [parameters], returns: .receiver) {
        list, call in
        for added in try call.objects("parameters", as: Tensor.self) { try list.append(added) }
        return .receiver
    },
    .metamethod(.length, doc: "How many parameters there are.", returns: .integer()) { list, _ in
        .integer(list.ownParameters.count)
    },
    .metamethod(.newindex, arguments: [.any("key").optional, .any("value").optional]) { list, call in
        let (state, count) = (call.state, list.ownParameters.count)
        guard let place = state.integer(at: 2), place >= 1, place <= count + 1,
            let parameter = state.object(at: 3, as: Tensor.self)
        else {
            throw PlainError(
                "ParameterList: a tensor at a place from 1 to \(count + 1) expected, got \(state.typeName(at: 3)) at "
                    + "\((try? state.describe(at: 2)) ?? "?")")
        }
        try list.registerParameter("\(place - 1)", parameter)
        return .none
    },
]

private let dictMethods: [HostMethod<ParameterDict>] = [
    .method("keys", doc: "The names, in order.", returns: .custom("string[]")) { dict, _ in
        .strings(dict.ownParameters.map(\.name))
    },
    .method("values", doc: "The parameters, in the order of their names.", returns: .custom("Tensor[]")) { dict, _ in
        .objects(dict.ownParameters.map(\.tensor))
    },
    .method("items", doc: "Names and parameters, in order.", returns: .custom("fun(): string, Tensor", "an iterator")) {
        dict, _ in iterator("items", dict.ownParameters.map { ($0.name, $0.tensor) })
    },
    .method(
        "contains", doc: "Whether a parameter has this name.", arguments: [.string("key")], returns: .boolean()
    ) { dict, call in .boolean(dict.parameter(try call.string("key")) != nil) },
    .method(
        "update", doc: "Puts parameters under their names, in place of those that had them.",
        arguments: [.table("parameters")], returns: .receiver
    ) { dict, call in
        for (name, tensor) in try namedTensors(call) { try dict.registerParameter(name, tensor) }
        return .receiver
    },
    .metamethod(.length, doc: "How many parameters there are.", returns: .integer()) { dict, _ in
        .integer(dict.ownParameters.count)
    },
    .metamethod(.pairs, doc: "Names and parameters, in order.") { dict, _ in
        iterator("pairs", dict.ownParameters.map { ($0.name, $0.tensor) })
    },
    .metamethod(.newindex, arguments: [.any("key").optional, .any("value").optional]) { dict, call in
        let (state, parameter) = (call.state, call.state.object(at: 3, as: Tensor.self))
        guard state.type(at: 2) == .string, let name = state.string(at: 2), parameter != nil || state.isNil(at: 3)
        else {
            throw PlainError(
                "ParameterDict: a tensor by name expected, got \(state.typeName(at: 3)) as "
                    + "\((try? state.describe(at: 2)) ?? "?")")
        }
        if let parameter { try dict.registerParameter(name, parameter) } else { dict.unregister(name) }
        return .none
    },
]

/// Tensors by name in the order of the names, as a table has none.
private func namedTensors(_ call: Call) throws -> [(name: String, tensor: Tensor)] {
    try call.namedValues("parameters", "table of tensors by name").map { key, value in
        guard case .string(let name) = key, case .object(let object) = value, let tensor = object as? Tensor else {
            throw call.badArgument(
                "parameters", expected: "table of tensors by name", got: "\(value.kindName) as \(key.shortText)")
        }
        return (name, tensor)
    }.sorted { $0.name < $1.name }
}

let parameterContainerTypes: [HostType] = [
    HostType(
        ParameterList.self, name: "ParameterList", doc: "A list of parameters.", parent: Module.self, identity: true,
        fields: true, methods: listMethods),
    HostType(
        ParameterDict.self, name: "ParameterDict", doc: "Parameters by name.", parent: Module.self, identity: true,
        fields: true, methods: dictMethods),
]
