/// An error that Lua code raised, caught by Swift.
public struct LuaError: Error, CustomStringConvertible {
    /// The message as raised, position included: "train.lua:12: no such file".
    public var message: String
    /// Where the error was raised, as `debug.traceback` writes it; "" where unknown.
    public var traceback: String
    /// The file or chunk that the message begins with.
    public var chunk: String?
    /// The line that the message begins with.
    public var line: Int?
    /// Whether Ctrl-C raised it.
    public var isInterrupt = false
    /// The error of Swift code that it is; nil for one that Lua raised.
    public private(set) var value: ErrorValue?
    /// The exit status for a script that ends with it, where the failure behind it asks for one.
    public var exitStatus: Int32? { value?.exitStatus }
    /// Which caught error this is; while it is the state's last one, its original value can be raised again.
    var serial = 0

    public init(message: String, traceback: String = "") {
        self.message = message
        self.traceback = traceback
        let position = Self.position(in: message)
        chunk = position?.chunk
        line = position?.line
    }

    /// An error of Swift code that came back.
    init(_ value: ErrorValue) {
        self.value = value
        message = value.text
        traceback = ""
        chunk = value.chunk
        line = value.line
    }

    public var description: String { message }

    /// Lua's own errors are strings, which hold their place: "chunk:12: ...". A chunk's name may hold colons itself.
    private static func position(in message: String) -> (chunk: String, line: Int)? {
        let parts = message.split(separator: ":", maxSplits: 12, omittingEmptySubsequences: false)
        guard parts.count > 2 else { return nil }
        for index in 1..<(parts.count - 1) {
            guard let line = Int(parts[index]), parts[index + 1].hasPrefix(" ") else { continue }
            return (parts[..<index].joined(separator: ":"), line)
        }
        return nil
    }
}
