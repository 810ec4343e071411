import CPNGShim

/// The image as a PNG file's content: 8 bits a sample, grey or RGB, not interlaced.
///
/// - Throws: `ImageError` where memory runs out.
public func encodePNG(_ image: Image) throws -> [UInt8] {
    var header = nj_png_header()
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    let status = image.pixels.withUnsafeBufferPointer {
        nj_png_write(
            $0.baseAddress, UInt32(image.width), UInt32(image.height), UInt32(image.channels), &bytes, &count, &header)
    }
    defer { nj_png_free(bytes) }
    guard status == nj_png_ok else {
        guard status == nj_png_no_memory else { throw ImageError("encode an image: \(message(of: header))") }
        throw ImageError(.memory, "encode an image: out of memory")
    }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
}
