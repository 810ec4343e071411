import CLibrary

/// What the file system says of a path.
public struct FileStatus: Sendable {
    /// The size in bytes.
    public let size: Int
    public let isDirectory: Bool
    public let isRegularFile: Bool
    /// Seconds since 1970.
    public let modified: Double

    /// The status of `path`, links followed; nil where nothing is there (or it may not be looked at).
    public init?(of path: String) {
        if BundledFiles.covers(path) {
            guard let entry = BundledFiles.entry(at: path) else { return nil }
            self.init(size: entry.region.size)
            return
        }
        var info = stat()
        guard (try? withSystemPath(path, action: "look at", { stat($0, &info) })) == 0 else { return nil }
        self.init(info)
    }

    /// A file in the executable.
    private init(size: Int) {
        self.size = size
        (isDirectory, isRegularFile, modified) = (false, true, 0)
    }

    init(_ info: stat) {
        size = Int(info.st_size)
        isDirectory = info.st_mode & S_IFMT == S_IFDIR
        isRegularFile = info.st_mode & S_IFMT == S_IFREG
        #if canImport(Darwin)
            modified = Double(info.st_mtimespec.tv_sec) + Double(info.st_mtimespec.tv_nsec) * 1e-9
        #else
            modified = Double(info.st_mtim.tv_sec) + Double(info.st_mtim.tv_nsec) * 1e-9
        #endif
    }
}

/// Whether a path is a symbolic link itself, wherever that leads. - Throws: `FileError` where it cannot be looked at.
public func isSymbolicLink(_ path: String) throws -> Bool {
    var info = stat()
    guard try withSystemPath(path, action: "look at", { lstat($0, &info) }) == 0 else {
        throw FileError(path: path, action: "look at", errno: errno)
    }
    return info.st_mode & S_IFMT == S_IFLNK
}

/// A file opened for reading, closed with its last reference; one in the program's own executable too, see
/// `BundledFiles`.
public final class ReadableFile {
    public let path: String
    /// The size in bytes when it was opened; 0 for pipes and devices.
    public let size: Int
    let descriptor: Int32
    /// Where it begins in what the descriptor stands for.
    let start: Int
    /// Where the next bytes are read, counted from `start`; nil where the descriptor itself keeps that.
    private var position: Int?

    /// What a file may be.
    public enum Kind: Sendable {
        /// Anything that bytes come from; opening a pipe waits for who writes to it.
        case any
        /// Neither a pipe nor a device nor a socket: what has a size and an end. Others are refused at once.
        case regular
    }

    /// - Parameters:
    ///   - name: what errors call it. Default: its path.
    ///   - kind: what it may be. Default: anything but a directory.
    /// - Throws: `FileError` where it cannot be opened, is a directory or is not of that kind.
    public init(_ path: String, name: String? = nil, kind: Kind = .any) throws {
        self.path = name ?? path
        if BundledFiles.covers(path) {
            guard let region = try BundledFiles.checked(at: path) else {
                throw FileError(path: path, action: "open", errno: ENOENT)
            }
            (descriptor, start, size, position) = (region.descriptor, region.start, region.size, 0)
            return
        }
        // Without O_NONBLOCK a pipe would be waited for before it can be looked at.
        let flags = O_RDONLY | O_CLOEXEC | (kind == .regular ? O_NONBLOCK : 0)
        let opened = try withSystemPath(path, action: "open") { open($0, flags) }
        guard opened >= 0 else { throw FileError(path: path, action: "open", errno: errno) }
        var info = stat()
        guard fstat(opened, &info) == 0 else {
            let code = errno
            close(opened)
            throw FileError(path: path, action: "open", errno: code)
        }
        let status = FileStatus(info)
        guard !status.isDirectory else {
            close(opened)
            throw FileError(path: path, action: "read", errno: EISDIR)
        }
        guard kind == .any || status.isRegularFile else {
            close(opened)
            throw FileError(path: path, action: "read", reason: "a regular file expected, got a pipe or a device")
        }
        (descriptor, start, size, position) = (opened, 0, status.size, nil)
    }

    /// A piece of an open file; see `FileRegion`. - Parameter path: what errors call it.
    public init(_ region: FileRegion, path: String) {
        self.path = path
        (descriptor, start, size, position) = (region.descriptor, region.start, region.size, 0)
    }

    deinit { if position == nil { close(descriptor) } }

    /// Whether it is a piece of a file that somebody else opened.
    var isPiece: Bool { position != nil }

    /// Reads the next bytes into `buffer`; fewer than it holds only at the end of the file.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if let position {
            let got = try read(into: buffer, at: position)
            self.position = position + got
            return got
        }
        return try fill(buffer) { systemRead(descriptor, $0, $1) }
    }

    /// Reads the bytes at a place, counted from the beginning of the file, without changing what `read(into:)` reads
    /// next; fewer than `buffer` holds only at the end of the file.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
        var place = start + offset
        // What follows a file in the executable is another's.
        let room = position == nil ? buffer.count : min(buffer.count, max(0, size - offset))
        return try fill(UnsafeMutableRawBufferPointer(rebasing: buffer[..<room])) {
            let got = pread(descriptor, $0, $1, off_t(place))
            place += max(0, got)
            return got
        }
    }

    private func fill(
        _ buffer: UnsafeMutableRawBufferPointer, _ take: (UnsafeMutableRawPointer, Int) -> Int
    ) throws -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        var filled = 0
        while filled < buffer.count {
            let got = take(base + filled, buffer.count - filled)
            if got < 0 {
                if errno == EINTR { continue }
                throw FileError(path: path, action: "read", errno: errno)
            }
            if got == 0 { break }
            filled += got
        }
        return filled
    }

    /// Goes back to a place in the file, counted in bytes from its start.
    public func seek(to offset: Int) throws {
        if position != nil {
            guard offset >= 0 else { throw FileError(path: path, action: "read", errno: EINVAL) }
            position = offset
        } else if lseek(descriptor, off_t(offset), SEEK_SET) < 0 {
            throw FileError(path: path, action: "read", errno: errno)
        }
    }
}

/// The whole content of a file.
///
/// - Parameters:
///   - limit: the most bytes to take; a longer file is an error. Default: 4 GiB.
///   - kind: what it may be. Default: anything but a directory.
/// - Throws: `FileError` where it cannot be read.
public func readFile(_ path: String, limit: Int = 1 << 32, kind: ReadableFile.Kind = .any) throws -> [UInt8] {
    let file = try ReadableFile(path, kind: kind)
    guard file.size <= limit else {
        throw FileError(path: path, action: "read", reason: "it has \(file.size) bytes, at most \(limit) are taken")
    }
    var content = [UInt8]()
    // One byte more than announced: a file that grew, or a pipe that announces nothing, shows itself.
    var room = max(file.size + 1, 64 << 10)
    while true {
        let start = content.count
        guard start <= limit else {
            throw FileError(path: path, action: "read", reason: "it has more than \(limit) bytes")
        }
        let chunk = try [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        if start == 0 && chunk.count < room { return chunk }
        content += chunk
        if chunk.count < room { return content }
        room = 1 << 20
    }
}

/// The whole content of a text file, as UTF-8; invalid bytes are replaced.
public func readText(_ path: String, limit: Int = 64 << 20) throws -> String {
    String(decoding: try readFile(path, limit: limit), as: UTF8.self)
}

/// The system's `read`, told apart from methods of that name.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
