import CLua
import CLuaShim

/// One Lua thread (the main one or a coroutine), as the C API's `lua_State *`.
///
/// It is always a parameter and never stored: a stored one would raise in the wrong coroutine, or outlive the
/// state. No method here raises a Lua error; what may run a metamethod is protected and throws `LuaError`.
public struct LuaState {
    /// The C API's pointer.
    public let pointer: OpaquePointer

    public init(_ pointer: OpaquePointer) { self.pointer = pointer }

    /// What belongs to the whole state: declared types, memory accounting.
    public var runtime: LuaRuntime {
        Unmanaged<LuaRuntime>.fromOpaque(nj_runtime(pointer)).takeUnretainedValue()
    }

    // MARK: The stack

    /// The index of the topmost value, which is how many there are in this call.
    @inlinable public var top: Int32 { lua_gettop(pointer) }

    /// Drops values above `index`, or fills up with nil.
    @inlinable public func setTop(_ index: Int32) { lua_settop(pointer, index) }

    @inlinable public func pop(_ count: Int32 = 1) { lua_settop(pointer, -count - 1) }

    /// The index counted from the bottom, for one that may count from the top.
    @inlinable public func absolute(_ index: Int32) -> Int32 { lua_absindex(pointer, index) }

    /// Makes room for `count` more values. - Throws: where Lua's stack is exhausted.
    public func reserve(_ count: Int) throws {
        guard count < 1 << 20, lua_checkstack(pointer, Int32(count)) != 0 else {
            throw PlainError("too many values (\(count)) for Lua's stack", isComplete: false)
        }
    }

    /// Pushes a copy of the value at `index`.
    @inlinable public func pushCopy(_ index: Int32) { lua_pushvalue(pointer, index) }

    /// Moves the topmost value to `index`, shifting those above.
    @inlinable public func insert(_ index: Int32) { lua_rotate(pointer, index, 1) }

    /// Removes the value at `index`, shifting those above.
    @inlinable public func remove(_ index: Int32) {
        lua_rotate(pointer, index, -1)
        pop()
    }

    /// What kind of value stands at an index.
    public func type(at index: Int32) -> LuaType {
        LuaType(rawValue: lua_type(pointer, index)) ?? .none
    }

    // Asked in every call: cheaper than a LuaType.
    @inlinable public func isTable(at index: Int32) -> Bool { lua_type(pointer, index) == LUA_TTABLE }
    @inlinable public func isNil(at index: Int32) -> Bool { lua_type(pointer, index) == LUA_TNIL }
    @inlinable public func isString(at index: Int32) -> Bool { lua_type(pointer, index) == LUA_TSTRING }

    // MARK: Registry and globals

    /// Pushes the table of globals.
    public func pushGlobals() { nj_pushglobals(pointer) }
    /// Pushes `package.loaded`.
    public func pushLoaded() { nj_pushloaded(pointer) }
    /// Pushes `package.preload`.
    public func pushPreload() { nj_pushpreload(pointer) }
}

/// The kinds of Lua values.
public enum LuaType: Int32, Sendable {
    case none = -1
    case `nil`, boolean, lightUserdata, number, string, table, function, userdata, thread

    /// As Lua's `type` says it; "nothing" where there is no value.
    public var name: String {
        switch self {
        case .none: "nothing"
        case .nil: "nil"
        case .boolean: "boolean"
        case .lightUserdata, .userdata: "userdata"
        case .number: "number"
        case .string: "string"
        case .table: "table"
        case .function: "function"
        case .thread: "thread"
        }
    }
}

extension LuaState {
    /// Copies a value over the one at another index.
    @inlinable public func copy(_ from: Int32, to index: Int32) { lua_copy(pointer, from, index) }

    /// Whether the table at an index has any pair.
    public func hasPairs(at index: Int32) -> Bool {
        let table = absolute(index)
        pushNil()
        guard lua_next(pointer, table) != 0 else { return false }
        pop(2)
        return true
    }

    /// Whether all keys of the table at an index are strings, and there is one.
    public func hasOnlyNames(at index: Int32) -> Bool {
        let table = absolute(index)
        guard hasPairs(at: table) else { return false }
        pushNil()
        while lua_next(pointer, table) != 0 {
            if type(at: -2) != .string {
                pop(2)
                return false
            }
            pop()
        }
        return true
    }

    // MARK: The registry, by address

    /// Pops a value into the registry.
    public func setRegistry(_ key: UnsafeRawPointer) { lua_rawsetp(pointer, nj_registryindex(), key) }

    /// Pushes a value of the registry.
    @discardableResult
    public func pushRegistry(_ key: UnsafeRawPointer) -> LuaType {
        LuaType(rawValue: lua_rawgetp(pointer, nj_registryindex(), key)) ?? .none
    }

    /// Whether the value at an index is the registry's.
    public func isRegistryValue(at index: Int32, key: UnsafeRawPointer) -> Bool {
        let index = absolute(index)
        pushRegistry(key)
        defer { pop() }
        return lua_rawequal(pointer, index, -1) != 0
    }

    /// Pops a table and makes it the metatable of the value at `index`.
    public func setMetatable(_ index: Int32) { lua_setmetatable(pointer, index) }

    /// Pushes the metatable of the value at an index; nothing where it has none.
    public func pushMetatable(of index: Int32) -> Bool { lua_getmetatable(pointer, index) != 0 }

    /// What tells tables, functions and userdata from others of their kind.
    public func identity(at index: Int32) -> UnsafeRawPointer? { lua_topointer(pointer, index) }
}
