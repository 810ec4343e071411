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

    public init(_ name: StaticString, _ doc: String, _ kind: ArgumentKind, _ defaultValue: Literal? = nil) {
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
        Argument(name, doc, .objects(ClassReference(type)))
    }

    /// A table whose keys are 1, 2, 3, ... and hold anything.
    public static func list(_ name: StaticString, _ doc: String = "") -> Argument { Argument(name, doc, .list) }

    public static func table(_ name: StaticString, _ doc: String = "") -> Argument { Argument(name, doc, .table) }

    public static func function(_ name: StaticString, _ doc: String = "") -> Argument { Argument(name, doc, .function) }

    /// Any value but nil.
    public static func any(_ name: StaticString, _ doc: String = "") -> Argument { Argument(name, doc, .any) }

    /// An object of a declared type, or of one that comes from it.
    public static func object(_ name: StaticString, _ type: AnyClass, _ doc: String = "") -> Argument {
        Argument(name, doc, .object(ClassReference(type)))
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
        variadic(Argument(name, doc, .objects(ClassReference(type))))
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
