import CZlib

/// Unpacks raw deflate data (RFC 1951), as much at a time as is asked for.
final class Inflater {
    private var stream = z_stream()
    /// Whether the data ended.
    private(set) var isDone = false

    init() throws {
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw Unsound("out of memory")
        }
    }

    deinit { inflateEnd(&stream) }

    /// Unpacks from `source` into `target`, until one of them or the data ends.
    ///
    /// - Returns: how many bytes were taken and how many given.
    /// - Throws: `Unsound` for what is no deflate data.
    func step(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) throws -> (taken: Int, given: Int) {
        // zlib counts in 32 bits.
        let (given, room) = (min(source.count, 1 << 30), min(target.count, 1 << 30))
        stream.next_in = UnsafeMutablePointer(mutating: source.bindMemory(to: UInt8.self).baseAddress)
        stream.avail_in = UInt32(given)
        stream.next_out = target.bindMemory(to: UInt8.self).baseAddress
        stream.avail_out = UInt32(room)
        let status = CZlib.inflate(&stream, Z_NO_FLUSH)
        // Z_BUF_ERROR says that there was nothing to do with what was given.
        guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
            throw Unsound("its packed bytes are no deflate data")
        }
        isDone = status == Z_STREAM_END
        return (given - Int(stream.avail_in), room - Int(stream.avail_out))
    }
}
