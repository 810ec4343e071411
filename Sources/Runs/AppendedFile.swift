import CLibrary
import Files

/// A regular file that grows at its end, each piece in the system's hands when `append` returns: what ends the process
/// takes nothing away.
final class AppendedFile {
    let path: String
    private let descriptor: Int32
    /// The size in bytes.
    private(set) var size: Int

    /// Opens a file, or makes an empty one.
    ///
    /// - Parameter mustBeNew: whether a file that is there already is an error.
    /// - Throws: `FileError` where it cannot be opened or is no regular file.
    init(_ path: String, mustBeNew: Bool = false) throws {
        self.path = path
        // A pipe of that name must not hang.
        let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | (mustBeNew ? O_EXCL : 0)
        descriptor = try withSystemPath(path, action: "open") { open($0, flags, 0o666) }
        guard descriptor >= 0 else { throw FileError(path: path, action: "open", errno: errno) }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw FileError(path: path, action: "write", reason: "it is no regular file")
        }
        size = Int(info.st_size)
    }

    deinit { close(descriptor) }

    /// Appends bytes. - Throws: `FileError`, after which the file is as it was.
    func append(_ bytes: [UInt8]) throws {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map { write(descriptor, $0 + written, bytes.count - written) } ?? 0
            }
            if count < 0 {
                if errno == EINTR { continue }
                let error = FileError(path: path, action: "write", errno: errno)
                _ = ftruncate(descriptor, off_t(size))
                throw error
            }
            written += count
        }
        size += bytes.count
    }

    /// Takes off what stands behind the first `count` bytes. - Throws: `FileError`.
    func cut(to count: Int) throws {
        guard ftruncate(descriptor, off_t(count)) == 0 else {
            throw FileError(path: path, action: "cut", errno: errno)
        }
        size = count
    }

    /// Waits until the disk has all of it. - Throws: `FileError`.
    func sync() throws {
        guard fsync(descriptor) == 0 else { throw FileError(path: path, action: "write", errno: errno) }
    }
}
