import Synchronization

/// A piece of an open file that is read as if it were a file.
public struct FileRegion: Sendable {
    let descriptor: Int32
    let start: Int
    let size: Int

    /// The piece of `file` that begins `start` bytes after its beginning. The caller sees to it that it is there, and
    /// that `file` lives as long as the region does.
    public init(of file: ReadableFile, start: Int, size: Int) {
        descriptor = file.descriptor
        self.start = file.start + start
        self.size = size
    }
}

/// The files that lie in the program's own executable. `ReadableFile` and what is built on it take them by the path
/// `bundle:/name`; nothing is copied to a disk. In a program without such files that is a path like any other.
public enum BundledFiles {
    /// What their paths begin with.
    public static let prefix = "bundle:/"

    /// One of them.
    struct Entry: Sendable {
        let region: FileRegion
        /// Throws where the content is not what was put in.
        let check: @Sendable () throws -> Void
    }

    private struct State: Sendable {
        var entries: [String: Entry]?
        var checked: Set<String> = []
    }

    private static let state = Mutex(State())

    /// Makes files known by their names, in place of those known before.
    ///
    /// - Parameter files: each with a check that is made when the file is first opened.
    public static func install(_ files: [(name: String, region: FileRegion, check: @Sendable () throws -> Void)]) {
        let entries = Dictionary(files.map { ($0.name, Entry(region: $0.region, check: $0.check)) }) { first, _ in first
        }
        state.withLock { $0 = State(entries: entries) }
    }

    /// Forgets them all, for tests.
    public static func remove() { state.withLock { $0 = State() } }

    /// The path of the file of that name; nil where there is none.
    public static func path(of name: String) -> String? {
        state.withLock { $0.entries?[name] } == nil ? nil : prefix + name
    }

    /// Whether the path is that of a file in this program, there or not.
    public static func covers(_ path: String) -> Bool {
        path.hasPrefix(prefix) && state.withLock { $0.entries != nil }
    }

    /// The file at a path; nil where none is.
    static func entry(at path: String) -> Entry? {
        guard path.hasPrefix(prefix) else { return nil }
        let name = String(path.dropFirst(prefix.count))
        return state.withLock { $0.entries?[name] }
    }

    /// The file at a path, its content checked.
    static func checked(at path: String) throws -> FileRegion? {
        guard let entry = entry(at: path) else { return nil }
        if state.withLock({ $0.checked.contains(path) }) { return entry.region }
        try entry.check()
        state.withLock { _ = $0.checked.insert(path) }
        return entry.region
    }
}
