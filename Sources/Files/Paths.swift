#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The part of a path after its last slash: "c.png" of "a/b/c.png".
public func baseName(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return path }
    return String(path[path.index(after: slash)...])
}

/// The part of a path before its last slash: "a/b" of "a/b/c.png", "." of "c.png".
public func directoryName(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// `name` inside `directory`; `name` itself where it is absolute or the directory is empty or ".".
public func joinPath(_ directory: String, _ name: String) -> String {
    if name.hasPrefix("/") || directory.isEmpty || directory == "." { return name }
    return directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
}

/// The variable's value; nil where it is unset or empty.
public func environmentVariable(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
}

/// Where the program may keep what it can fetch again: `$XDG_CACHE_HOME/nightjar`, else `~/.cache/nightjar`
/// (XDG Base Directory Specification). Nil where neither variable nor home is set.
public func cacheDirectory() -> String? {
    if let base = environmentVariable("XDG_CACHE_HOME"), base.hasPrefix("/") { return joinPath(base, "nightjar") }
    return environmentVariable("HOME").map { joinPath($0, ".cache/nightjar") }
}

/// Makes a directory and those above it. - Throws: `FileError`; one that is there already is none.
public func makeDirectory(_ path: String) throws {
    if mkdir(path, 0o777) == 0 { return }
    let code = errno
    if code == EEXIST, FileStatus(of: path)?.isDirectory == true { return }
    let parent = directoryName(path)
    guard code == ENOENT, parent != path, parent != "." else {
        throw FileError(path: path, action: "make the directory", errno: code)
    }
    try makeDirectory(parent)
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
        throw FileError(path: path, action: "make the directory", errno: errno)
    }
}

/// The names in a directory, sorted, without "." and "..".
///
/// - Throws: `FileError` where it cannot be read.
public func directoryEntries(_ path: String) throws -> [String] {
    guard let directory = opendir(path) else { throw FileError(path: path, action: "list", errno: errno) }
    defer { closedir(directory) }
    var names: [String] = []
    while true {
        errno = 0
        guard let entry = readdir(directory) else {
            guard errno == 0 else { throw FileError(path: path, action: "list", errno: errno) }
            return names.sorted()
        }
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { names.append(name) }
    }
}

/// The files that a pattern matches (`*`, `?`, `[a-z]`, `{a,b}`, leading `~`), sorted by name; a name without
/// pattern characters is itself, if it is there.
///
/// - Throws: `FileError` where a directory cannot be read. No match is an empty list.
public func expandGlob(_ pattern: String) throws -> [String] {
    if FileStatus(of: pattern) != nil { return [pattern] }
    var matches = glob_t()
    defer { globfree(&matches) }
    #if canImport(Glibc)
        let flags = GLOB_BRACE | GLOB_TILDE
    #elseif canImport(Musl)
        let flags = GLOB_TILDE
    #else
        let flags = GLOB_BRACE | GLOB_TILDE
    #endif
    let status = glob(pattern, flags, nil, &matches)
    if status == GLOB_NOMATCH { return [] }
    guard status == 0 else { throw FileError(path: pattern, action: "expand", errno: errno) }
    return (0..<Int(matches.gl_pathc)).compactMap { matches.gl_pathv[$0].map { String(cString: $0) } }
}

/// Removes a file. - Throws: `FileError`; one that is not there is none.
public func removeFile(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT else { throw FileError(path: path, action: "remove", errno: errno) }
}
