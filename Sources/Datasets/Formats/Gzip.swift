import CZlib

/// Whether these are the first bytes of gzip data (RFC 1952).
func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1f, 0x8b]) }

/// Unpacks gzip data of one or more members; zero bytes may follow the last.
///
/// - Parameters:
///   - name: what errors call the data.
///   - limit: the most bytes to unpack, since a few packed bytes can stand for very many.
///   - promised: how many bytes data that begins so has, nil where that does not show yet: no more are unpacked.
/// - Throws: `DatasetError.unreadable` for data that is truncated, damaged or too long; what `promised` throws.
package func gunzip(
    _ bytes: [UInt8], name: String, limit: Int, promised: (_ start: [UInt8]) throws -> Int? = { _ in nil }
) throws -> [UInt8] {
    try bytes.withUnsafeBytes { source in
        var output: [UInt8] = []
        var promise: Int?
        // 31: windows of up to 2^15 bytes, gzip's header and checksum.
        var stream = z_stream()
        guard inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw DatasetError.unreadable(file: name, reason: "out of memory")
        }
        defer { inflateEnd(&stream) }
        try withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 64) { room in
            let input = source.bindMemory(to: UInt8.self)
            var position = 0
            while true {
                // zlib counts in 32 bits, so a long input comes in parts.
                let given = min(input.count - position, 1 << 30)
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + position })
                stream.avail_in = UInt32(given)
                stream.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.avail_out = UInt32(room.count)
                let status = inflate(&stream, Z_NO_FLUSH)
                position += given - Int(stream.avail_in)
                let made = room.count - Int(stream.avail_out)
                guard made <= limit - output.count else {
                    throw DatasetError.unreadable(file: name, reason: "it unpacks to more than \(limit) bytes")
                }
                output.append(contentsOf: room[..<made])
                if promise == nil, let total = try promised(output) {
                    promise = total
                    output.reserveCapacity(min(total, announcedLength(source, limit: limit)))
                }
                guard output.count <= promise ?? limit else {
                    throw DatasetError.unreadable(
                        file: name,
                        reason: "it unpacks to more than the \(promise ?? limit) bytes that its header promises")
                }
                if status == Z_STREAM_END {
                    let rest = input[position...]
                    if rest.allSatisfy({ $0 == 0 }) { return }
                    guard inflateReset(&stream) == Z_OK, rest.starts(with: [0x1f, 0x8b]) else {
                        throw DatasetError.unreadable(
                            file: name, reason: "damaged: \(rest.count) bytes follow its gzip data")
                    }
                } else if status == Z_BUF_ERROR || (status == Z_OK && position == input.count && made < room.count) {
                    throw DatasetError.unreadable(file: name, reason: "truncated: its gzip data ends early")
                } else if status != Z_OK {
                    let reason = stream.msg.map { String(cString: $0) } ?? "zlib error \(status)"
                    throw DatasetError.unreadable(file: name, reason: "damaged: \(reason)")
                }
            }
        }
        return output
    }
}

/// The length that the last four bytes announce, as far as the packed length makes it possible (deflate packs
/// at most 1032 bytes in one) and the limit allows it.
private func announcedLength(_ bytes: UnsafeRawBufferPointer, limit: Int) -> Int {
    guard bytes.count >= 4 else { return 0 }
    let announced = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self)))
    return min(announced, bytes.count * 1032, limit)
}
