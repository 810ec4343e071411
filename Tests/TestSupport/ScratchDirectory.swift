import Files

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A directory of its own for a test; it goes with its last reference, and what is in it too.
public final class ScratchDirectory {
    public let path: String

    public init() throws {
        path = joinPath(environmentVariable("TMPDIR") ?? "/tmp", "nightjar-test-\(UInt64.random(in: 0 ... .max))")
        try makeDirectory(path)
    }

    deinit { removeTree(path) }

    /// The path of a file in it.
    public func file(_ name: String) -> String { joinPath(path, name) }

    /// Writes a file in it and answers its path.
    public func write(_ name: String, _ content: String) throws -> String {
        try writeFile(file(name), content)
        return file(name)
    }

    /// The names in it, sorted, hidden ones too.
    public var names: [String] { listNames(path) }
}

private func listNames(_ path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
}

private func removeTree(_ path: String) {
    for name in listNames(path) {
        let inner = joinPath(path, name)
        if unlink(inner) != 0 { removeTree(inner) }
    }
    rmdir(path)
}
