import CLua
import CLuaShim

/// Swift objects as Lua values.
extension LuaState {
    /// Pushes an object. Lua holds it until it is collected, closed or released.
    ///
    /// - Throws: where its class has not been declared for scripts.
    public func push(object: AnyObject) throws {
        guard let luaClass = runtime.luaClass(for: object, on: self) else {
            throw LuaError(message: "internal error: the class \(Swift.type(of: object)) is not declared for Lua")
        }
        push(object: object, as: luaClass)
    }

    /// Pushes an object as one of a class. The object must be what the class was declared for.
    public func push(object: AnyObject, as luaClass: LuaClass) {
        if luaClass.hasIdentity, pushKnown(object) { return }
        let bytes = luaClass.bytes.map { max(0, $0(object)) } ?? 0
        if bytes > 0, runtime.memory.add(bytes) { collectFreshGarbage() }
        nj_newobject(
            pointer, Unmanaged.passRetained(object).toOpaque(), luaClass.key, bytes, luaClass.hasFields ? 1 : 0)
        if luaClass.hasIdentity { remember(object) }
    }

    /// Collects what became unreachable since the last collection, and all that is unreachable where that is due.
    ///
    /// - Parameter bytes: nothing happens where the objects that were pushed since then hold no more.
    public func collectFreshGarbage(over bytes: Int = 0) {
        if runtime.memory.fresh > bytes { collect(full: false) }
    }

    /// Collects everything that is unreachable now.
    public func collectGarbage() { collect(full: true) }

    private func collect(full: Bool) {
        let runtime = runtime
        let full = runtime.memory.beginCollection(full: full)
        if full { nj_gc_collect(pointer) } else { nj_gc_collect_young(pointer) }
        runtime.memory.endCollection(full: full, heap: nj_gc_bytes(pointer))
    }

    /// The object at an index; nil where there is something else or it was released.
    @inlinable public func object<T: AnyObject>(at index: Int32, as type: T.Type = T.self) -> T? {
        guard let block = nj_toobject(pointer, index), let object = block.pointee.object else { return nil }
        return Unmanaged<AnyObject>.fromOpaque(object).takeUnretainedValue() as? T
    }

    /// The class of the object at an index; also of a released one.
    @inlinable public func luaClass(at index: Int32) -> LuaClass? {
        guard let block = nj_toobject(pointer, index), let type = block.pointee.type else { return nil }
        return Unmanaged<LuaClass>.fromOpaque(type).takeUnretainedValue()
    }

    /// Whether an object of the class, or of one that comes from it, stands at an index and was not released.
    @inlinable public func isObject(at index: Int32, of luaClass: LuaClass) -> Bool {
        guard let block = nj_toobject(pointer, index), block.pointee.object != nil, let type = block.pointee.type
        else { return false }
        return Unmanaged<LuaClass>.fromOpaque(type)._withUnsafeGuaranteedRef { $0.isKind(of: luaClass) }
    }

    /// Whether an object stands at an index that was released.
    public func isReleased(at index: Int32) -> Bool {
        guard let block = nj_toobject(pointer, index) else { return false }
        return block.pointee.object == nil
    }

    /// Lets go of the object at an index before the collector does. The script's value remains, empty.
    public func release(at index: Int32) {
        guard let block = nj_toobject(pointer, index), let object = block.pointee.object else { return }
        let bytes = block.pointee.bytes
        block.pointee.object = nil
        block.pointee.bytes = 0
        releaseObject(nj_runtime(pointer), object, bytes)
    }

    /// Pushes the table of fields that a script set on the object at an index; nil where its class has none.
    public func pushFields(ofObjectAt index: Int32) {
        guard nj_toobject(pointer, index) != nil else { return pushNil() }
        nj_pushfields(pointer, index)
    }

    /// What a value is, for error messages: an object's class, else the kind of value.
    public func typeName(at index: Int32) -> String {
        if let luaClass = luaClass(at: index) {
            return isReleased(at: index) ? "released \(luaClass.name)" : luaClass.name
        }
        let kind = type(at: index)
        if kind == .userdata, luaL_getmetafield(pointer, index, "__name") != LUA_TNIL {
            defer { pop() }
            if let name = string(at: -1) { return name }
        }
        return kind.name
    }

    // MARK: Identity

    /// Pushes the userdata that stands for `object` already.
    private func pushKnown(_ object: AnyObject) -> Bool {
        let address = Unmanaged.passUnretained(object).toOpaque()
        pushIdentities()
        lua_rawgetp(pointer, -1, address)
        remove(-2)
        // One that was released and whose address another object has now does not count.
        if let block = nj_toobject(pointer, -1), block.pointee.object == address { return true }
        pop()
        return false
    }

    private func remember(_ object: AnyObject) {
        pushIdentities()
        pushCopy(-2)
        lua_rawsetp(pointer, -2, Unmanaged.passUnretained(object).toOpaque())
        pop()
    }

    /// Pushes the table from addresses to userdata, which does not keep them alive.
    private func pushIdentities() {
        let key = Unmanaged.passUnretained(runtime).toOpaque()
        if lua_rawgetp(pointer, nj_registryindex(), key) == LUA_TTABLE { return }
        pop()
        pushTable()
        pushTable(fields: 1)
        push("v" as StaticString)
        setField("__mode", of: -2)
        lua_setmetatable(pointer, -2)
        pushCopy(-1)
        lua_rawsetp(pointer, nj_registryindex(), key)
    }
}

/// The last of an object in Lua: from the collector, __close or a release. It may run inside the collector, so nothing
/// here calls Lua.
@c(nightjar_swift_release)
func releaseObject(_ runtime: UnsafeMutableRawPointer, _ object: UnsafeMutableRawPointer, _ bytes: Int) {
    Unmanaged<LuaRuntime>.fromOpaque(runtime)._withUnsafeGuaranteedRef { $0.memory.remove(bytes) }
    Unmanaged<AnyObject>.fromOpaque(object).release()
}
