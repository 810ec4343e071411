import Lua

/// A Lua module written in Swift: `HostModule("nn", ...)` is `require "nightjar.nn"` and `nightjar.nn`.
///
/// The name may have dots ("nn.functional"), or be "" for what stands in `nightjar` itself. Several modules may
/// have one name: their parts are put together. Lists are not evaluated before a script needs the module.
public struct HostModule: Sendable {
    public let name: String
    /// What it is for, in a line.
    public let doc: String
    /// What stands before its functions' names in messages: "nn." by default for a module "nn".
    public let prefix: String
    let types: @Sendable () -> [HostType]
    /// All but `late`.
    let listed: @Sendable () -> [HostFunction]
    let late: LateFunctions
    let constants: @Sendable () -> [HostConstant]
    let lua, moreLua: (@Sendable () -> [UInt8])?

    /// - Parameters:
    ///   - prefix: what stands before its functions' names in messages.
    ///   - late: functions besides; of two with one name that of `functions` counts.
    ///   - lua: Lua source that is run with the module's table when it is loaded; see `LuaPart`.
    ///   - moreLua: Lua source that this has run when it needs it.
    public init(
        _ name: String, doc: String, prefix: String? = nil,
        types: @autoclosure @escaping @Sendable () -> [HostType] = [],
        late: LateFunctions = .none, functions: @autoclosure @escaping @Sendable () -> [HostFunction] = [],
        constants: @autoclosure @escaping @Sendable () -> [HostConstant] = [],
        lua: (@Sendable () -> [UInt8])? = nil, moreLua: (@Sendable () -> [UInt8])? = nil
    ) {
        self.name = name
        self.doc = doc
        self.prefix = prefix ?? (name.isEmpty ? "" : "\(name).")
        self.types = types
        self.late = late
        listed = functions
        self.constants = constants
        (self.lua, self.moreLua) = (lua, moreLua)
    }

    /// All functions, made for this.
    func functions() -> [HostFunction] { late.all() + listed() }

    /// As `require` knows it.
    var fullName: String { name.isEmpty ? "nightjar" : "nightjar.\(name)" }
}

/// A constant of a module.
public struct HostConstant: Sendable {
    public let name: String
    /// nil where the module's Lua part sets it: then this is for the documentation only.
    public let value: Literal?
    public let doc: String
    /// The LuaLS type, where no value says it.
    let type: String

    public init(_ name: String, _ value: Literal, doc: String) {
        self.init(name: name, value: value, type: "", doc: doc)
    }

    /// Declares a constant that the module's Lua part sets: an object, a table.
    public static func inLua(_ name: String, type: String, doc: String) -> HostConstant {
        HostConstant(name: name, value: nil, type: type, doc: doc)
    }

    private init(name: String, value: Literal?, type: String, doc: String) {
        self.name = name
        self.value = value
        self.type = type
        self.doc = doc
    }
}

/// Functions or methods that are declared when a script asks for one by its name, where there are hundreds.
public struct LateFunctions: Sendable {
    let all: @Sendable () -> [HostFunction]
    let find: @Sendable (String) -> HostFunction?

    public static let none = LateFunctions(all: { [] }, find: { _ in nil })

    /// - Parameter find: the one of a name, nil where there is none.
    public init(all: @escaping @Sendable () -> [HostFunction], find: @escaping @Sendable (String) -> HostFunction?) {
        self.all = all
        self.find = find
    }

    /// The same for methods.
    public init<Object>(
        all: @escaping @Sendable () -> [HostMethod<Object>], find: @escaping @Sendable (String) -> HostMethod<Object>?
    ) {
        self.all = { all().map(\.function) }
        self.find = { find($0)?.function }
    }
}

/// A Swift class whose objects scripts hold.
public struct HostType: Sendable {
    /// As scripts and messages call it.
    public let name: String
    public let doc: String
    let swiftType: ClassReference
    let parent: ClassReference?
    let hasIdentity: Bool
    let hasFields: Bool
    let isReleasable: Bool
    let bindsLate: Bool
    let indexHint: String?
    let bytes: (@Sendable (AnyObject) -> Int)?
    let matches: @Sendable (AnyObject) -> Bool
    /// All but `late`.
    let listed: @Sendable () -> [HostFunction]
    let late: LateFunctions

    /// - Parameters:
    ///   - parent: a class declared in any module whose methods this type has as well; `Object` comes from it.
    ///   - identity: whether one object is one Lua value however often it is pushed, so that it works as a key.
    ///   - fields: whether scripts may set fields on its objects.
    ///   - releasable: whether it has a method `release`, which frees the object before the collector would.
    ///   - bindsLate: whether its methods are bound when scripts first call them, as where there are hundreds. Then no
    ///     type may come from it, and no Lua part may take methods from its metatable.
    ///   - indexHint: what to do instead of `t[1]`, said where a script tries that.
    ///   - bytes: what an object holds that Lua cannot see, told to Lua's collector.
    ///   - late: methods besides, where `bindsLate` says so, and none that Lua has a sign for; of two with one name that of
    ///     `methods` counts.
    public init<Object: AnyObject>(
        _ type: Object.Type, name: String, doc: String, parent: AnyClass? = nil, identity: Bool = false,
        fields: Bool = false, releasable: Bool = false, bindsLate: Bool = false, indexHint: String? = nil,
        bytes: (@Sendable (Object) -> Int)? = nil, late: LateFunctions = .none,
        methods: @autoclosure @escaping @Sendable () -> [HostMethod<Object>] = []
    ) {
        self.name = name
        self.doc = doc
        swiftType = ClassReference(type)
        self.parent = parent.map { ClassReference($0) }
        hasIdentity = identity
        hasFields = fields
        isReleasable = releasable
        self.bindsLate = bindsLate
        self.indexHint = indexHint
        // Asked of objects that were found to be of this type, each time that one is pushed.
        if let bytes {
            self.bytes = { object in bytes(unsafeDowncast(object, to: Object.self)) }
        } else {
            self.bytes = nil
        }
        matches = { $0 is Object }
        self.late = late
        listed = {
            var declared: [HostFunction] = []
            for method in methods() { declared.append(method.function) }
            if releasable { declared.append(Self.release) }
            return declared
        }
    }

    /// All methods, made for this.
    func methods() -> [HostFunction] { listed() + late.all() }

    private static let release = HostFunction(
        "release", doc: "Frees the object now instead of when Lua collects it; it cannot be used afterwards.",
        isMethod: true, metamethod: nil, arguments: [], options: [], returns: .nothing,
        body: { (call: Call) -> Results in
            call.state.release(at: 1)
            return Results.none
        })
}
