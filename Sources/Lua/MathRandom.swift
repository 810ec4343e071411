import CLua

extension LuaState {
    /// The words that decide which numbers `math.random` gives next: Lua 5.4 keeps the four of its generator
    /// (xoshiro256**) in a value behind the function. Nil where something else is there.
    public var mathRandomState: [UInt64]? {
        get { withMathRandom { Array(UnsafeBufferPointer(start: $0, count: 4)) } }
        nonmutating set {
            guard let newValue, newValue.count == 4, newValue.contains(where: { $0 != 0 }) else { return }
            withMathRandom { words in for (place, word) in newValue.enumerated() { words[place] = word } }
        }
    }

    private func withMathRandom<Result>(_ body: (UnsafeMutablePointer<UInt64>) -> Result) -> Result? {
        guard lua_checkstack(pointer, 4) != 0 else { return nil }
        let base = top
        defer { setTop(base) }
        pushGlobals()
        guard pushField("math", of: -1) == .table, pushField("random", of: -1) == .function,
            lua_iscfunction(pointer, -1) != 0, lua_getupvalue(pointer, -1, 1) != nil,
            lua_type(pointer, -1) == LUA_TUSERDATA, lua_rawlen(pointer, -1) == 32,
            let words = lua_touserdata(pointer, -1)
        else { return nil }
        return body(words.assumingMemoryBound(to: UInt64.self))
    }
}
