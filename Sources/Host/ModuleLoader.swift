import Lua

/// Puts declared modules into a Lua state: `package.preload`, metatables, the table `nightjar`.
///
/// One for each state; the state's runtime owns it.
final class ModuleLoader {
    let modules: [HostModule]
    private var types: [ObjectIdentifier: HostType]?
    private var orderedTypes: [HostType] = []

    init(_ modules: [HostModule]) { self.modules = modules }

    /// The names of all modules and of those that only hold others: "nn", "nn.functional".
    private lazy var names: [String] = {
        var names: Set<String> = [""]
        for module in modules {
            var name = Substring(module.name)
            while names.insert(String(name)).inserted, let dot = name.lastIndex(of: ".") { name = name[..<dot] }
        }
        return Array(names)
    }()

    /// Makes every module known to `require`.
    func install(on state: LuaState) throws {
        state.runtime.owner = self
        state.runtime.findClass = { [unowned self] object, state in self.findClass(object, on: state) }
        state.pushPreload()
        let preload = state.top
        for name in names {
            let fullName = Self.fullName(name)
            state.push(permanent: Opener(fullName) { [unowned self] in try self.open(name, on: $0) })
            state.setField(fullName, of: preload)
        }
        state.pop()
    }

    private static func fullName(_ name: String) -> String { name.isEmpty ? "nightjar" : "nightjar.\(name)" }

    // MARK: Modules

    /// Builds a module's table and leaves it on the stack; what `require` calls.
    private func open(_ name: String, on state: LuaState) throws -> Int32 {
        try state.reserve(16)
        state.setTop(0)
        state.pushTable(fields: 16)
        let parts = modules.filter { $0.name == name }
        let children = names.compactMap { Self.child($0, of: name) }
        let miss = ModuleMiss(name, children: children, fullName: Self.fullName(name))
        let key = miss.key
        state.pushCopy(1)
        state.setRegistry(key)
        for part in parts {
            miss.functions.add(part.listed(), late: part.late) { [unowned self] in
                bind($0, label: part.prefix + $0.name, moduleKey: key)
            }
            for constant in part.constants() {
                guard let value = constant.value else { continue }
                state.push(value)
                state.setField(constant.name, of: 1)
            }
        }
        state.pushTable(fields: 2)
        state.push(permanent: miss)
        state.setField("__index", of: -2)
        state.push(permanent: ModulePairs(miss))
        state.setField("__pairs", of: -2)
        state.setMetatable(1)
        for part in parts {
            if let source = part.lua {
                try LuaPart.run(source(), of: part, loader: self, on: state)
                state.pushCopy(1)
                state.setRegistry(miss.key)
            }
        }
        state.setTop(1)
        return 1
    }

    private static func child(_ name: String, of parent: String) -> String? {
        guard !name.isEmpty, name != parent else { return nil }
        if parent.isEmpty { return name.contains(".") ? nil : name }
        guard name.hasPrefix(parent + ".") else { return nil }
        let rest = name.dropFirst(parent.count + 1)
        return rest.contains(".") ? nil : String(rest)
    }

    private func bind(
        _ function: HostFunction, label: String, luaClass: LuaClass? = nil, moduleKey: UnsafeRawPointer? = nil
    ) -> BoundFunction? {
        guard let body = function.body else { return nil }
        return BoundFunction(
            function, body: body, label: label, luaClass: luaClass, moduleKey: moduleKey, loader: self)
    }

    // MARK: Types

    private func declaredTypes() -> [ObjectIdentifier: HostType] {
        if let types { return types }
        var found: [ObjectIdentifier: HostType] = [:]
        for type in modules.flatMap({ $0.types() }) {
            found[type.swiftType.identifier] = type
            orderedTypes.append(type)
        }
        types = found
        return found
    }

    /// As scripts call a Swift class.
    func className(_ type: ClassReference) -> String { declaredTypes()[type.identifier]?.name ?? "\(type.type)" }

    /// The declared type of a name.
    func type(named name: String) -> HostType? {
        _ = declaredTypes()
        return orderedTypes.first { $0.name == name }
    }

    /// The face of a declared Swift class in this state, made on first use.
    func luaClass(_ type: ClassReference, on state: LuaState) -> LuaClass? {
        if let known = state.runtime.luaClass(of: type.type) { return known }
        guard let declared = declaredTypes()[type.identifier] else { return nil }
        return try? makeClass(declared, on: state)
    }

    /// The face of an object whose own class is not declared: that of the nearest class it comes from.
    private func findClass(_ object: AnyObject, on state: LuaState) -> LuaClass? {
        _ = declaredTypes()
        if let exact = luaClass(ClassReference(Swift.type(of: object)), on: state) { return exact }
        let matching = orderedTypes.filter { $0.matches(object) }
        let found = matching.compactMap { luaClass($0.swiftType, on: state) }
        return found.first { candidate in found.allSatisfy { candidate.isKind(of: $0) } } ?? found.first
    }

    private func makeClass(_ declared: HostType, on state: LuaState) throws -> LuaClass {
        let parent = declared.parent.flatMap { luaClass($0, on: state) }
        let made = LuaClass(
            name: declared.name, parent: parent, hasIdentity: declared.hasIdentity || parent?.hasIdentity ?? false,
            hasFields: declared.hasFields || parent?.hasFields ?? false, bytes: declared.bytes ?? parent?.bytes)
        // Known before its methods are bound: they may take such objects themselves.
        state.runtime.register(made, for: declared.swiftType.type)
        let base = state.top
        try state.reserve(16)
        let miss = MethodMiss(made, hint: declared.indexHint)
        try made.pushNewMetatable(on: state, miss: miss)
        let metatable = state.top
        let methods = declared.listed()
        func bound(_ method: HostFunction) -> BoundFunction? {
            var label = "\(declared.name):\(method.name)"
            if case .metamethod(let event) = method.role { label = event == .call ? declared.name : event.symbol }
            return bind(method, label: label, luaClass: made)
        }
        if declared.bindsLate {
            miss.functions.add(methods.filter { !$0.isMetamethod }, late: declared.late, bind: bound)
        }
        for method in methods where method.isMetamethod || !declared.bindsLate {
            guard let bound = bound(method) else { continue }
            state.push(permanent: bound)
            switch method.role {
            case .metamethod(.index): made.setIndexing(on: state)
            case .metamethod(.property): made.setIndexing(names: true, on: state)
            default: state.setField(method.name, of: metatable)
            }
        }
        state.setTop(base)
        return made
    }
}

/// The function in `package.preload` that makes a module.
private final class Opener: LuaCallable {
    private let body: (LuaState) throws -> Int32

    init(_ name: String, _ body: @escaping (LuaState) throws -> Int32) {
        self.body = body
        super.init(name: name)
    }

    override func invoke(_ state: LuaState) throws -> Int32 { try body(state) }
}

extension LuaState {
    /// Pushes a declared constant or default.
    func push(_ literal: Literal) {
        switch literal {
        case .boolean(let value): push(value)
        case .integer(let value): push(value)
        case .number(let value): push(value)
        case .string(let value): push(value)
        }
    }
}
