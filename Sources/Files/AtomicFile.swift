import CLibrary

/// A file that appears whole or not at all: it is written under a temporary name beside its place and renamed
/// when complete, so that a reader sees the old content or the new and a failed write leaves the old.
public final class AtomicFile {
    public let path: String
    private let temporaryPath: String
    private var descriptor: Int32
    private let durable: Bool
    private var buffer: [UInt8] = []

    /// - Parameters:
    ///   - path: where the file will be; its directory must exist.
    ///   - durable: whether `commit` waits until the disk has it (survives a power cut). Default: false.
    ///   - executable: whether it may be run, by those who may read it. Default: false.
    /// - Throws: `FileError` where the directory cannot be written.
    public init(_ path: String, durable: Bool = false, executable: Bool = false) throws {
        self.path = path
        self.durable = durable
        // A link keeps pointing where it did: its target is what gets replaced.
        let target = try resolvedLink(path)
        temporaryPath = "\(target).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
        descriptor = try withSystemPath(temporaryPath, action: "write") {
            open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, executable ? 0o777 : 0o666)
        }
        guard descriptor >= 0 else { throw FileError(path: path, action: "write", errno: errno) }
        finalPath = target
    }

    private let finalPath: String

    deinit {
        if descriptor >= 0 {
            close(descriptor)
            discard()
        }
    }

    /// Appends bytes. - Throws: `FileError`, after which the file that was there before is as it was.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        if bytes.count + buffer.count <= 64 << 10 {
            buffer.append(contentsOf: bytes)
            return
        }
        try flush()
        try writeThrough(bytes)
    }

    public func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

    public func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
    }

    /// Puts the file in its place. Without it nothing changes there.
    public func commit() throws {
        try flush()
        if durable, fsync(descriptor) != 0 { throw FileError(path: path, action: "write", errno: errno) }
        let closed = close(descriptor)
        let code = errno
        descriptor = -1
        if closed != 0 {
            discard()
            throw FileError(path: path, action: "write", errno: code)
        }
        do {
            try renameFile(temporaryPath, finalPath)
        } catch {
            discard()
            throw FileError(path: path, action: "write", reason: error.reason, code: error.code)
        }
    }

    private func discard() { _ = try? withSystemPath(temporaryPath, action: "remove") { unlink($0) } }

    private func flush() throws {
        guard !buffer.isEmpty else { return }
        let bytes = buffer
        buffer.removeAll(keepingCapacity: true)
        try bytes.withUnsafeBytes { try writeThrough($0) }
    }

    private func writeThrough(_ bytes: UnsafeRawBufferPointer) throws {
        guard let base = bytes.baseAddress else { return }
        var written = 0
        while written < bytes.count {
            let count = CLibrary.write(descriptor, base + written, bytes.count - written)
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError(path: path, action: "write", errno: errno)
            }
            written += count
        }
    }
}

/// Replaces a file's content at once; see `AtomicFile`.
public func writeFile(_ path: String, _ content: [UInt8], durable: Bool = false) throws {
    let file = try AtomicFile(path, durable: durable)
    try file.write(content)
    try file.commit()
}

/// Replaces a text file's content at once; see `AtomicFile`.
public func writeFile(_ path: String, _ content: String, durable: Bool = false) throws {
    try writeFile(path, Array(content.utf8), durable: durable)
}

private func resolvedLink(_ path: String) throws -> String {
    try withSystemPath(path, action: "write") { name in
        var info = stat()
        guard lstat(name, &info) == 0, info.st_mode & S_IFMT == S_IFLNK, let real = realpath(name, nil) else {
            return path
        }
        defer { free(real) }
        return String(systemText: real)
    }
}
