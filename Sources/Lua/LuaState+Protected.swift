import CLua
import CLuaShim
import Files

/// What may run Lua code or raise, done under `lua_pcall`.
extension LuaState {
    /// Compiles a chunk and pushes it as a function; precompiled chunks are refused, as they can crash the machine.
    ///
    /// - Parameter name: as Lua wants it: "@file.lua", or "=label" for what is no file.
    public func load(_ source: some Sequence<UInt8>, name: String) throws {
        let status = try Array(source).withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            guard nj_isbinary(start, bytes.count) == 0 else {
                throw LuaError(
                    message: "cannot load '\(name.dropFirst())': it is a precompiled chunk, and only Lua source is run")
            }
            return (name.systemBytes + [0]).withUnsafeBytes { label in
                luaL_loadbufferx(
                    pointer, start, bytes.count, label.baseAddress?.assumingMemoryBound(to: CChar.self), "t")
            }
        }
        guard status == LUA_OK else { throw popError() }
    }

    /// Calls a function with its arguments, pushed in this order, and leaves its results.
    ///
    /// - Returns: how many results there are.
    /// - Throws: `LuaError` with the traceback; its original value is raised again where Swift lets it pass.
    @discardableResult
    public func call(arguments: Int32, results: Int32? = nil) throws -> Int32 {
        let base = top - arguments - 1
        guard nj_pcall(pointer, arguments, results ?? nj_multret(), 1) == LUA_OK else { throw popTracedError() }
        return top - base
    }

    /// Pushes `table[key]` for a key on the top of the stack, metamethods heeded.
    public func get(from index: Int32) throws {
        let table = absolute(index)
        pushCopy(table)
        insert(-2)
        try check(nj_get(pointer))
    }

    /// Pushes the field of the value at `index`, metamethods heeded.
    public func get(_ field: String, from index: Int32) throws {
        let table = absolute(index)
        push(field)
        try get(from: table)
    }

    /// Pops a value into a field of the value at `index`, metamethods heeded.
    public func set(_ field: String, of index: Int32) throws {
        let table = absolute(index)
        pushCopy(table)
        insert(-2)
        push(field)
        insert(-2)
        try check(nj_set(pointer))
    }

    /// The value as Lua's `tostring` gives it.
    public func describe(at index: Int32) throws -> String {
        pushCopy(index)
        try check(nj_tostring(pointer))
        defer { pop() }
        return string(at: -1) ?? ""
    }

    /// Lua's `#value`.
    public func length(at index: Int32) throws -> Int {
        pushCopy(index)
        try check(nj_length(pointer))
        defer { pop() }
        return integer(at: -1) ?? 0
    }

    /// Lua's `a == b`.
    public func equal(_ first: Int32, _ second: Int32) throws -> Bool {
        let (first, second) = (absolute(first), absolute(second))
        pushCopy(first)
        pushCopy(second)
        try check(nj_compare(pointer, LUA_OPEQ))
        defer { pop() }
        return isTruthy(at: -1)
    }

    /// Lua's `require(name)`; pushes the module.
    public func require(_ name: String) throws {
        push(name)
        try check(nj_require(pointer))
    }

    private func check(_ status: Int32) throws {
        guard status == LUA_OK else { throw popError() }
    }
}
