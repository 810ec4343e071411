import Lua

/// Makes it an error to read a global that does not exist or to make a new one, for the script and the modules
/// beside it. Other people's modules, C modules and the prompt are left in peace.
///
/// `_G.name` is the same as `name` to Lua, so it is an error too; `rawget(_G, "name")` and
/// `rawset(_G, "name", value)` are the way around.
enum StrictGlobals {
    /// Names that code tests to find out where it runs: they are nil, not an error.
    static let compatibility: Set<String> = [
        "module", "unpack", "loadstring", "setfenv", "getfenv", "newproxy", "gcinfo", "bit", "bit32", "jit", "ffi",
        "lfs", "_TEST", "_PROMPT", "_PROMPT2", "_COMPAT51", "love", "ngx", "vim", "redis", "busted", "lldebugger",
        "mobdebug", "describe", "it", "torch",
    ]

    /// Which chunks are strict: the script, and all files below its directory.
    struct Scope {
        let script: String
        let directory: String?

        func contains(_ chunk: String) -> Bool {
            chunk == script || directory.map { chunk.hasPrefix("@\($0)/") } ?? false
        }
    }

    /// Gives the globals a metatable that checks.
    static func install(_ scope: Scope, on state: LuaState) {
        state.pushGlobals()
        state.pushTable(fields: 2)
        state.push(permanent: Read(scope))
        state.setField("__index", of: -2)
        state.push(permanent: Write(scope))
        state.setField("__newindex", of: -2)
        state.setMetatable(-2)
        state.pop()
    }

    private final class Read: LuaCallable {
        private let scope: Scope

        init(_ scope: Scope) {
            self.scope = scope
            super.init(name: "")
        }

        override func invoke(_ state: LuaState) throws -> Int32 {
            state.pushNil()
            guard let chunk = state.chunk(level: 1), scope.contains(chunk), let name = state.string(at: 2),
                !StrictGlobals.compatibility.contains(name)
            else { return 1 }
            // What is misspelt may be a local variable as well.
            let known = (1...3).flatMap { state.visibleNames(level: $0) } + (try state.names(at: 1))
            throw PlainError.name("global '\(name)' is not declared\(suggestion(for: name, among: known) ?? "")")
        }
    }

    private final class Write: LuaCallable {
        private let scope: Scope

        init(_ scope: Scope) {
            self.scope = scope
            super.init(name: "")
        }

        override func invoke(_ state: LuaState) throws -> Int32 {
            guard let chunk = state.chunk(level: 1), scope.contains(chunk), let name = state.string(at: 2) else {
                state.rawSetPair(1)
                return 0
            }
            if state.type(at: 3) == .function {
                throw PlainError.name("global '\(name)' is not declared; write local function \(name)(...)")
            }
            throw PlainError.name("global '\(name)' is not declared; write local \(name) = ...")
        }
    }
}

extension LuaState {
    /// Sets the topmost value under the key below it. A raw assignment to nil or NaN would raise here.
    fileprivate func rawSetPair(_ table: Int32) {
        setTop(3)
        if type(at: 2) == .nil { return }
        if let number = number(at: 2), number.isNaN { return }
        rawSet(table)
    }
}
