import CJPEG

/// The image as a JPEG file's content: baseline, grey or YCbCr with colours at half the resolution, with libjpeg-turbo's
/// tables, as Pillow's `save(quality=quality)` writes it. The library is opened on first use.
///
/// - Parameter quality: from 1 to 100. Default: 75, Pillow's.
/// - Throws: `ImageError` for another quality, for sides above 65,500 pixels and where memory runs out.
public func encodeJPEG(_ image: Image, quality: Int = 75) throws -> [UInt8] {
    guard (1...100).contains(quality) else {
        throw ImageError("encode an image: quality from 1 to 100 expected, got \(quality)")
    }
    guard max(image.width, image.height) <= 65_500 else {
        throw ImageError("encode an image of \(image.width) x \(image.height) pixels: a JPEG has at most 65500 a side")
    }
    try JPEGLibrary.require()
    var message = [CChar](repeating: 0, count: Int(cjpeg_message_size))
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    let status = cjpeg_write(
        image.pixels, UInt32(image.width), UInt32(image.height), UInt32(image.channels), Int32(quality), &bytes, &count,
        &message)
    defer { cjpeg_free(bytes) }
    guard status == cjpeg_ok else {
        guard status == cjpeg_no_memory else { throw ImageError("encode an image: \(text(message))") }
        throw ImageError(.memory, "encode an image: out of memory")
    }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
}
