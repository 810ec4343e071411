import Archives
import Files

/// An executable with files in it: the command as it is, and after it a ZIP archive, whose first file is the script
/// that runs when the executable is started. `unzip -l` shows what is in it.
public struct ExecutableBundle {
    /// What the archive ends with, by which it is known at the end of an executable.
    static let mark = Array("nightjar bundle 1".utf8)

    /// The name of the script.
    public let script: String
    /// How many bytes of the executable are the command.
    public let hostSize: Int
    private let archive: ZipReader

    /// The files in the running program; nil where it is the plain command.
    ///
    /// - Throws: `FileError` where something is there and is damaged.
    public static func ofRunningProgram() throws -> ExecutableBundle? {
        guard let file = RunningProgram.open() else { return nil }
        return try ExecutableBundle(of: file)
    }

    /// The files in an executable; nil where it has none.
    ///
    /// - Throws: `FileError` where something is there and is damaged.
    public init?(of file: ReadableFile) throws {
        guard try Self.isMarked(file) else {
            // Cut off, as by a download that broke: bundled files begin, but the end is missing.
            guard try Self.beginsArchive(file) else { return nil }
            throw Self.damaged(file, "the end of the bundled files is missing")
        }
        do {
            archive = try ZipReader(file)
        } catch let error as FileError {
            throw Self.damaged(file, error.reason)
        }
        hostSize = archive.start
        guard let first = archive.entries.first, archive.entries.allSatisfy({ $0.method == .stored }) else {
            throw Self.damaged(file, "the bundled script is missing")
        }
        script = first.name
    }

    private static func isMarked(_ file: ReadableFile) throws -> Bool {
        guard file.size > mark.count else { return false }
        return try withUnsafeTemporaryAllocation(byteCount: mark.count, alignment: 1) { bytes in
            let count = try file.read(into: bytes, at: file.size - mark.count)
            return bytes[..<count].elementsEqual(mark)
        }
    }

    /// Whether an archive follows the command.
    private static func beginsArchive(_ file: ReadableFile) throws -> Bool {
        guard let end = try elfSize(file), end < file.size else { return false }
        return try withUnsafeTemporaryAllocation(byteCount: 4, alignment: 1) { bytes in
            let count = try file.read(into: bytes, at: end)
            return bytes[..<count].elementsEqual([0x50, 0x4B, 3, 4])
        }
    }

    private static func damaged(_ file: ReadableFile, _ reason: String) -> FileError {
        FileError(
            path: file.path, action: "run", reason: "the executable is damaged (\(reason)): fetch it or make it again")
    }

    /// Lets the files be read by their paths `bundle:/name`.
    public func install() {
        let archive = UncheckedSendableReader(archive)
        BundledFiles.install(
            archive.reader.entries.compactMap { entry in
                archive.reader.region(of: entry).map { region in
                    (name: entry.name, region: region, check: { try archive.reader.check(entry) })
                }
            })
    }
}

/// A reader whose file is only read at places that are given.
private final class UncheckedSendableReader: @unchecked Sendable {
    let reader: ZipReader

    init(_ reader: ZipReader) { self.reader = reader }
}

/// How long an ELF executable says that it is: to the end of its section headers, which linkers put last. Nil for
/// other files.
private func elfSize(_ file: ReadableFile) throws -> Int? {
    try withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { head in
        guard try file.read(into: head, at: 0) == 64, head.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else {
            return nil
        }
        let table = UInt64(littleEndian: head.load(fromByteOffset: 40, as: UInt64.self))
        let size = UInt16(littleEndian: head.load(fromByteOffset: 58, as: UInt16.self))
        let count = UInt16(littleEndian: head.load(fromByteOffset: 60, as: UInt16.self))
        guard table > 0, table < 1 << 62 else { return nil }
        return Int(table) + Int(size) * Int(count)
    }
}
