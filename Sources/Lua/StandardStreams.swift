import CLuaShim
import Files

/// Standard output and standard error as Lua's own `print` and `io.write` use them, so that what both write
/// keeps its order.
public enum StandardStreams {
    /// Writes and flushes. - Returns: whether that worked.
    @discardableResult
    public static func writeOutput(_ text: String) -> Bool { write(text, toError: false) }

    /// Writes and flushes. - Returns: whether that worked.
    @discardableResult
    public static func writeError(_ text: String) -> Bool { write(text, toError: true) }

    /// Flushes all that was written. - Returns: whether that worked.
    @discardableResult
    public static func flush() -> Bool { nj_flush() != 0 }

    /// Lets each line of standard output go as it ends, in a pipe too: a long run is watched.
    public static func bufferLines() { nj_buffer_lines() }

    private static func write(_ text: String, toError: Bool) -> Bool {
        text.withSystemBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { nj_write($0.baseAddress, $0.count, toError ? 1 : 0) != 0 }
        }
    }
}
