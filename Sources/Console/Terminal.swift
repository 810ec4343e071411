import CLibrary

/// The terminal that standard output or standard error goes to.
public enum Terminal {
    /// How many characters a line of standard output's terminal holds; nil where it is none, or cannot move its cursor.
    public static var columns: Int? { columns(of: STDOUT_FILENO) }

    /// The same for standard error.
    public static var errorColumns: Int? { columns(of: STDERR_FILENO) }

    /// Writes to standard error at once; where nobody reads it, to nobody.
    public static func writeError(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private static func columns(of descriptor: Int32) -> Int? {
        guard isatty(descriptor) == 1 else { return nil }
        if let kind = getenv("TERM"), strcmp(kind, "dumb") == 0 { return nil }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
