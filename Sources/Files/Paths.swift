import CLibrary
import CProgram

/// The part of a path after its last slash: "c.png" of "a/b/c.png".
public func baseName(_ path: String) -> String {
    guard let slash = lastSlash(path) else { return path }
    return String(path.utf8[path.utf8.index(after: slash)...]) ?? path
}

/// The part of a path before its last slash: "a/b" of "a/b/c.png", "." of "c.png".
public func directoryName(_ path: String) -> String {
    guard let slash = lastSlash(path) else { return "." }
    return slash == path.startIndex ? "/" : String(path.utf8[..<slash]) ?? "."
}

/// The bytes are looked at: a name may begin with what Unicode joins to the slash as one character.
private func lastSlash(_ path: String) -> String.Index? { path.utf8.lastIndex(of: UInt8(ascii: "/")) }

/// `name` inside `directory`; `name` itself where it is absolute or the directory is empty or ".".
public func joinPath(_ directory: String, _ name: String) -> String {
    if name.hasPrefix("/") || directory.isEmpty || directory == "." { return name }
    return directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
}

/// The arguments of the command, the command itself first, no byte of them lost.
public func commandLineArguments() -> [String] {
    var place = nj_arguments() ?? CommandLine.unsafeArgv
    var arguments: [String] = []
    while let argument = place.pointee {
        arguments.append(String(systemText: argument))
        place += 1
    }
    return arguments
}

/// The path that was given to the system to run this program; nil where it does not say.
public func executedPath() -> String? { nj_executed_path().map { String(systemText: $0) } }

/// The variable's value; nil where it is unset or empty.
public func environmentVariable(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(systemText: value)
}

/// Where the program may keep what it can fetch again: `$XDG_CACHE_HOME/nightjar`, else `~/.cache/nightjar`
/// (XDG Base Directory Specification). Nil where neither variable nor home is set.
public func cacheDirectory() -> String? {
    if let base = environmentVariable("XDG_CACHE_HOME"), base.hasPrefix("/") { return joinPath(base, "nightjar") }
    return environmentVariable("HOME").map { joinPath($0, ".cache/nightjar") }
}

/// Makes a directory and those above it. - Throws: `FileError`; one that is there already is none.
public func makeDirectory(_ path: String) throws {
    func make() throws -> Bool {
        try withSystemPath(path, action: "make the directory") { mkdir($0, 0o777) == 0 }
    }
    if try make() { return }
    let code = errno
    if code == EEXIST, FileStatus(of: path)?.isDirectory == true { return }
    let parent = directoryName(path)
    guard code == ENOENT, parent != path, parent != "." else {
        throw FileError(path: path, action: "make the directory", errno: code)
    }
    try makeDirectory(parent)
    guard try make() || errno == EEXIST else {
        throw FileError(path: path, action: "make the directory", errno: errno)
    }
}

/// The names in a directory, sorted, without "." and "..".
///
/// - Throws: `FileError` where it cannot be read.
public func directoryEntries(_ path: String) throws -> [String] {
    guard let directory = try withSystemPath(path, action: "list", { opendir($0) }) else {
        throw FileError(path: path, action: "list", errno: errno)
    }
    defer { closedir(directory) }
    var names: [String] = []
    while true {
        errno = 0
        guard let entry = readdir(directory) else {
            guard errno == 0 else { throw FileError(path: path, action: "list", errno: errno) }
            return names.sorted()
        }
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(systemBytes: Array($0.prefix { $0 != 0 })) }
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
    let status = try withSystemPath(pattern, action: "expand") { glob($0, flags, nil, &matches) }
    if status == GLOB_NOMATCH { return [] }
    guard status == 0 else { throw FileError(path: pattern, action: "expand", errno: errno) }
    return (0..<Int(matches.gl_pathc)).compactMap { matches.gl_pathv[$0].map { String(systemText: $0) } }
}

/// Gives a file another name, in place of a file that has it. - Throws: `FileError` that names the new one.
public func renameFile(_ from: String, _ to: String) throws(FileError) {
    let result = try withSystemPath(from, action: "rename") { from throws(FileError) in
        try withSystemPath(to, action: "write") { rename(from, $0) }
    }
    guard result == 0 else { throw FileError(path: to, action: "write", errno: errno) }
}

/// Gives a file a second name, if that is free.
///
/// - Returns: false where something has the name already.
/// - Throws: `FileError` that names the new one.
public func linkFile(_ from: String, _ to: String) throws(FileError) -> Bool {
    let result = try withSystemPath(from, action: "link") { from throws(FileError) in
        try withSystemPath(to, action: "write") { link(from, $0) }
    }
    if result == 0 { return true }
    guard errno == EEXIST else { throw FileError(path: to, action: "write", errno: errno) }
    return false
}

/// Removes an empty directory. - Throws: `FileError`.
public func removeEmptyDirectory(_ path: String) throws {
    guard try withSystemPath(path, action: "remove", { rmdir($0) }) == 0 else {
        throw FileError(path: path, action: "remove", errno: errno)
    }
}

/// Removes a file. - Throws: `FileError`; one that is not there is none.
public func removeFile(_ path: String) throws {
    guard try withSystemPath(path, action: "remove", { unlink($0) }) == 0 || errno == ENOENT else {
        throw FileError(path: path, action: "remove", errno: errno)
    }
}
