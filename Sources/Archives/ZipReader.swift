import Files

/// One file of a ZIP archive.
public struct ZipEntry: Sendable, Equatable {
    public let name: String
    public let method: ZipMethod
    /// The size of its content.
    public let size: Int
    /// The size of its bytes in the archive.
    public let packedSize: Int
    /// CRC-32 of its content.
    public let crc: UInt32
    /// Where its bytes begin in the file.
    public let start: Int
    /// Where its header begins in the file.
    let header: Int
}

/// A ZIP archive, at the end of a file or all of it, with places counted from the file's beginning.
///
/// The file may come from anywhere. What the archive says of itself in two places must agree, entries must not share
/// bytes, and no memory is taken for more than the bytes at hand can stand for.
public final class ZipReader {
    /// The entries in the order of the archive's list.
    public let entries: [ZipEntry]
    /// What the archive ends with.
    public let comment: [UInt8]
    /// Where the archive's first entry begins in the file.
    public let start: Int
    let file: ReadableFile
    private let places: [ExactName: Int]

    /// Reads the archive's list and the header of every entry.
    ///
    /// - Throws: `FileError` where the file cannot be read or holds no sound archive.
    public init(_ file: ReadableFile) throws {
        self.file = file
        do {
            let list = try ZipDirectory(file)
            entries = list.entries
            comment = list.comment
            start = list.start
        } catch let error as Unsound {
            throw FileError(path: file.path, action: "read", reason: "it is not a sound ZIP archive: \(error.reason)")
        }
        places = Dictionary(entries.enumerated().map { (ExactName($1.name), $0) }) { first, _ in first }
    }

    /// The entry of that name; nil where there is none.
    public func entry(_ name: String) -> ZipEntry? { places[ExactName(name)].map { entries[$0] } }

    /// An entry's content, checked.
    ///
    /// - Parameter limit: the most bytes to take; a longer content is an error. Default: 4 GiB.
    /// - Throws: `FileError` where it is longer, damaged or cannot be read.
    public func content(of entry: ZipEntry, limit: Int = 1 << 32) throws -> [UInt8] {
        guard entry.size <= limit else {
            throw failure(entry, "it has \(entry.size) bytes, at most \(limit) are taken")
        }
        let stream = try stream(of: entry)
        var content: [UInt8] = []
        // Grown as bytes come: what is announced need not be true.
        while content.count < entry.size {
            let room = min(entry.size - content.count, 1 << 20)
            content += try [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                count = try stream.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
        }
        return content
    }

    /// An entry's content, to be read piece by piece. - Throws: `FileError` where it is empty and damaged.
    public func stream(of entry: ZipEntry) throws -> ZipStream {
        do {
            return try ZipStream(file, entry)
        } catch let error as Unsound {
            throw failure(entry, "it is damaged: \(error.reason)")
        }
    }

    /// Compares a stored entry's content with its checksum, piece by piece.
    ///
    /// - Throws: `FileError` where they differ or it cannot be read.
    public func check(_ entry: ZipEntry) throws {
        guard entry.method == .stored else { return _ = try content(of: entry) }
        let region = FileRegion(of: file, start: entry.start, size: entry.size)
        var crc = CRC32()
        try ReadableFile(region, path: file.path).forEachPiece { crc.update($0) }
        guard crc.value == entry.crc else { throw failure(entry, "it is damaged: its checksum is another") }
    }

    /// Where a stored entry's content lies.
    public func region(of entry: ZipEntry) -> FileRegion? {
        entry.method == .stored ? FileRegion(of: file, start: entry.start, size: entry.size) : nil
    }

    private func failure(_ entry: ZipEntry, _ reason: String) -> FileError {
        FileError(path: file.path, action: "read", reason: "'\(entry.name)' in it: \(reason)")
    }
}

extension ReadableFile {
    /// Bytes at a place; fewer only at the end of the file.
    func bytes(at place: Int, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try read(into: UnsafeMutableRawBufferPointer(buffer), at: place)
        }
    }
}

/// What is wrong with an archive, in words.
struct Unsound: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
