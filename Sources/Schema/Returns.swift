/// What a function returns, for the documentation.
public struct Returns: Sendable {
    public struct Value: Sendable {
        public let kind: ArgumentKind?
        /// The LuaLS type, where no kind says it.
        public let type: String
        public let doc: String
        public internal(set) var isOptional = false
    }

    public internal(set) var values: [Value]

    public static var nothing: Returns { Returns(values: []) }
    /// The object that the method was called on.
    public static var receiver: Returns { Returns(values: [Value(kind: nil, type: "self", doc: "")]) }
    public static func value(_ kind: ArgumentKind, _ doc: String = "") -> Returns {
        Returns(values: [Value(kind: kind, type: "", doc: doc)])
    }
    public static func boolean(_ doc: String = "") -> Returns { value(.boolean, doc) }
    public static func integer(_ doc: String = "") -> Returns { value(.integer, doc) }
    public static func number(_ doc: String = "") -> Returns { value(.number, doc) }
    public static func string(_ doc: String = "") -> Returns { value(.string, doc) }
    public static func table(_ doc: String = "") -> Returns { value(.table, doc) }
    public static func integers(_ doc: String = "") -> Returns { value(.integers, doc) }
    public static func object(_ type: AnyClass, _ doc: String = "") -> Returns { value(.object(type), doc) }
    /// In LuaLS's words: `.custom("fun(): integer, Tensor", "an iterator")`.
    public static func custom(_ type: String, _ doc: String = "") -> Returns {
        Returns(values: [Value(kind: nil, type: type, doc: doc)])
    }
    /// Several values in a row.
    public static func several(_ returns: [Returns]) -> Returns { Returns(values: returns.flatMap(\.values)) }

    /// The same, but nil may come instead.
    public var orNil: Returns {
        var copy = self
        for index in copy.values.indices { copy.values[index].isOptional = true }
        return copy
    }
}
