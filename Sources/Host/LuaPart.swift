import Lua

/// The part of a module that is written in Lua: source embedded in the program.
///
/// The chunk gets five arguments:
///
///     local native, raise, class, suggest, more = ...
///
/// - `native`: the module's table with what Swift declared; the chunk adds to it, or returns another table that
///   takes its place.
/// - `raise(message, ...)`: raises an error that names the script's line, however deep in the module it is
///   called; more arguments are put in as by `string.format`.
/// - `class(name)`: the metatable of a declared type, which holds its methods, for adding to them.
/// - `suggest(name, known)`: " (did you mean 'loss'?)" for the nearest of a list of names, "" where none is near.
/// - `more(...)`: runs the module's other source, `moreLua`, with these arguments and gives what it returns.
enum LuaPart {
    /// Runs the source; the module's table is at index 1 and stays there.
    static func run(_ source: [UInt8], of module: HostModule, loader: ModuleLoader, on state: LuaState) throws {
        let name = "=\(module.fullName)"
        try state.load(source, name: name)
        state.pushCopy(1)
        state.push(permanent: Raise(name: ""))
        state.push(permanent: ClassFinder(loader))
        state.push(permanent: Suggest(name: "suggest"))
        state.push(permanent: More(module.moreLua, chunk: name))
        try state.call(arguments: 5, results: 1)
        if state.type(at: -1) == .table { state.copy(-1, to: 1) }
        state.pop()
    }
}

/// `raise(format, ...)`.
private final class Raise: LuaCallable {
    override func invoke(_ state: LuaState) throws -> Int32 {
        if state.top > 1 {
            try state.format()
        }
        throw PlainError(state.string(at: 1) ?? "error")
    }
}

/// `class(name)`.
private final class ClassFinder: LuaCallable {
    private unowned let loader: ModuleLoader

    init(_ loader: ModuleLoader) {
        self.loader = loader
        super.init(name: "class")
    }

    override func invoke(_ state: LuaState) throws -> Int32 {
        let name = state.string(at: 1) ?? ""
        guard let declared = loader.type(named: name), let found = loader.luaClass(declared.swiftType, on: state)
        else { throw PlainError("internal error: no type '\(name)' is declared") }
        found.pushMetatable(on: state)
        return 1
    }
}

/// `suggest(name, known)`.
private final class Suggest: LuaCallable {
    override func invoke(_ state: LuaState) throws -> Int32 {
        let known = (0..<state.rawCount(at: 2)).compactMap { position in
            state.pushItem(position + 1, of: 2)
            defer { state.pop() }
            return state.string(at: -1)
        }
        state.push(state.string(at: 1).flatMap { suggestion(for: $0, among: known) } ?? "")
        return 1
    }
}

/// `more(...)`.
private final class More: LuaCallable {
    private let source: (@Sendable () -> [UInt8])?
    private let chunk: String

    init(_ source: (@Sendable () -> [UInt8])?, chunk: String) {
        (self.source, self.chunk) = (source, chunk)
        super.init(name: "more")
    }

    override func invoke(_ state: LuaState) throws -> Int32 {
        guard let source else { throw PlainError("internal error: there is no more of \(chunk)") }
        let count = state.top
        try state.load(source(), name: chunk)
        state.insert(1)
        try state.call(arguments: count, results: 1)
        return 1
    }
}

extension LuaState {
    /// Replaces a format and its values, which are all that is on the stack, by what string.format makes of them.
    fileprivate func format() throws {
        let count = top
        pushGlobals()
        pushField("string", of: -1)
        pushField("format", of: -1)
        insert(1)
        setTop(count + 1)
        try call(arguments: count, results: 1)
    }
}
