/// One parameter of a function that scripts call: its name, what it takes, what it is when left out.
///
///     .integer("in_channels", min: 1)
///     .integerOrPair("stride", "how far the window moves", min: 1, default: 1)
///     .object("bias", Tensor.self).optional
public struct Argument: Sendable {
    /// As a script writes it in an options table, and as messages name it.
    public let name: StaticString
    /// One line for the reference; "" where the name says it all.
    public let doc: String
    public let kind: ArgumentKind
    /// What accessors give where a script gives nothing.
    public let defaultValue: Literal?
    /// Whether it may be left out.
    public private(set) var isOptional: Bool
    /// Whether it takes all that follows.
    public private(set) var isVariadic = false

    init(_ name: StaticString, _ doc: String, _ kind: ArgumentKind, _ defaultValue: Literal? = nil) {
        self.name = name
        self.doc = doc
        self.kind = kind
        self.defaultValue = defaultValue
        isOptional = defaultValue != nil
    }

    /// The same, but it may be left out without having a default.
    public var optional: Argument {
        var copy = self
        copy.isOptional = true
        return copy
    }

    var text: String { "\(name)" }

    // MARK: Kinds

    public static func boolean(_ name: StaticString, _ doc: String = "", default value: Bool? = nil) -> Argument {
        Argument(name, doc, .boolean, value.map { .boolean($0) })
    }

    public static func integer(
        _ name: StaticString, _ doc: String = "", min: Int = .min, max: Int = .max, default value: Int? = nil
    ) -> Argument {
        Argument(name, doc, .integer(Swift.min(min, max)...Swift.max(min, max)), value.map { .integer($0) })
    }

    public static func number(
        _ name: StaticString, _ doc: String = "", min: Double = -.infinity, max: Double = .infinity,
        default value: Double? = nil
    ) -> Argument {
        Argument(name, doc, .number(Swift.min(min, max)...Swift.max(min, max)), value.map { .number($0) })
    }

    public static func string(_ name: StaticString, _ doc: String = "", default value: String? = nil) -> Argument {
        Argument(name, doc, .string, value.map { .string($0) })
    }

    /// One of a few strings.
    public static func choice(
        _ name: StaticString, _ doc: String = "", of values: [String], default value: String? = nil
    ) -> Argument {
        Argument(name, doc, .choice(values), value.map { .string($0) })
    }

    /// An integer or a list of two, as kernel sizes are given; `call.pair(name)`.
    public static func integerOrPair(
        _ name: StaticString, _ doc: String = "", min: Int = .min, max: Int = .max, default value: Int? = nil
    ) -> Argument {
        Argument(name, doc, .integerOrPair(Swift.min(min, max)...Swift.max(min, max)), value.map { .integer($0) })
    }

    public static func integers(_ name: StaticString, _ doc: String = "") -> Argument {
        Argument(name, doc, .integers)
    }

    public static func numbers(_ name: StaticString, _ doc: String = "") -> Argument { Argument(name, doc, .numbers) }

    public static func strings(_ name: StaticString, _ doc: String = "") -> Argument { Argument(name, doc, .strings) }

    /// A list of objects of one class; `call.objects(name)`.
    public static func objects(_ name: StaticString, _ type: AnyClass, _ doc: String = "") -> Argument {
        Argument(name, doc, .objects(HostClass(type)))
    }

    /// A table whose keys are 1, 2, 3, ... and hold anything.
    public static func list(_ name: StaticString, _ doc: String = "") -> Argument { Argument(name, doc, .list) }

    public static func table(_ name: StaticString, _ doc: String = "") -> Argument { Argument(name, doc, .table) }

    public static func function(_ name: StaticString, _ doc: String = "") -> Argument { Argument(name, doc, .function) }

    /// Any value but nil.
    public static func any(_ name: StaticString, _ doc: String = "") -> Argument { Argument(name, doc, .any) }

    /// An object of a declared type, or of one that comes from it.
    public static func object(_ name: StaticString, _ type: AnyClass, _ doc: String = "") -> Argument {
        Argument(name, doc, .object(HostClass(type)))
    }

    /// One of several kinds: `.anyOf("other", of: [.object(Tensor.self), .number])`.
    public static func anyOf(_ name: StaticString, _ doc: String = "", of kinds: [ArgumentKind]) -> Argument {
        Argument(name, doc, .anyOf(kinds))
    }

    // MARK: The rest of the arguments; only as the last one

    /// Integers one after another, or one list of them: `x:view(-1, 320)`, `x:view{-1, 320}`; `call.integers(name)`.
    public static func rest(integers name: StaticString, _ doc: String = "") -> Argument {
        variadic(Argument(name, doc, .integers))
    }

    /// Objects one after another, or one list of them; `call.objects(name)`.
    public static func rest(objects name: StaticString, _ type: AnyClass, _ doc: String = "") -> Argument {
        variadic(Argument(name, doc, .objects(HostClass(type))))
    }

    /// Values of any kind; `call.rest(name)` gives their places on the stack.
    public static func rest(values name: StaticString, _ doc: String = "") -> Argument {
        variadic(Argument(name, doc, .any))
    }

    private static func variadic(_ argument: Argument) -> Argument {
        var copy = argument.optional
        copy.isVariadic = true
        return copy
    }
}

/// A value that can stand in a declaration: a default, a constant.
public enum Literal: Sendable, Equatable {
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)

    /// As Lua writes it.
    var lua: String {
        switch self {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value):
            value.isFinite ? "\(value)" : value.isNaN ? "0/0" : value < 0 ? "-math.huge" : "math.huge"
        case .string(let value): "\"\(value)\""
        }
    }
}

/// A Swift class named in a declaration.
public struct HostClass: @unchecked Sendable {
    // A class never changes; the language does not know that all metatypes may be shared.
    public let type: AnyClass

    public init(_ type: AnyClass) { self.type = type }

    public var identifier: ObjectIdentifier { ObjectIdentifier(type) }
}
