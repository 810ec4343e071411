#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Standard output as a terminal.
enum Terminal {
    /// How many characters a line of the terminal holds; nil where standard output is none, or cannot move its
    /// cursor.
    static var columns: Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        if let kind = getenv("TERM"), strcmp(kind, "dumb") == 0 { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
