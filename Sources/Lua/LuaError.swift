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
    /// The exit status for a script that ends with it, where the failure behind it asks for one; see `ExitStatusError`.
    public var exitStatus: Int32?
    /// Which caught error this is; while it is the state's last one, its original value can be raised again.
    var serial = 0

    public init(message: String, traceback: String = "") {
        self.message = message
        self.traceback = traceback
        let position = Self.position(in: message)
        chunk = position?.chunk
        line = position?.line
    }

    public var description: String { message }

    /// "chunk:12: ..." read from its front; a chunk's name may hold colons itself.
    static func position(in message: String) -> (chunk: String, line: Int)? {
        let parts = message.split(separator: ":", maxSplits: 12, omittingEmptySubsequences: false)
        guard parts.count > 2 else { return nil }
        for index in 1..<(parts.count - 1) {
            guard let line = Int(parts[index]), parts[index + 1].hasPrefix(" ") else { continue }
            return (parts[..<index].joined(separator: ":"), line)
        }
        return nil
    }
}

/// A failure that a script does not catch ends the command with this status, "try again later" for one. A script that
/// catches it and raises its words again, with more around them, gives the status on.
public protocol ExitStatusError: Error {
    var exitStatus: Int32 { get }
}
