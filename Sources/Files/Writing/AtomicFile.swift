import CLibrary

/// A file that appears whole or not at all: it is written under no name or a temporary one and put in its place when
/// complete, so that a reader sees the old content or the new and a failed write leaves the old.
///
/// A file that is replaced keeps its mode and its owner, a link keeps pointing where it did. What is no regular file is
/// never replaced: pipes, terminals and devices such as /dev/null are written through, others are refused.
public final class AtomicFile {
    public let path: String
    private let output: Output
    private let durable: Bool
    private var buffer: [UInt8] = []
    private var written = 0
    private var hasReserved = false
    private var isComplete = false

    private enum Output {
        case file(TemporaryFile)
        case stream(Stream)
    }

    /// Closes its descriptor with its last reference.
    private final class Stream {
        let descriptor: Int32
        init(_ descriptor: Int32) { self.descriptor = descriptor }
        deinit { close(descriptor) }
    }

    /// - Parameters:
    ///   - path: where the file will be; its directory must exist.
    ///   - durable: whether `commit` waits until the disk has the file and its name (survives a power cut). Default:
    ///     false.
    ///   - executable: whether it may be run, by those who may read it. Default: false.
    /// - Throws: `FileError` where the directory cannot be written, or the path leads to what is never replaced.
    public init(_ path: String, durable: Bool = false, executable: Bool = false) throws {
        self.path = path
        self.durable = durable
        switch try WriteTarget(path) {
        case .stream(let descriptor): output = .stream(Stream(descriptor))
        case .file(let place, let present):
            output = .file(try TemporaryFile(at: place, present: present, path: path, executable: executable))
        }
    }

    /// Whether the file will be put in place as a whole; false for what is written through.
    public var isReplacing: Bool { if case .file = output { true } else { false } }

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

    /// Takes room on the disk for so many bytes, until the file is complete or discarded. Systems that cannot are left
    /// alone.
    ///
    /// - Throws: `FileError` where there is no room.
    public func reserve(_ count: Int) throws {
        #if os(Linux)
            guard case .file(let file) = output, count > written else { return }
            let code = posix_fallocate(file.descriptor, 0, off_t(count))
            hasReserved = true
            if code == ENOSPC || code == EDQUOT || code == EFBIG {
                throw FileError(path: path, action: "write", errno: code)
            }
        #endif
    }

    /// Writes out all that was appended, to the disk where the file is durable. What can fail for want of room fails here;
    /// the place is as it was before.
    public func complete() throws {
        guard !isComplete else { return }
        try flush()
        if hasReserved, ftruncate(descriptor, off_t(written)) != 0 {
            throw FileError(path: path, action: "write", errno: errno)
        }
        if durable, isReplacing, fsync(descriptor) != 0 { throw FileError(path: path, action: "write", errno: errno) }
        isComplete = true
    }

    /// Puts the file in its place. Without it nothing changes there.
    public func commit() throws {
        try complete()
        guard case .file(let file) = output else { return }
        do {
            try file.move()
            if durable { try syncDirectory(directoryName(file.place)) }
        } catch {
            throw FileError(path: path, action: "write", reason: error.reason, code: error.code)
        }
    }

    private var descriptor: Int32 {
        switch output {
        case .file(let file): file.descriptor
        case .stream(let stream): stream.descriptor
        }
    }

    private func flush() throws {
        guard !buffer.isEmpty else { return }
        let bytes = buffer
        buffer.removeAll(keepingCapacity: true)
        try bytes.withUnsafeBytes { try writeThrough($0) }
    }

    private func writeThrough(_ bytes: UnsafeRawBufferPointer) throws {
        guard let base = bytes.baseAddress else { return }
        var done = 0
        while done < bytes.count {
            let count = CLibrary.write(descriptor, base + done, bytes.count - done)
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError(path: path, action: "write", errno: errno)
            }
            done += count
        }
        written += done
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
