import CLibrary

/// A file that is being written to take a place later. Where the system can (Linux's O_TMPFILE), it has no name until
/// then and is gone with a process that is killed; else it stands beside its place under a name of its own, locked as
/// long as its process lives, so that others can tell which are left over (`Leftovers`).
final class TemporaryFile {
    /// The place that it is to take.
    let place: String
    let descriptor: Int32
    private let isNew: Bool
    private var name: String?

    /// - Parameters:
    ///   - path: what errors call it.
    ///   - present: what is at the place: its mode and owner are kept. Nil: nothing is.
    ///   - executable: whether it may be run, by those who may read it.
    ///   - nameless: whether it may be without a name. Default: true.
    init(at place: String, present: stat?, path: String, executable: Bool, nameless: Bool = true) throws {
        self.place = place
        isNew = present == nil
        Leftovers.remove(of: place)
        // Nobody may read what is to replace a private file.
        let mode: mode_t = present != nil ? 0o600 : executable ? 0o777 : 0o666
        if nameless, let opened = try openNameless(in: directoryName(place), mode) {
            descriptor = opened
        } else {
            (descriptor, name) = try openNamed(beside: place, mode, path)
        }
        guard let present else { return }
        do {
            try keep(present, executable: executable, path: path)
        } catch {
            discard()
            throw error
        }
    }

    deinit { discard() }

    private func discard() {
        guard !isClosed else { return }
        if let name { _ = try? withSystemPath(name, action: "remove") { unlink($0) } }
        close(descriptor)
        isClosed = true
    }

    private var isClosed = false

    /// Gives the file the mode and the owner of the one that it replaces.
    private func keep(_ present: stat, executable: Bool, path: String) throws {
        var own = stat()
        guard fstat(descriptor, &own) == 0 else { throw FileError(path: path, action: "write", errno: errno) }
        if own.st_uid != present.st_uid || own.st_gid != present.st_gid,
            fchown(descriptor, present.st_uid, present.st_gid) != 0
        {
            let owner = "user \(present.st_uid) and group \(present.st_gid)"
            throw FileError(
                path: path, action: "write",
                reason: "it belongs to \(owner), and so could not what replaces it (\(describeErrno(errno)))",
                code: errno)
        }
        let mode = present.st_mode & 0o7777
        guard fchmod(descriptor, executable ? mode | (mode & 0o444) >> 2 : mode) == 0 else {
            throw FileError(path: path, action: "write", errno: errno)
        }
    }

    /// Puts the file into its place.
    func move() throws(FileError) {
        var named = name
        if named == nil { named = try link() }
        guard let named else { return finish() }
        name = named
        let moved = try withSystemPath(named, action: "write") { from throws(FileError) in
            try withSystemPath(place, action: "write") { rename(from, $0) }
        }
        guard moved == 0 else { throw FileError(path: place, action: "write", errno: errno) }
        finish()
    }

    private func finish() {
        name = nil
        discard()
    }

    /// Names a file that has no name: by its place where that is free, else beside it.
    ///
    /// - Returns: its name; nil where it has its place already.
    private func link() throws(FileError) -> String? {
        func give(_ name: String) throws(FileError) -> Bool {
            let result = try withSystemPath(name, action: "write") {
                linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, $0, AT_SYMLINK_FOLLOW)
            }
            if result == 0 { return true }
            guard errno == EEXIST else { throw FileError(path: place, action: "write", errno: errno) }
            return false
        }
        if isNew, try give(place) { return nil }
        while true {
            let name = Leftovers.temporaryName(of: place)
            if try give(name) { return name }
        }
    }
}

/// A file without a name, locked; nil where the system has no such files here.
private func openNameless(in directory: String, _ mode: mode_t) throws -> Int32? {
    #if os(Linux)
        // __O_TMPFILE of Linux on x86-64 and arm64, together with O_DIRECTORY, which older systems refuse to write.
        let flags = 0o20000000 | O_DIRECTORY | O_RDWR | O_CLOEXEC
        let descriptor = try withSystemPath(directory, action: "write") { open($0, flags, mode) }
        guard descriptor >= 0 else { return nil }
        // It gets a name through /proc, which may be missing.
        if access("/proc/self/fd/\(descriptor)", F_OK) == 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
            return descriptor
        }
        close(descriptor)
    #endif
    return nil
}

private func openNamed(beside place: String, _ mode: mode_t, _ path: String) throws -> (Int32, String?) {
    while true {
        let name = Leftovers.temporaryName(of: place)
        let descriptor = try withSystemPath(name, action: "write") {
            open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        }
        guard descriptor >= 0 else {
            if errno == EEXIST { continue }
            throw FileError(path: path, action: "write", errno: errno)
        }
        // Between the two calls another process may have taken it for one that is left over.
        let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
        var info = stat()
        if isLocked || errno != EWOULDBLOCK, fstat(descriptor, &info) == 0, info.st_nlink > 0 {
            return (descriptor, name)
        }
        close(descriptor)
    }
}

/// Has the disk keep the names in a directory. Systems that cannot are left alone.
func syncDirectory(_ path: String) throws(FileError) {
    let descriptor = try withSystemPath(path, action: "write") { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
        throw FileError(path: path, action: "write", errno: errno)
    }
}
