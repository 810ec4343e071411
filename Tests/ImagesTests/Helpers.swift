import Files

/// A file of the folder Reference beside this one.
func referencePath(_ name: String, here: String = #filePath) -> String {
    joinPath(directoryName(here), "Reference/\(name)")
}

/// The message of the error that `body` throws; "no error" where it throws none.
func text<T>(_ body: () throws -> T) -> String {
    do {
        _ = try body()
        return "no error"
    } catch {
        return "\(error)"
    }
}

/// A chunk of a PNG file with a checksum that fits.
func pngChunk(_ kind: [UInt8], _ content: [UInt8]) -> [UInt8] {
    var chunk = bigEndian(UInt32(content.count)) + kind + content + [0, 0, 0, 0]
    fixChecksum(ofChunkAt: 0, in: &chunk)
    return chunk
}

func fixChecksum(ofChunkAt start: Int, in bytes: inout [UInt8]) {
    let length = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    let end = start + 8 + length
    var crc = UInt32.max
    for byte in bytes[start + 4..<end] {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? 0xedb8_8320 ^ crc >> 1 : crc >> 1 }
    }
    bytes.replaceSubrange(end..<end + 4, with: bigEndian(~crc))
}

func bigEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
