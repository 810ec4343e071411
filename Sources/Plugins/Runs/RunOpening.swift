import Host
import JSON
import Kernels
import Lua
import Runs

/// What `runs.open` does.
func openRun(_ call: Call) throws -> ScriptRun {
    let changed = try call.has("changed") ? members(call, "changed") : []
    let description = RunDescription(
        options: try call.has("options") ? members(call, "options") : changed, changed: changed.map(\.name),
        environment: environment(), data: try call.has("data") ? dataSet(call) : [])
    if try call.has("resume") {
        let (position, folder) = try RunPosition.read(call)
        return ScriptRun(
            try Run(resuming: call.optionalString("folder") ?? folder, at: position, description))
    }
    let folder: String
    if let named = try call.optionalString("folder") {
        folder = named
    } else {
        let words = changed.map { member -> (name: String, value: String) in (member.name, text(member.value)) }
        folder = try RunName.makeFolder(in: call.string("root"), changed: words)
    }
    return ScriptRun(try Run(beginning: folder, description, overwrite: call.boolean("overwrite")))
}

/// What the results of a run depend on besides the script, and nothing about the machine's names or its user.
private func environment() -> [JSONValue.Member] {
    [
        .init("nightjar", .string(version)),
        .init("processor", Processor.name.isEmpty ? .null : .string(Processor.name)),
        .init("threads", .integer(ThreadPool.shared.threads)),
        .init("instruction set", .string(kernels.name)),
    ]
}

/// The pairs of a table of options in the order in which `pairs` gives them, which for nj.options' is the script's.
private func members(_ call: Call, _ name: StaticString) throws -> [JSONValue.Member] {
    let (state, index) = (call.state, try call.index(name))
    let top = state.top
    defer { state.setTop(top) }
    let isOrdered = state.pushMetatable(of: index)
    state.setTop(top)
    var members: [JSONValue.Member] = []
    try state.reserve(12)
    state.pushGlobals()
    state.pushField("pairs", of: -1)
    state.pushCopy(index)
    try state.call(arguments: 1, results: 3)
    let iterator = state.top - 2
    while true {
        state.pushCopy(iterator)
        state.pushCopy(iterator + 1)
        state.pushCopy(iterator + 2)
        try state.call(arguments: 2, results: 2)
        if state.isNil(at: -2) { break }
        guard members.count < 10_000 else {
            throw call.badArgument(name, expected: "at most 10,000 options", got: "more")
        }
        guard state.type(at: -2) == .string, let option = state.string(at: -2) else {
            throw call.badArgument(name, expected: "options by their names", got: "a key that is no name")
        }
        members.append(.init(option, optionValue(state)))
        state.pop()
        state.copy(-1, to: iterator + 2)
        state.pop()
    }
    if !isOrdered { members.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } }
    return members
}

/// The value on top of the stack as a file keeps it. Of what is no plain value, as a secret, only the kind is kept.
private func optionValue(_ state: LuaState) -> JSONValue {
    switch state.type(at: -1) {
    case .boolean: return .bool(state.isTruthy(at: -1))
    case .string: return .string(state.string(at: -1) ?? "")
    case .number:
        if !state.isFloat(at: -1), let integer = state.integer(at: -1) { return .integer(integer) }
        let number = state.number(at: -1) ?? 0
        return number.isFinite ? .number(number) : .string("\(number)")
    case .table:
        var items: [JSONValue] = []
        for position in 1...max(1, min(state.rawCount(at: -1), 1000)) {
            guard state.pushItem(position, of: -1) != .nil else {
                state.pop()
                break
            }
            items.append(state.isTable(at: -1) ? .string("(table)") : optionValue(state))
            state.pop()
        }
        return .array(items)
    default: return .string("(\(state.typeName(at: -1)))")
    }
}

/// A value as the name of a folder has it.
private func text(_ value: JSONValue) -> String {
    switch value {
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): value
    case .array(let items): items.map { text($0) }.joined(separator: "+")
    default: ""
    }
}

/// The name of a data set and its digests, asked of whatever has methods of these names.
private func dataSet(_ call: Call) throws -> [JSONValue.Member] {
    let (state, index) = (call.state, try call.index("data"))
    return ["name", "digests"].compactMap { method in
        let top = state.top
        defer { state.setTop(top) }
        do {
            try state.reserve(8)
            try state.get(method, from: index)
            if state.type(at: -1) == .function {
                state.pushCopy(index)
                try state.call(arguments: 1, results: 1)
            }
            guard !state.isNil(at: -1) else { return nil }
            var taker = JSONTaker(state)
            return JSONValue.Member(method, try taker.value(at: -1))
        } catch {
            // A data set without them is one as well.
            return nil
        }
    }
}
