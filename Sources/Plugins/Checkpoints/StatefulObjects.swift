import Checkpoints
import Host
import Lua

/// The objects of a script's table `stateful`: whatever has `state_dict()` and `load_state_dict(state)`, as loaders,
/// schedules, other networks and optimisers have, and what scripts write themselves.
struct StatefulObjects {
    private let call: Call
    private let names: [String]

    init(_ call: Call) throws {
        self.call = call
        guard try call.has("stateful") else {
            names = []
            return
        }
        let state = call.state
        var names: [String] = []
        try state.forEachPair(at: call.index("stateful")) {
            guard state.type(at: -2) == .string, let name = state.string(at: -2) else {
                throw call.badArgument("stateful", expected: "table of objects by names", got: "a key that is no name")
            }
            names.append(name)
        }
        self.names = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    var isEmpty: Bool { names.isEmpty }

    /// What `state_dict()` gives of each.
    func states() throws -> StateValue {
        .table(
            try names.map { name in
                try invoke("state_dict", of: name, [], results: 1) { state in
                    (.string(name), try StateValue(state.value(at: -1), "the state of '\(name)'"))
                }
            })
    }

    /// - Throws: `PlainError` where other objects were saved than are given.
    func check(_ saved: StateValue?) throws {
        let savedNames = pairs(saved).map(\.name)
        if let name = names.first(where: { !savedNames.contains($0) }) {
            throw call.badArgument("stateful", expected: "what was saved", got: "'\(name)', which was not")
        }
        if let name = savedNames.first(where: { !names.contains($0) }) {
            throw call.badArgument("stateful", expected: "'\(name)', which was saved", got: "none of that name")
        }
    }

    /// Gives each its state back.
    func load(_ saved: StateValue?) throws {
        for (name, value) in pairs(saved) {
            try invoke("load_state_dict", of: name, [LuaValue(value)], results: 0) { _ in }
        }
    }

    private func pairs(_ saved: StateValue?) -> [(name: String, value: StateValue)] {
        guard case .table(let pairs) = saved else { return [] }
        return pairs.compactMap { pair in if case .string(let name) = pair.key { (name, pair.value) } else { nil } }
    }

    private func invoke<Result>(
        _ method: String, of name: String, _ arguments: [LuaValue], results: Int32, read: (LuaState) throws -> Result
    ) throws -> Result {
        let state = call.state
        let top = state.top
        defer { state.setTop(top) }
        try state.reserve(8)
        state.pushField(name, of: try call.index("stateful"))
        do { try state.get(method, from: -1) } catch { state.pushNil() }
        guard state.type(at: -1) == .function else {
            throw call.badArgument(
                "stateful", expected: "objects with state_dict() and load_state_dict(state)",
                got: "\(state.typeName(at: top + 1)) without \(method) as '\(name)'")
        }
        state.pushCopy(top + 1)
        for argument in arguments { try state.push(argument) }
        try state.call(arguments: Int32(arguments.count) + 1, results: results)
        return try read(state)
    }
}
