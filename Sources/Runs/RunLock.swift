import CLibrary
import Files

/// Keeps a folder to one process, or one object in it: held as long as the object lives, and given back by the system
/// however the process ends.
final class RunLock {
    private let descriptor: Int32

    /// - Throws: `RunError` where another holds the folder, `FileError` where the lock's file cannot be made.
    init(folder: String) throws {
        let path = joinPath(folder, ".lock")
        descriptor = try withSystemPath(path, action: "open") {
            open($0, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
        }
        guard descriptor >= 0 else { throw FileError(path: path, action: "open", errno: errno) }
        var status = flock(descriptor, LOCK_EX | LOCK_NB)
        while status != 0, errno == EINTR { status = flock(descriptor, LOCK_EX | LOCK_NB) }
        guard status == 0 else {
            let code = errno
            close(descriptor)
            guard code == EWOULDBLOCK else { throw FileError(path: path, action: "lock", errno: code) }
            throw RunError(
                "the run in '\(folder)' is being written already: end that training first, or name another folder")
        }
    }

    deinit { close(descriptor) }

    /// Whether somebody holds the folder; nothing is made or changed.
    static func isHeld(folder: String) -> Bool {
        let path = joinPath(folder, ".lock")
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        guard let descriptor = try? withSystemPath(path, action: "open", { open($0, flags) }), descriptor >= 0 else {
            return false
        }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
