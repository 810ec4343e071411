import Lua

/// Functions that are bound when a script first asks for them: of the hundreds that are declared it calls a few.
struct UnboundFunctions {
    private typealias Binder = (HostFunction) -> BoundFunction?

    private struct Group {
        var listed: [HostFunction]
        let late: LateFunctions
        /// Those of `late` that are bound.
        var bound: Set<String> = []
        let bind: Binder

        /// Takes the function of a name, so that it is bound once: one that is taken out of the table stays out.
        mutating func take(_ name: String) -> HostFunction? {
            if let place = listed.lastIndex(where: { $0.name == name && $0.body != nil }) {
                return listed.remove(at: place)
            }
            guard !bound.contains(name), let found = late.find(name) else { return nil }
            bound.insert(name)
            return found
        }
    }

    private var groups: [Group] = []

    /// Their names.
    var names: [String] {
        groups.flatMap { group in
            (group.late.all().filter { !group.bound.contains($0.name) } + group.listed).filter { $0.body != nil }
                .map(\.name)
        }
    }

    /// - Parameter bind: gives nil where the module's Lua part has the function.
    mutating func add(
        _ listed: [HostFunction], late: LateFunctions, bind: @escaping (HostFunction) -> BoundFunction?
    ) {
        groups.append(Group(listed: listed, late: late, bind: bind))
    }

    /// Puts a function into the table at index 1 under its name and leaves it on the stack.
    ///
    /// - Returns: false where there is none of that name.
    mutating func bind(_ name: String, on state: LuaState) -> Bool {
        // Searched once for a function that is used; a dictionary of all would cost every script more.
        for group in groups.indices.reversed() {
            guard let function = groups[group].take(name), let bound = groups[group].bind(function) else { continue }
            state.push(permanent: bound)
            state.pushCopy(-1)
            state.setField(name, of: 1)
            return true
        }
        return false
    }
}

/// What answers a name that a module's table does not hold: a function, bound now, a sub-module, loaded now, or an error.
final class ModuleMiss: LuaCallable {
    var functions = UnboundFunctions()
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
        if functions.bind(key, on: state) { return 1 }
        if children.contains(key) {
            try state.require("\(fullName).\(key)")
            state.pushCopy(-1)
            state.setField(key, of: 1)
            return 1
        }
        let known = try state.names(at: 1) + functions.names + children
        throw PlainError.name("'\(shortened(key))' is not in \(fullName)\(suggestion(for: key, among: known) ?? "")")
    }
}

/// `pairs(module)`, which goes through all of a module's functions.
final class ModulePairs: LuaCallable {
    private unowned let miss: ModuleMiss

    init(_ miss: ModuleMiss) {
        self.miss = miss
        super.init(name: "pairs")
    }

    override func invoke(_ state: LuaState) throws -> Int32 {
        state.setTop(1)
        let held = Set(try state.names(at: 1))
        for name in miss.functions.names where !held.contains(name) {
            _ = miss.functions.bind(name, on: state)
            state.setTop(1)
        }
        state.pushGlobals()
        state.pushField("next", of: -1)
        state.pushCopy(1)
        return 2
    }
}

/// What answers a name that is no field of a type's metatable: a method, bound now, or an error.
final class MethodMiss: LuaCallable {
    var functions = UnboundFunctions()
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
        if functions.bind(key, on: state) { return 1 }
        let known = (try state.names(at: 1) + functions.names).filter { !$0.hasPrefix("__") }
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
