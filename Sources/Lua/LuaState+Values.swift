import CLua
import CLuaShim
import Files

extension LuaState {
    // MARK: Pushing

    @inlinable public func pushNil() { lua_pushnil(pointer) }
    @inlinable public func push(_ value: Bool) { lua_pushboolean(pointer, value ? 1 : 0) }
    @inlinable public func push(_ value: Int) { lua_pushinteger(pointer, lua_Integer(value)) }
    @inlinable public func push(_ value: Double) { lua_pushnumber(pointer, value) }

    /// Pushes the bytes that a string stands for; see `String.systemBytes`.
    public func push(_ value: String) { value.withSystemBytes { push(bytes: $0) } }

    public func push(_ value: StaticString) {
        lua_pushlstring(
            pointer, UnsafeRawPointer(value.utf8Start).assumingMemoryBound(to: CChar.self), value.utf8CodeUnitCount)
    }

    /// Pushes a string of any bytes.
    public func push(bytes: UnsafeRawBufferPointer) {
        lua_pushlstring(pointer, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }

    /// Pushes a string of any bytes.
    public func push(bytes: [UInt8]) { bytes.withUnsafeBytes { push(bytes: $0) } }

    /// Pushes a new table with room for so many list items and named fields.
    public func pushTable(items: Int = 0, fields: Int = 0) {
        lua_createtable(pointer, Int32(clamping: items), Int32(clamping: fields))
    }

    /// Pushes a list of integers.
    public func push(_ values: [Int]) {
        pushTable(items: values.count)
        for (index, value) in values.enumerated() {
            push(value)
            lua_rawseti(pointer, -2, lua_Integer(index + 1))
        }
    }

    /// Pushes a list of numbers.
    public func push(_ values: [Double]) {
        pushTable(items: values.count)
        for (index, value) in values.enumerated() {
            push(value)
            lua_rawseti(pointer, -2, lua_Integer(index + 1))
        }
    }

    /// Pushes a list of strings.
    public func push(_ values: [String]) {
        pushTable(items: values.count)
        for (index, value) in values.enumerated() {
            push(value)
            lua_rawseti(pointer, -2, lua_Integer(index + 1))
        }
    }

    // MARK: Reading; nil where another kind of value stands there

    /// Nothing is converted: 1 is not true.
    @inlinable public func boolean(at index: Int32) -> Bool? {
        lua_type(pointer, index) == LUA_TBOOLEAN ? lua_toboolean(pointer, index) != 0 : nil
    }

    /// An integer, or a float that is one; strings are not converted.
    @inlinable public func integer(at index: Int32) -> Int? {
        guard lua_type(pointer, index) == LUA_TNUMBER else { return nil }
        var valid: Int32 = 0
        let value = lua_tointegerx(pointer, index, &valid)
        return valid != 0 ? Int(value) : nil
    }

    /// A number; strings are not converted.
    @inlinable public func number(at index: Int32) -> Double? {
        lua_type(pointer, index) == LUA_TNUMBER ? lua_tonumberx(pointer, index, nil) : nil
    }

    /// A string that stands for all the bytes; see `String.systemBytes`. Numbers are not converted.
    public func string(at index: Int32) -> String? { withBytes(at: index) { String(systemBytes: $0) } }

    /// A string's bytes.
    public func bytes(at index: Int32) -> [UInt8]? { withBytes(at: index) { Array($0) } }

    /// Lends a string's bytes without a copy; nil where it is no string.
    public func withBytes<Result>(
        at index: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result? {
        guard lua_type(pointer, index) == LUA_TSTRING else { return nil }
        var count = 0
        guard let start = lua_tolstring(pointer, index, &count) else { return nil }
        return try body(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Whether Lua would take the value for true: anything but nil, false and nothing.
    @inlinable public func isTruthy(at index: Int32) -> Bool { lua_toboolean(pointer, index) != 0 }

    // MARK: Tables, raw: without metamethods, so that nothing can raise

    /// A list's length, a string's bytes.
    @inlinable public func rawCount(at index: Int32) -> Int { Int(lua_rawlen(pointer, index)) }

    /// Pushes item `position` (from 1) of the table at `index`.
    @discardableResult
    @inlinable public func pushItem(_ position: Int, of index: Int32) -> LuaType {
        LuaType(rawValue: lua_rawgeti(pointer, index, lua_Integer(position))) ?? .none
    }

    /// Pushes the field of the table at `index`.
    @discardableResult
    public func pushField(_ name: String, of index: Int32) -> LuaType {
        let table = absolute(index)
        push(name)
        return LuaType(rawValue: lua_rawget(pointer, table)) ?? .none
    }

    /// Pops a value into item `position` (from 1) of the table at `index`.
    @inlinable public func setItem(_ position: Int, of index: Int32) {
        lua_rawseti(pointer, index, lua_Integer(position))
    }

    /// Pops a value into a field of the table at `index`.
    public func setField(_ name: String, of index: Int32) {
        let table = absolute(index)
        push(name)
        insert(-2)
        lua_rawset(pointer, table)
    }

    /// Goes through a table's pairs without metamethods; inside `body` the key is at -2, the value at -1. The
    /// table may not get new keys meanwhile.
    public func forEachPair(at index: Int32, _ body: () throws -> Void) throws {
        guard lua_type(pointer, index) == LUA_TTABLE else { return }
        try reserve(4)
        let table = absolute(index)
        let base = top
        pushNil()
        while lua_next(pointer, table) != 0 {
            do {
                try body()
            } catch {
                setTop(base)
                throw error
            }
            setTop(base + 1)
        }
    }
}

extension LuaState {
    /// Pops a value and a key into the table at `index`, without metamethods. The key may be neither nil nor NaN.
    public func rawSet(_ index: Int32) { lua_rawset(pointer, index) }

    /// Whether a number is kept as a float.
    public func isFloat(at index: Int32) -> Bool {
        lua_type(pointer, index) == LUA_TNUMBER && lua_isinteger(pointer, index) == 0
    }
}
