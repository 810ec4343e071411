import CLibrary

/// What writing to a path leads to. Only regular files are ever replaced.
enum WriteTarget {
    /// A regular file, or one that is to be made: its place with all links followed, and what is there now.
    case file(path: String, present: stat?)
    /// What is no regular file, opened: a pipe, a terminal, /dev/null. It is written through.
    case stream(Int32)

    /// - Throws: `FileError` for a directory, a socket, a block device, a pipe that nobody reads, and links that lead
    ///   nowhere.
    init(_ path: String) throws(FileError) {
        func failure(_ reason: String) -> FileError { FileError(path: path, action: "write", reason: reason) }
        var info = stat()
        guard try withSystemPath(path, action: "write", { stat($0, &info) }) == 0 else {
            guard errno == ENOENT, !path.isEmpty else { throw FileError(path: path, action: "write", errno: errno) }
            // Nothing is there, or a link whose target is missing: that is what will be made.
            self = .file(path: try linkedPlace(path), present: nil)
            return
        }
        switch info.st_mode & S_IFMT {
        case S_IFREG:
            // What this program prints would be lost with the file that is replaced under it.
            for output in [STDOUT_FILENO, STDERR_FILENO] where isFile(info, openAs: output) {
                self = .stream(try opened(path, dup(output)))
                return
            }
            guard let place = realPlace(path), let found = status(place), isSame(found, info) else {
                // Open files under /proc that have no name any more.
                self = .stream(try opened(path, openForWriting(path, O_APPEND)))
                return
            }
            self = .file(path: place, present: found)
        case S_IFDIR: throw FileError(path: path, action: "write", errno: EISDIR)
        case S_IFSOCK: throw failure("it is a socket")
        case S_IFBLK: throw failure("it is a block device")
        default:
            // Without waiting: a pipe that nobody reads would have the program wait forever.
            let descriptor = try openForWriting(path, O_NONBLOCK | O_NOCTTY)
            if descriptor < 0, errno == ENXIO, info.st_mode & S_IFMT == S_IFIFO {
                throw failure("it is a pipe, and nobody reads from it")
            }
            self = .stream(try opened(path, descriptor))
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        }
    }
}

private func opened(_ path: String, _ descriptor: Int32) throws(FileError) -> Int32 {
    guard descriptor >= 0 else { throw FileError(path: path, action: "write", errno: errno) }
    return descriptor
}

private func openForWriting(_ path: String, _ flags: Int32) throws(FileError) -> Int32 {
    try withSystemPath(path, action: "write") { open($0, O_WRONLY | O_CLOEXEC | flags) }
}

private func status(_ path: String) -> stat? {
    var info = stat()
    return (try? withSystemPath(path, action: "write") { stat($0, &info) }) == 0 ? info : nil
}

private func isSame(_ one: stat, _ other: stat) -> Bool { one.st_dev == other.st_dev && one.st_ino == other.st_ino }

private func isFile(_ info: stat, openAs descriptor: Int32) -> Bool {
    var open = stat()
    return fstat(descriptor, &open) == 0 && isSame(open, info)
}

/// A path without links.
private func realPlace(_ path: String) -> String? {
    (try? withSystemPath(path, action: "write") { name in
        guard let real = realpath(name, nil) else { return nil as String? }
        defer { free(real) }
        return String(systemText: real)
    }) ?? nil
}

/// Where a path leads at which nothing is, links followed one after the other.
private func linkedPlace(_ path: String) throws(FileError) -> String {
    var place = path
    // As many as the system follows.
    for _ in 0..<40 {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = try withSystemPath(place, action: "write") { readlink($0, &buffer, buffer.count) }
        guard count > 0 else { return place }
        place = joinPath(directoryName(place), String(systemBytes: buffer.prefix(count).map { UInt8(bitPattern: $0) }))
    }
    throw FileError(path: path, action: "write", errno: ELOOP)
}
