import Lua

/// Makes Lua's `print` keep clear of an open line: it empties the line first, and the next update draws it again.
final class PrintHook: LuaCallable {
    private let original: LuaReference

    private init(_ original: LuaReference) {
        self.original = original
        super.init(name: "print")
    }

    /// Notes whether a progress, which stands at index 1, has an open line.
    static func follow(_ progress: Progress, _ state: LuaState) {
        guard progress.line.isOpen else {
            state.pushNil()
            return state.setRegistry(Key.openLine.address)
        }
        state.pushCopy(1)
        state.setRegistry(Key.openLine.address)
        if state.pushRegistry(Key.installed.address) == .nil { install(state) }
        state.pop()
    }

    /// Once in each state; it costs little and stays.
    private static func install(_ state: LuaState) {
        state.push(true)
        state.setRegistry(Key.installed.address)
        state.pushGlobals()
        if state.pushField("print", of: -1) == .function {
            state.push(PrintHook(LuaReference(popping: state)))
            state.setField("print", of: -2)
        } else {
            state.pop()
        }
        state.pop()
    }

    override func invoke(_ state: LuaState) throws -> Int32 {
        try state.reserve(4)
        state.pushRegistry(Key.openLine.address)
        state.object(at: -1, as: Progress.self)?.line.clear()
        state.pop()
        original.push(on: state)
        state.insert(1)
        return try state.call(arguments: state.top - 1)
    }

    /// Objects whose addresses are keys of the registry.
    private final class Key: Sendable {
        static let openLine = Key()
        static let installed = Key()

        var address: UnsafeRawPointer { UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()) }
    }
}
