/// How far files are that come one after the other: a line for each, which stays when the next begins.
public struct FileProgress {
    private let makeLine: (_ label: String) -> ProgressLine
    private var line: ProgressLine?

    /// - Parameter makeLine: a new line for a file's name. Default: one on standard error, as standard output is the
    ///   script's.
    public init(_ makeLine: @escaping (_ label: String) -> ProgressLine = { .onStandardError(label: $0) }) {
        self.makeLine = makeLine
    }

    /// Tells how many bytes of a file have come.
    public mutating func update(_ file: String, _ done: Int, of total: Int?) {
        if line?.label != file {
            line?.finish()
            line = makeLine(file)
        }
        line?.updateBytes(done, of: total)
    }

    /// Ends the last file's line.
    public mutating func finish() { line?.finish() }
}

extension ProgressLine {
    /// A line on standard error's terminal; where that is none, a line every ten seconds.
    public static func onStandardError(label: String) -> ProgressLine {
        ProgressLine(label: label, columns: { Terminal.errorColumns }, write: { Terminal.writeError($0) })
    }
}
