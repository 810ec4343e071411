import CZlib

/// Unpacks raw deflate data (RFC 1951).
///
/// - Parameter size: how many bytes come out of it.
/// - Throws: `Unsound` for data that is damaged or of another size.
func inflate(_ packed: [UInt8], size: Int) throws -> [UInt8] {
    var stream = z_stream()
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
        throw Unsound("out of memory")
    }
    defer { inflateEnd(&stream) }
    return try packed.withUnsafeBufferPointer { source in
        var output: [UInt8] = []
        // Grown as bytes come: what is announced need not be true.
        var position = 0
        while true {
            // zlib counts in 32 bits, so a long input comes in parts.
            let given = min(source.count - position, 1 << 30)
            stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress.map { $0 + position })
            stream.avail_in = UInt32(given)
            let room = 256 << 10
            var status = Z_OK
            output += [UInt8](unsafeUninitializedCapacity: room) { target, count in
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(room)
                status = CZlib.inflate(&stream, Z_NO_FLUSH)
                count = room - Int(stream.avail_out)
            }
            position += given - Int(stream.avail_in)
            guard output.count <= size else { throw Unsound("it unpacks to more than \(size) bytes") }
            if status == Z_STREAM_END { break }
            guard status == Z_OK, position < source.count || stream.avail_out == 0 else {
                throw Unsound("its packed bytes are no deflate data or end early")
            }
        }
        guard output.count == size, position == source.count else {
            throw Unsound("it unpacks to \(output.count) bytes, not \(size)")
        }
        return output
    }
}
