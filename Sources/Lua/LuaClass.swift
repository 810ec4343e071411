import CLua
import CLuaShim

/// How a Swift class looks to scripts in one state: its name, its metatable, how its objects are pushed.
public final class LuaClass {
    /// As scripts and error messages call it: "Tensor".
    public let name: String
    public let parent: LuaClass?
    /// Whether one object is one userdata however often it is pushed, so that it works as a table key.
    public let hasIdentity: Bool
    /// Whether scripts may set fields on its objects.
    public let hasFields: Bool
    /// The bytes that an object holds and Lua cannot see.
    public let bytes: ((AnyObject) -> Int)?

    public init(
        name: String, parent: LuaClass? = nil, hasIdentity: Bool = false, hasFields: Bool = false,
        bytes: ((AnyObject) -> Int)? = nil
    ) {
        self.name = name
        self.parent = parent
        self.hasIdentity = hasIdentity
        self.hasFields = hasFields
        self.bytes = bytes
    }

    /// Whether it is `other` or comes from it.
    @inlinable public func isKind(of other: LuaClass) -> Bool {
        if self === other { return true }
        var ancestor = parent
        while let current = ancestor {
            if current === other { return true }
            ancestor = current.parent
        }
        return false
    }

    /// Makes the metatable, with what every object needs and what the parent has, and leaves it on the stack
    /// for methods to be put into. Called once for each state.
    ///
    /// - Parameter miss: called as `miss(metatable, key)` where a key is in neither methods nor fields.
    public func pushNewMetatable(on state: LuaState, miss: LuaCallable) throws {
        try state.reserve(8)
        state.pushTable(fields: 32)
        let metatable = state.top
        if let parent {
            parent.pushMetatable(on: state)
            try state.forEachPair(at: -1) {
                state.pushCopy(-2)
                state.pushCopy(-2)
                lua_rawset(state.pointer, metatable)
            }
            state.pop()
        }
        nj_setmetamethods(state.pointer)
        if hasFields { nj_setfieldmethods(state.pointer) }
        state.push(name)
        state.setField("__name", of: metatable)
        // A key that is not there: the metatable's own metatable answers.
        state.pushTable(fields: 1)
        state.push(permanent: miss)
        state.setField("__index", of: -2)
        lua_setmetatable(state.pointer, metatable)
        state.pushCopy(metatable)
        lua_rawsetp(state.pointer, nj_registryindex(), key)
    }

    /// Pops a function, which answers where an object of the metatable beneath it is indexed by anything but a name.
    ///
    /// - Parameter names: whether it answers names that are no methods as well.
    public func setIndexing(names: Bool = false, on state: LuaState) { nj_setindexing(state.pointer, names ? 1 : 0) }

    /// Pushes the metatable; nil before `pushNewMetatable`.
    public func pushMetatable(on state: LuaState) { lua_rawgetp(state.pointer, nj_registryindex(), key) }

    /// Under which the registry knows the metatable.
    @usableFromInline var key: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
}
