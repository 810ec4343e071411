import CLua
import CLuaShim

/// What one Lua state and its coroutines share: the classes that scripts see, the bytes behind them.
public final class LuaRuntime {
    /// How many bytes objects hold and when to collect.
    // One thread runs a state, and nothing here calls out while it changes: the checks at run time are spared.
    @exclusivity(unchecked) public internal(set) var memory = MemoryAccount()
    /// Room for the layer above: what belongs to this state there.
    public var owner: AnyObject?

    /// One object of each kind that belongs to this state and to no other: the default generator, for one.
    @exclusivity(unchecked) private var attachments: [ObjectIdentifier: AnyObject] = [:]
    /// The one last asked for.
    @exclusivity(unchecked) private var lastAttachment: AnyObject?

    /// The object of this type that belongs to the state, made at the first call.
    public func attachment<Object: AnyObject>(_ make: () throws -> Object) rethrows -> Object {
        if let lastAttachment, type(of: lastAttachment) == Object.self {
            return unsafeDowncast(lastAttachment, to: Object.self)
        }
        let key = ObjectIdentifier(Object.self)
        if let attached = attachments[key] as? Object {
            lastAttachment = attached
            return attached
        }
        let made = try make()
        attachments[key] = made
        return made
    }

    /// Makes the class of an object known when one is pushed whose class was not declared before; set by the
    /// layer above, which knows all declarations.
    public var findClass: ((AnyObject, LuaState) -> LuaClass?)?

    /// Functions that live as long as the state.
    var callables: [LuaCallable] = []
    private var classes: [ObjectIdentifier: LuaClass] = [:]
    /// The class last looked up and the Swift type it was for: scripts push many objects of one type in a row.
    @exclusivity(unchecked) private var lastType: ObjectIdentifier?
    @exclusivity(unchecked) private var lastClass: LuaClass?
    private(set) var errorSerial = 0
    private(set) var isClosed = false
    /// Registry slots whose holders are gone, freed at the next occasion: a holder may go away while the
    /// collector works.
    private var deadReferences: [Int32] = []

    init() {}

    func close() {
        isClosed = true
        classes = [:]
        lastClass = nil
        owner = nil
        attachments = [:]
        lastAttachment = nil
        findClass = nil
    }

    func nextErrorSerial() -> Int {
        errorSerial += 1
        return errorSerial
    }

    // MARK: Classes

    /// Makes `declared` the face of a Swift class.
    public func register(_ declared: LuaClass, for swiftType: AnyClass) {
        classes[ObjectIdentifier(swiftType)] = declared
    }

    /// The face of a Swift class, where it has been declared already.
    public func luaClass(of swiftType: AnyClass) -> LuaClass? { classes[ObjectIdentifier(swiftType)] }

    @usableFromInline func luaClass(for object: AnyObject, on state: LuaState) -> LuaClass? {
        let identifier = ObjectIdentifier(Swift.type(of: object))
        if identifier == lastType { return lastClass }
        guard let found = classes[identifier] ?? findClass?(object, state) else { return nil }
        classes[identifier] = found
        lastType = identifier
        lastClass = found
        return found
    }

    // MARK: References

    func dropReference(_ reference: Int32) {
        if !isClosed { deadReferences.append(reference) }
    }

    func freeReferences(_ state: LuaState) {
        for reference in deadReferences { luaL_unref(state.pointer, nj_registryindex(), reference) }
        deadReferences.removeAll(keepingCapacity: true)
    }
}

/// A Lua value that Swift keeps: a callback, a table. Dropping it lets Lua collect the value.
public final class LuaReference {
    private let reference: Int32
    private unowned let runtime: LuaRuntime

    /// Takes the value on top of the stack.
    public init(popping state: LuaState) {
        runtime = state.runtime
        runtime.freeReferences(state)
        reference = luaL_ref(state.pointer, nj_registryindex())
    }

    deinit { runtime.dropReference(reference) }

    /// Pushes the value.
    public func push(on state: LuaState) { lua_rawgeti(state.pointer, nj_registryindex(), lua_Integer(reference)) }
}
