/// A token or password. Whatever prints, interpolates, dumps or encodes it shows "[secret]".
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    public init(_ value: String) { self.value = value }

    public var description: String { "[secret]" }
    public var debugDescription: String { "[secret]" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// The text itself, for the wire and nothing else.
    public var revealed: String { value }

    /// `text` with every appearance of this secret replaced: a server may send back what it was sent.
    public func scrub(_ text: String) -> String {
        guard !value.isEmpty else { return text }
        return text.split(separator: value, omittingEmptySubsequences: false).joined(separator: "[secret]")
    }
}
