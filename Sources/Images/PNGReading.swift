import CPNGShim
import Files

/// Reads a PNG file; see `decodePNG`.
///
/// - Throws: `FileError` where the file cannot be read, `ImageError` where it holds no whole, valid PNG of at
///   most `Image.mostPixels` pixels.
public func readPNG(_ path: String) throws -> Image {
    // What 64 Mi pixels of 64 bits take uncompressed, and as much again for the rest of the file.
    try decodePNG(try readFile(path, limit: 1 << 30), name: path)
}

/// The image of a PNG (ISO/IEC 15948): any colour type and depth, interlaced or not.
///
/// Samples become 8 bits: of 16 the high byte is taken, 1, 2 and 4-bit greys are spread over 0...255, palettes
/// become RGB. Transparency is dropped, not blended with a background; gamma and colour profiles are ignored.
///
/// - Parameters:
///   - bytes: the file's content.
///   - name: what errors call it.
/// - Throws: `ImageError`; also for a wrong checksum and for a file without its end.
public func decodePNG(_ bytes: [UInt8], name: String) throws -> Image {
    try bytes.withUnsafeBufferPointer { source in
        var header = nj_png_header()
        var reader: OpaquePointer?
        let opened = nj_png_open(source.baseAddress, source.count, UInt64(Image.mostPixels), &reader, &header)
        guard opened == nj_png_ok, let reader else { throw readingError(opened, header, name, source.count) }
        defer { nj_png_close(reader) }
        let (width, height, channels) = (Int(header.width), Int(header.height), Int(header.channels))
        guard channels == 1 || channels == 3 else {
            throw ImageError("read '\(name)': \(channels) channels after conversion")
        }
        let pixels = try [UInt8](unsafeUninitializedCapacity: width * height * channels) { pixels, count in
            let status = nj_png_read(reader, pixels.baseAddress, &header)
            guard status == nj_png_ok else { throw readingError(status, header, name, source.count) }
            count = width * height * channels
        }
        return Image(width: width, height: height, channels: channels, checked: pixels)
    }
}

private func readingError(_ status: nj_png_status, _ header: nj_png_header, _ name: String, _ size: Int) -> ImageError {
    switch status {
    case nj_png_not_png where size == 0: ImageError(.notPNG, "read '\(name)': the file is empty")
    case nj_png_not_png: ImageError(.notPNG, "read '\(name)': not a PNG file")
    case nj_png_truncated:
        ImageError(.truncated, "read '\(name)': truncated: its \(size) bytes end before the image does")
    case nj_png_too_large:
        ImageError(
            .tooLarge,
            "read '\(name)': \(header.width) x \(header.height) pixels, at most \(Image.mostPixels) are taken")
    case nj_png_no_memory: ImageError(.memory, "read '\(name)': out of memory")
    default: ImageError("read '\(name)': \(message(of: header))")
    }
}

/// The words of libpng.
func message(of header: nj_png_header) -> String {
    withUnsafeBytes(of: header.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
