/// A name out of a file, told from others by its bytes.
///
/// Swift's own strings are equal where Unicode calls them so: "é" and "e\u{301}" are one key of a dictionary of strings,
/// and two names for every other program.
public struct ExactName: Hashable, Sendable {
    public let text: String

    public init(_ text: String) { self.text = text }

    public static func == (one: ExactName, other: ExactName) -> Bool { one.text.isSame(as: other.text) }

    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension String {
    /// Whether another text has the same bytes.
    public func isSame(as other: String) -> Bool {
        // Strings with the same bytes are equal, so that the fast comparison goes first.
        self == other && utf8.elementsEqual(other.utf8)
    }

    /// Whether the other text comes later in the order of bytes, which is Python's and Rust's, and not Swift's.
    public func precedesInBytes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
