import CLibrary
import Synchronization

/// A lock that one process has at a time, and that ends with it however it ends: a small file that says whose it is. It is
/// removed at the process's end; what a killed process leaves of it is taken over by the next.
public enum FileLock {
    /// Another process has the lock.
    public struct Held: Error, Equatable {
        /// Which one; nil where the file does not say.
        public let process: Int?

        public init(process: Int?) { self.process = process }
    }

    /// The locks of this process: descriptors by paths.
    private static let own = Mutex<[String: Int32]>([:])
    /// Has the C library release the locks when the process ends.
    private static let isReleasedAtExit: Bool = atexit { FileLock.releaseAll() } == 0

    /// Takes the lock until it is released or the process ends. One that this process has already is none but its own.
    ///
    /// - Parameter path: the file to make.
    /// - Returns: whether this process did not have it before.
    /// - Throws: `Held`; `FileError` where the file cannot be made. File systems without locks are left alone.
    @discardableResult
    public static func take(_ path: String) throws -> Bool {
        try own.withLock { own in
            guard own[path] == nil else { return false }
            _ = isReleasedAtExit
            while true {
                let descriptor = try withSystemPath(path, action: "write") { name in
                    let own = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
                    // Another user's that was left over.
                    return own < 0 && errno == EACCES ? open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : own
                }
                guard descriptor >= 0 else { throw FileError(path: path, action: "write", errno: errno) }
                if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
                    let owner = owner(descriptor)
                    close(descriptor)
                    throw Held(process: owner)
                }
                // Its owner may have removed it between the two calls.
                guard isNamed(descriptor, path) else {
                    close(descriptor)
                    continue
                }
                let text = Array("\(getpid())\n".utf8)
                if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
                own[path] = descriptor
                return true
            }
        }
    }

    /// Gives a lock back and removes its file.
    public static func release(_ path: String) {
        own.withLock { own in
            guard let descriptor = own.removeValue(forKey: path) else { return }
            // Removed first: who opens the file later makes a new one.
            try? removeFile(path)
            close(descriptor)
        }
    }

    /// Gives all locks of this process back.
    public static func releaseAll() {
        for path in own.withLock({ Array($0.keys) }) { release(path) }
    }

    private static func isNamed(_ descriptor: Int32, _ path: String) -> Bool {
        var (open, named) = (stat(), stat())
        guard fstat(descriptor, &open) == 0 else { return false }
        let isThere = (try? withSystemPath(path, action: "look at") { lstat($0, &named) }) == 0
        return isThere && open.st_dev == named.st_dev && open.st_ino == named.st_ino
    }

    private static func owner(_ descriptor: Int32) -> Int? {
        var text = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &text, text.count, 0)
        return count > 0 ? Int(String(decoding: text[..<count].prefix { $0 != 10 }, as: UTF8.self)) : nil
    }
}
