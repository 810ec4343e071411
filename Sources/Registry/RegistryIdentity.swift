import Files

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension GitLabRegistry {
    public var identity: String { "gitlab:\(api) \(project)" }
}

extension DirectoryRegistry {
    /// The folder's path from the root, without links.
    public var identity: String { "directory:\(realPath(path) ?? path)" }
}

/// The path of what is there from the root, without links and steps; nil where nothing is.
func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
}
