import Host
import Lua
import Networks

/// `optim`: optimisers.
let optimizerModule = HostModule(
    "optim", doc: "Optimisers, with PyTorch's names and rules.",
    types: [
        HostType(
            Optimizer.self, name: "Optimizer", doc: "Changes parameters along their gradients.", identity: true,
            methods: optimizerMethods),
        HostType(
            ParameterGroup.self, name: "ParameterGroup",
            doc: "Parameters with options in common: group.lr and its like are read and set, group.params are tensors.",
            identity: true, methods: groupMethods),
    ],
    functions: Optimizers.all.map { kind in
        .function(kind.schema.name, kind.schema) { call in
            let arguments = call.arguments
            let options = try kind.options.compactMap { option in
                try arguments.value(option.name).map { ("\(option.name)", $0) }
            }
            return .object(try Optimizer(kind, groups(call.value("params"), call), options: options))
        }
    })

private let optimizerMethods: [HostMethod<Optimizer>] = [
    .method(
        "zero_grad", doc: "Forgets the gradients of all its parameters.", arguments: [.setToNone]
    ) { optimizer, call in
        try optimizer.zeroGrad(setToNone: call.boolean("set_to_none"))
        return .none
    },
    .method(
        "step", doc: "Changes every parameter that has a gradient.",
        arguments: [.function("closure", "works out the loss and its gradients first").optional],
        returns: .custom("any", "what the closure returned")
    ) { optimizer, call in
        guard try call.has("closure") else {
            try optimizer.step()
            return .none
        }
        let results = try GradMode.set(true) { try call.call("closure") }
        try optimizer.step()
        return results
    },
    .method("lr", doc: "The learning rate of the first group.", returns: .number()) { optimizer, _ in
        .number(optimizer.learningRate)
    },
    .method(
        "set_lr", doc: "Changes the learning rate of all groups from the next step on.",
        arguments: [.number("lr", min: 0)]
    ) { optimizer, call in
        let rate = try call.number("lr")
        guard rate.isFinite else { throw call.badArgument("lr", expected: "finite number", got: "\(rate)") }
        optimizer.learningRate = rate
        return .none
    },
    .method(
        "param_groups", doc: "The groups of parameters; group.lr and its like may be set.",
        returns: .custom("ParameterGroup[]")
    ) { optimizer, _ in .objects(optimizer.groups) },
    .method(
        "add_param_group", doc: "Adds a group: { params = tensors, lr = 0.1 }.",
        arguments: [.table("param_group", "params, and the options in which it differs")]
    ) { optimizer, call in
        try optimizer.add(group(call.value("param_group"), "param_group", call))
        return .none
    },
    .method(
        "state_dict",
        doc:
            "What it remembers by a parameter's place from 0 on, and the options of its groups: { state, param_groups }.",
        returns: .custom("{state: table<integer, table<string, Tensor>>, param_groups: table[]}")
    ) { optimizer, _ in .value(stateDict(optimizer)) },
    .method(
        "load_state_dict", doc: "Goes on from what state_dict() gave.", arguments: [.table("state_dict")]
    ) { optimizer, call in
        try load(call.value("state_dict"), into: optimizer, call)
        return .none
    },
    .metamethod(.tostring, returns: .string()) { optimizer, _ in
        .string(
            optimizer.groups.map { group in
                let options = group.values.map { "\($0.name) = \(LuaValue($0.value).text)" }.joined(separator: ", ")
                return "\(optimizer.kind.schema.name) (\(plural(group.parameters.count, "parameter")), \(options))"
            }.joined(separator: "\n"))
    },
]

private let groupMethods: [HostMethod<ParameterGroup>] = [
    .metamethod(.property, arguments: [.any("key").optional]) { group, call in
        guard let name = call.state.string(at: 2) else { return .nil }
        if name == "params" { return .objects(group.parameters) }
        if let value = group.values.first(where: { $0.name == name })?.value { return .value(LuaValue(value)) }
        if name == "initial_lr" { return .nil }
        throw PlainError(
            "ParameterGroup has no field '\(name)' (there are: params, "
                + group.values.map(\.name).joined(separator: ", ") + ")")
    },
    .metamethod(.newindex, arguments: [.any("key").optional, .any("value").optional]) { group, call in
        guard let name = call.state.string(at: 2) else {
            throw PlainError("ParameterGroup: options are set by name, got the key \(try call.state.describe(at: 2))")
        }
        guard let value = Value(try call.state.value(at: 3)) else {
            throw PlainError("ParameterGroup: '\(name)' cannot be \(call.state.typeName(at: 3))")
        }
        do { try group.set(name, value) } catch { throw PlainError("ParameterGroup: \(error)") }
        return .none
    },
    .metamethod(.pairs, doc: "All options with their values.") { group, call in
        var rest = ([("params", .list(group.parameters.map { .object($0) }))] + group.values)[...]
        return .function("pairs") { _ in
            guard let next = rest.popFirst() else { return .nil }
            return .values([.string(next.0), LuaValue(next.1)])
        }
    },
]

extension Argument {
    static var setToNone: Argument {
        .boolean("set_to_none", "false sets gradients to 0 instead of forgetting them", default: true)
    }
}

extension LuaValue {
    /// The value under a name; nil where it is no table or has none.
    subscript(name: String) -> LuaValue? {
        guard case .table(let pairs) = self else { return nil }
        return pairs.first { if case .string(name) = $0.key { true } else { false } }?.value
    }

    /// As a script would write an option's value.
    fileprivate var text: String {
        switch self {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .list(let items): "{\(items.map(\.text).joined(separator: ", "))}"
        default: "?"
        }
    }
}

/// The groups that a constructor was given: a list of tensors is one.
private func groups(_ value: LuaValue, _ call: Call) throws -> [ParameterGroup.Declaration] {
    guard case .list(let items) = value else {
        throw call.badArgument("params", expected: "list of tensors or of groups", got: "table with names")
    }
    if case .table = items.first {
        return try items.enumerated().map { try group($1, "params", call, " as item \($0 + 1)") }
    }
    return [.init(try tensors(items, "params", call))]
}

private func tensors(_ items: [LuaValue], _ name: StaticString, _ call: Call) throws -> [Tensor] {
    try items.enumerated().map { place, item in
        guard case .object(let object) = item, let tensor = object as? Tensor else {
            throw call.badArgument(
                name, expected: "list of tensors or of groups { params = tensors }",
                got: "\(item.kindName) as item \(place + 1)")
        }
        return tensor
    }
}

/// `{ params = tensors, lr = 0.1 }`.
private func group(
    _ value: LuaValue, _ name: StaticString, _ call: Call, _ place: String = ""
) throws -> ParameterGroup.Declaration {
    guard case .table(let pairs) = value, let parameters = value["params"] else {
        throw call.badArgument(
            name, expected: "table with a field params",
            got: "\(value.kindName == "table" ? "one without it" : value.kindName)\(place)")
    }
    let found: [Tensor]
    switch parameters {
    case .list(let items): found = try tensors(items, name, call)
    default: found = try tensors([parameters], name, call)
    }
    return try .init(found, options: options(pairs, name, call))
}

private func options(
    _ pairs: [(key: LuaValue, value: LuaValue)], _ name: StaticString, _ call: Call
) throws -> [(name: String, value: Value)] {
    try pairs.compactMap { key, given in
        guard case .string(let option) = key else {
            throw call.badArgument(name, expected: "options by name", got: "the key \(key.shortText)")
        }
        if option == "params" { return nil }
        guard let value = Value(given) else {
            throw call.badArgument(name, expected: "number, boolean or list as '\(option)'", got: given.kindName)
        }
        return (option, value)
    }
}

private func stateDict(_ optimizer: Optimizer) -> LuaValue {
    let state = optimizer.stateOfParameters.map { place, entries in
        (
            key: LuaValue.integer(place),
            value: LuaValue.table(entries.map { (key: .string($0.name), value: .object($0.tensor)) })
        )
    }
    var next = 0
    let groups = optimizer.groups.map { group in
        let places = group.parameters.indices.map { LuaValue.integer(next + $0) }
        next += places.count
        return LuaValue.table(
            group.values.map { (key: .string($0.name), value: LuaValue($0.value)) }
                + [(key: .string("params"), value: .list(places))])
    }
    return .table([
        (key: .string("state"), value: .table(state)), (key: .string("param_groups"), value: .list(groups)),
    ])
}

/// Options of PyTorch's groups that choose an implementation or belong to a schedule: numbers do not depend on them here.
private let pytorchOnly: Set = [
    "foreach", "fused", "capturable", "differentiable", "max_lr", "min_lr", "max_momentum", "base_momentum",
]

private func load(_ value: LuaValue, into optimizer: Optimizer, _ call: Call) throws {
    func refusal(_ got: String) -> any Error {
        call.badArgument("state_dict", expected: "what state_dict() gave", got: got)
    }
    guard case .list(let savedGroups)? = value["param_groups"], let state = value["state"] else {
        throw refusal("a table without state and param_groups")
    }
    var places: [Int: Int] = [:]
    let groups = try savedGroups.map { group in
        guard case .table(let pairs) = group, case .list(let ids)? = group["params"] else {
            throw refusal("a group without params")
        }
        for id in ids {
            guard case .integer(let id) = id else { throw refusal("params that are no places") }
            places[id] = places.count
        }
        let known = pairs.filter { key, value in
            guard case .string(let name) = key else { return true }
            // What PyTorch notes of an Adam is what AdamW is.
            if name == "decoupled_weight_decay", optimizer.kind.schema.name == "AdamW", case .boolean(true) = value {
                return false
            }
            return !pytorchOnly.contains(name)
        }
        return (count: ids.count, values: try options(known, "state_dict", call))
    }
    var entries: [(name: String, tensor: Tensor)] = []
    func add(_ id: Int, _ kept: LuaValue) throws {
        // An empty table is a list: there is nothing to remember of this one.
        if case .list(let items) = kept, items.isEmpty, places[id] != nil { return }
        guard case .table(let pairs) = kept, let place = places[id] else {
            throw refusal("the state of a parameter \(id), which is in no group")
        }
        for (key, value) in pairs {
            guard case .string(let name) = key else { throw refusal("a state without a name") }
            switch value {
            case .object(let object as Tensor): entries.append(("\(place).\(name)", object))
            case .integer(let number): entries.append(("\(place).\(name)", try .full([], Double(number))))
            case .number(let number): entries.append(("\(place).\(name)", try .full([], number)))
            default: throw refusal("a state '\(name)' that is no tensor")
            }
        }
    }
    switch state {
    case .table(let pairs):
        for (key, kept) in pairs {
            guard case .integer(let id) = key else { throw refusal("a state without a place") }
            try add(id, kept)
        }
    case .list(let items): for (place, kept) in items.enumerated() { try add(place + 1, kept) }
    default: throw refusal("no state")
    }
    try optimizer.load(state: entries, groups: groups)
}
