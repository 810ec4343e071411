import Files

/// The content of an archive's entry, read from its beginning piece by piece. With its last byte the entry is checked:
/// its size, its checksum, and that the packed bytes end where the archive says.
public final class ZipStream {
    private let file: ReadableFile
    private let entry: ZipEntry
    private let inflater: Inflater?
    /// Packed bytes that were read and not unpacked yet.
    private var packed: ArraySlice<UInt8> = []
    /// How many of the packed bytes were read, how many of the content given.
    private var (taken, given) = (0, 0)
    private var crc = CRC32()

    init(_ file: ReadableFile, _ entry: ZipEntry) throws {
        self.file = file
        self.entry = entry
        inflater = entry.method == .deflated ? try Inflater() : nil
        if entry.size == 0 { try finish() }
    }

    /// Puts the next bytes into `buffer`; fewer than it holds only at the end.
    ///
    /// - Throws: `FileError` where the entry is damaged or cannot be read. What was read before may be damaged, too, until
    ///   the last byte came without an error.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, entry.size - given)])
        guard !wanted.isEmpty else { return 0 }
        do {
            if let inflater { try unpack(inflater, wanted) } else { try copy(wanted) }
            crc.update(UnsafeRawBufferPointer(wanted))
            given += wanted.count
            if given == entry.size { try finish() }
        } catch let error as Unsound {
            throw FileError(
                path: file.path, action: "read", reason: "'\(entry.name)' in it: it is damaged: \(error.reason)")
        }
        return wanted.count
    }

    private func copy(_ wanted: UnsafeMutableRawBufferPointer) throws {
        let count = try file.read(into: wanted, at: entry.start + taken)
        guard count == wanted.count else { throw Unsound("the file became shorter") }
        taken += count
    }

    private func unpack(_ inflater: Inflater, _ wanted: UnsafeMutableRawBufferPointer) throws {
        var done = 0
        while done < wanted.count {
            let step = try self.step(inflater, UnsafeMutableRawBufferPointer(rebasing: wanted[done...]))
            done += step
            guard step > 0 || !inflater.isDone else {
                throw Unsound("it unpacks to \(given + done) bytes, not \(entry.size)")
            }
        }
    }

    /// Unpacks once, and reads more packed bytes where there are none.
    private func step(_ inflater: Inflater, _ target: UnsafeMutableRawBufferPointer) throws -> Int {
        if packed.isEmpty {
            let count = min(256 << 10, entry.packedSize - taken)
            packed = try file.bytes(at: entry.start + taken, count: count)[...]
            guard packed.count == count else { throw Unsound("the file became shorter") }
            taken += count
        }
        let isLast = packed.isEmpty
        let (used, made) = try packed.withUnsafeBytes { try inflater.step($0, into: target) }
        packed = packed.dropFirst(used)
        guard used > 0 || made > 0 || !isLast || inflater.isDone else { throw Unsound("its packed bytes end early") }
        return made
    }

    /// Compares what is known only at the end.
    private func finish() throws {
        if let inflater {
            // The end of the data may stand behind the last byte of the content.
            var extra: UInt8 = 0
            while !inflater.isDone {
                let more = try withUnsafeMutableBytes(of: &extra) { try step(inflater, $0) }
                guard more == 0 else { throw Unsound("it unpacks to more than \(entry.size) bytes") }
            }
            guard packed.isEmpty, taken == entry.packedSize else { throw Unsound("other bytes follow its packed ones") }
        }
        guard crc.value == entry.crc else { throw Unsound("its checksum is another") }
    }
}
