import Lua

/// What answers a name that a module does not have: a sub-module, loaded now, or an error.
final class ModuleMiss: LuaCallable {
    private let children: Set<String>
    private let fullName: String

    init(_ name: String, children: [String], fullName: String) {
        self.children = Set(children)
        self.fullName = fullName
        super.init(name: name.isEmpty ? "nightjar" : name)
    }

    /// Where the registry keeps the module's table.
    var key: UnsafeRawPointer { UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()) }

    override func invoke(_ state: LuaState) throws -> Int32 {
        guard let key = state.string(at: 2) else {
            throw PlainError.name("\((try? state.describe(at: 2)) ?? "?") is not in \(fullName)")
        }
        if children.contains(key) {
            try state.require("\(fullName).\(key)")
            state.pushCopy(-1)
            state.setField(key, of: 1)
            return 1
        }
        let known = try state.names(at: 1) + children
        throw PlainError.name("'\(shortened(key))' is not in \(fullName)\(suggestion(for: key, among: known) ?? "")")
    }
}

/// What answers a name that is no method of a type.
final class MethodMiss: LuaCallable {
    private let hint: String?

    init(_ luaClass: LuaClass, hint: String?) {
        self.hint = hint
        super.init(name: luaClass.name)
    }

    override func invoke(_ state: LuaState) throws -> Int32 {
        if state.type(at: 2) == .number, let hint { throw PlainError.name("\(name): \(hint)") }
        guard let key = state.string(at: 2) else {
            throw PlainError.name("\(name) has no field \((try? state.describe(at: 2)) ?? "?")")
        }
        let known = try state.names(at: 1).filter { !$0.hasPrefix("__") }
        throw PlainError.name("\(name) has no method '\(shortened(key))'\(suggestion(for: key, among: known) ?? "")")
    }
}

extension LuaState {
    /// The string keys of a table.
    func names(at index: Int32) throws -> [String] {
        var names: [String] = []
        try forEachPair(at: index) {
            if let name = string(at: -2) { names.append(name) }
        }
        return names
    }
}
