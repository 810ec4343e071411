import Files

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A claim in a directory: a lock on a file beside the version's folder, which the system takes back when the process
/// ends, however it ends.
final class FolderClaim: PublishClaim {
    private var descriptor: Int32

    /// Waits for the lock. Nil where the version became complete.
    static func acquire(_ path: String, _ wish: ClaimWish) throws -> FolderClaim? {
        let descriptor = try withSystemPath(path, action: "write") { open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o666) }
        guard descriptor >= 0 else { throw FileError(path: path, action: "write", errno: errno) }
        let claim = FolderClaim(descriptor)
        var isTold = false
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw FileError(path: path, action: "lock", errno: errno)
            }
            if try wish.isComplete() { return nil }
            if !isTold {
                wish.tell(.note("another process is publishing \(wish.name) \(wish.version): waiting"))
                isTold = true
            }
            try wish.retrying.pause(0.1)
        }
        return claim
    }

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { release() }

    func check() -> Bool { true }

    func release() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
    }
}
