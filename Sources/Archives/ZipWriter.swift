import CZlib
import Files

/// Writes a ZIP archive, entry after entry. Times are those of 1980, so that the same content gives the same bytes.
public final class ZipWriter {
    private let write: (UnsafeRawBufferPointer) throws -> Void
    private var place: Int
    private var names: Set<String> = []
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
        var crc = CRC32()
        content.withUnsafeBytes { crc.update($0) }
        let packed = method == .stored ? content : try deflate(content, name: name)
        try begin(name, method, crc: crc.value, packedSize: packed.count, size: content.count)
        try put(packed)
    }

    /// Adds a file's content as it is. It is read twice, piece by piece: what is said of it stands before it.
    ///
    /// - Throws: `FileError`, also where the file changes meanwhile.
    public func add(_ name: String, file: ReadableFile) throws {
        let (crc, size) = try checksum(of: file)
        try begin(name, .stored, crc: crc, packedSize: size, size: size)
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
        let limit = Int(UInt16.max)
        guard names.count < limit, place + directory.count < Int(UInt32.max), comment.count <= limit else {
            throw FileError(path: "the archive", action: "write", reason: "it would have too many or too large entries")
        }
        let start = place
        let size = directory.count
        try put(directory)
        var end: [UInt8] = []
        end.append(little: ZipRecord.end.signature)
        end.append(little: UInt32(0))
        for _ in 0..<2 { end.append(little: UInt16(names.count)) }
        end.append(little: UInt32(size))
        end.append(little: UInt32(start))
        end.append(little: UInt16(comment.count))
        try put(end + comment)
    }

    private func begin(_ name: String, _ method: ZipMethod, crc: UInt32, packedSize: Int, size: Int) throws {
        let bytes = name.systemBytes
        func failure(_ reason: String) -> FileError {
            FileError(path: name, action: "put into the archive", reason: reason)
        }
        guard !bytes.isEmpty, bytes.count <= Int(UInt16.max) else { throw failure("a name has 1 to 65535 bytes") }
        guard names.insert(name).inserted else { throw failure("another file of that name is in it") }
        // What is larger takes ZIP64, which not everything reads.
        guard max(size, packedSize) < Int(UInt32.max), place < Int(UInt32.max) else {
            throw failure("an archive holds less than 4 GiB")
        }
        var common: [UInt8] = []
        common.append(little: UInt16(20))  // what a reader has to know: version 2.0
        common.append(little: UInt16(1 << 11))  // the name is UTF-8
        common.append(little: method.rawValue)
        common.append(little: UInt16(0))
        common.append(little: ZipRecord.date)
        common.append(little: crc)
        common.append(little: UInt32(packedSize))
        common.append(little: UInt32(size))
        common.append(little: UInt16(bytes.count))
        common.append(little: UInt16(0))

        directory.append(little: ZipRecord.central.signature)
        directory.append(little: UInt16(3 << 8 | 20))  // made by a Unix, so that the mode below counts
        directory += common
        directory += [UInt8](repeating: 0, count: 6)
        directory.append(little: UInt32(0o100644) << 16)
        directory.append(little: UInt32(place))
        directory += bytes

        var head: [UInt8] = []
        head.append(little: ZipRecord.local.signature)
        try put(head + common + bytes)
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
