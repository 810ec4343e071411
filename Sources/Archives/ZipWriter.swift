import CZlib
import Files

/// Writes a ZIP archive, entry after entry. Times are those of 1980, so that the same content gives the same bytes. What
/// does not fit into 32 bits is written as ZIP64, and only that: not everything reads it.
public final class ZipWriter {
    private let write: (UnsafeRawBufferPointer) throws -> Void
    private var place: Int
    private var names: Set<ExactName> = []
    private var directory: [UInt8] = []

    /// - Parameters:
    ///   - start: how many bytes stand before the archive in the file that it becomes a part of. Default: 0.
    ///   - write: takes the archive's bytes as they come.
    public init(startingAt start: Int = 0, write: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        place = start
        self.write = write
    }

    /// Adds an entry.
    ///
    /// - Parameter method: how its bytes are kept. Default: as they are.
    /// - Throws: `FileError` where the name is taken or the format cannot hold it.
    public func add(_ name: String, _ content: [UInt8], method: ZipMethod = .stored) throws {
        guard method == .deflated else { return try content.withUnsafeBytes { try add(name, stored: $0) } }
        let packed = try deflate(content, name: name)
        var crc = CRC32()
        content.withUnsafeBytes { crc.update($0) }
        try begin(ZipDraft(name, method, crc: crc.value, packedSize: packed.count, size: content.count))
        try put(packed)
    }

    /// Adds an entry whose bytes are kept as they are.
    ///
    /// - Parameters:
    ///   - head: what stands before `content` in the entry. Default: nothing.
    ///   - alignment: the entry's bytes begin at a multiple of it, so that the file can be mapped. Default: 1.
    public func add(
        _ name: String, head: [UInt8] = [], stored content: UnsafeRawBufferPointer, alignment: Int = 1
    ) throws {
        var crc = CRC32()
        head.withUnsafeBytes { crc.update($0) }
        crc.update(content)
        let size = head.count + content.count
        try begin(ZipDraft(name, .stored, crc: crc.value, packedSize: size, size: size), alignment: alignment)
        try put(head)
        try put(content)
    }

    /// Adds a file's content as it is. It is read twice, piece by piece: what is said of it stands before it.
    ///
    /// - Throws: `FileError`, also where the file changes meanwhile.
    public func add(_ name: String, file: ReadableFile) throws {
        let (crc, size) = try checksum(of: file)
        try begin(ZipDraft(name, .stored, crc: crc, packedSize: size, size: size))
        var (again, rest) = (CRC32(), size)
        try file.forEachPiece(ofAtMost: size) { piece in
            again.update(piece)
            rest -= piece.count
            try put(piece)
        }
        guard rest == 0, again.value == crc else {
            throw FileError(path: file.path, action: "read", reason: "it changed while it was read")
        }
    }

    /// Writes the list of the entries. Nothing can be added after it.
    ///
    /// - Parameter comment: at most 65,535 bytes that the archive ends with. Default: none.
    public func finish(comment: [UInt8] = []) throws {
        guard comment.count <= Int(UInt16.max) else {
            throw FileError(path: "the archive", action: "write", reason: "its comment has more than 65535 bytes")
        }
        let end = ZipEndDraft(count: names.count, size: directory.count, start: place, comment: comment)
        try put(directory)
        try put(end.bytes)
    }

    private func begin(_ draft: ZipDraft, alignment: Int = 1) throws {
        func failure(_ reason: String) -> FileError {
            FileError(path: draft.name, action: "put into the archive", reason: reason)
        }
        guard !draft.nameBytes.isEmpty, draft.nameBytes.count <= Int(UInt16.max) else {
            throw failure("a name has 1 to 65535 bytes")
        }
        guard names.insert(ExactName(draft.name)).inserted else { throw failure("another file of that name is in it") }
        directory += draft.central(at: place)
        try put(draft.local(at: place, alignment: alignment))
    }

    private func put(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try put($0) } }

    private func put(_ bytes: UnsafeRawBufferPointer) throws {
        try write(bytes)
        place += bytes.count
    }
}

/// The checksum and the size of a file's content.
private func checksum(of file: ReadableFile) throws -> (UInt32, Int) {
    var (crc, size) = (CRC32(), 0)
    try file.forEachPiece {
        crc.update($0)
        size += $0.count
    }
    return (crc.value, size)
}

extension ReadableFile {
    /// Reads the content from its beginning, piece by piece.
    func forEachPiece(ofAtMost limit: Int = .max, _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var place = 0
        while place < limit {
            let room = min(buffer.count, limit - place)
            let count = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]), at: place)
            try take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            place += count
            if count < room { return }
        }
    }
}

/// Raw deflate data (RFC 1951).
private func deflate(_ content: [UInt8], name: String) throws -> [UInt8] {
    func failure(_ reason: String) -> FileError {
        FileError(path: name, action: "put into the archive", reason: reason)
    }
    guard content.count < Int(UInt32.max) else { throw failure("an archive holds less than 4 GiB") }
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard deflateInit2_(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK else {
        throw failure("out of memory")
    }
    defer { deflateEnd(&stream) }
    let room = Int(deflateBound(&stream, UInt(content.count)))
    return try content.withUnsafeBufferPointer { source in
        try [UInt8](unsafeUninitializedCapacity: room) { target, count in
            stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(clamping: target.count)
            guard CZlib.deflate(&stream, Z_FINISH) == Z_STREAM_END else { throw failure("zlib cannot pack it") }
            count = target.count - Int(stream.avail_out)
        }
    }
}
