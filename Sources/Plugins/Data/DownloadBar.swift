#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Shows how far a download is, on standard error: one line that changes on a terminal, one line a file elsewhere.
struct DownloadBar {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var shown = ""
    private var percent = -1

    mutating func show(_ file: String, _ done: Int, _ total: Int?) {
        let now = total.map { $0 > 0 ? done * 100 / $0 : 100 } ?? 0
        guard file != shown || now != percent else { return }
        if !isTerminal {
            if file != shown { write("Downloading \(file)\n") }
        } else {
            if file != shown && !shown.isEmpty { write("\n") }
            let filled = now * 30 / 100
            let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
            write("\r\(file) \(bar) \(now) %\u{1b}[K")
        }
        (shown, percent) = (file, now)
    }

    mutating func finish() {
        if isTerminal && !shown.isEmpty { write("\n") }
        shown = ""
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        // Where nobody reads the progress there is nothing to be done about it.
        _ = bytes.withUnsafeBytes { fwriteAll($0) }
    }

    private func fwriteAll(_ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Darwin)
            Darwin.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
            Musl.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        #else
            Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        #endif
    }
}
