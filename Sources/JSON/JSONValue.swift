/// A value as JSON (RFC 8259) has it.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number without fraction and exponent that fits.
    case integer(Int)
    /// Any other number.
    case number(Double)
    case string(String)
    case array([JSONValue])
    /// The members in the order of the text.
    case object([Member])

    /// A name and its value in an object.
    public struct Member: Sendable, Equatable {
        public var name: String
        public var value: JSONValue

        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    public var asString: String? { if case .string(let text) = self { text } else { nil } }

    /// A number that is whole, however it was written.
    public var asInteger: Int? {
        switch self {
        case .integer(let integer): integer
        case .number(let number): Int(exactly: number)
        default: nil
        }
    }

    public var asArray: [JSONValue]? { if case .array(let items) = self { items } else { nil } }

    public var asObject: [Member]? { if case .object(let members) = self { members } else { nil } }

    /// The member of that name; nil where there is none or this is no object.
    public subscript(name: String) -> JSONValue? { asObject?.first { DistinctNames.isSame($0.name, name) }?.value }
}

/// How deep arrays and objects may lie in each other, read or written.
public let jsonDepthLimit = 512

/// The most bytes a written text has: 256 MiB. Values that share their parts may have a text far larger than
/// themselves.
public let jsonTextLimit = 256 << 20

/// Finds names that stand twice. Names are equal where their bytes are, as elsewhere in JSON; Swift's `==` would take
/// the two ways to write "é" for one.
struct DistinctNames {
    private var many: Set<Name> = []

    private struct Name: Hashable {
        let text: String

        static func == (one: Name, other: Name) -> Bool { isSame(one.text, other.text) }
    }

    /// Whether none of `members`, asked for one by one before, has the name.
    mutating func insert(_ name: String, after members: ArraySlice<JSONValue.Member>) -> Bool {
        // Few are compared sooner than hashed.
        guard members.count >= 16 else { return !members.contains { Self.isSame($0.name, name) } }
        if many.isEmpty { many = Set(members.map { Name(text: $0.name) }) }
        return many.insert(Name(text: name)).inserted
    }

    /// Strings with the same bytes are equal, so that the fast comparison goes first.
    static func isSame(_ one: String, _ other: String) -> Bool {
        one == other && one.utf8.elementsEqual(other.utf8)
    }
}
