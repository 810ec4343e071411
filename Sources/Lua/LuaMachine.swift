import CLua
import CLuaShim

/// A Lua state with its standard libraries, closed with `close()` or with its last reference.
public final class LuaMachine {
    private var main: OpaquePointer?
    /// What the state and its coroutines share.
    public let runtime: LuaRuntime

    /// - Throws: where there is no memory for it.
    public init() throws {
        runtime = LuaRuntime()
        guard let pointer = nj_newstate(Unmanaged.passUnretained(runtime).toOpaque()) else {
            throw LuaError(message: "cannot make a Lua state: out of memory")
        }
        main = pointer
        guard nj_openlibs(pointer) == LUA_OK else { throw LuaState(pointer).popError() }
    }

    deinit { close() }

    /// The main thread. - Throws: after `close()`.
    public func state() throws -> LuaState {
        guard let main else { throw LuaError(message: "the Lua state is closed") }
        return LuaState(main)
    }

    /// Collects everything and runs what is pending; nothing can be called afterwards.
    public func close() {
        guard let pointer = main else { return }
        main = nil
        nj_close(pointer)
        runtime.close()
    }
}

/// The version of the Lua library: "5.4.4".
public var luaVersion: String { "\(LUA_VERSION_MAJOR).\(LUA_VERSION_MINOR).\(LUA_VERSION_RELEASE)" }
