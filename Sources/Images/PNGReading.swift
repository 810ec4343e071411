import CPNGShim

/// The image of a PNG (ISO/IEC 15948): any colour type and depth, interlaced or not.
///
/// Samples become 8 bits: of 16 the high byte is taken, 1, 2 and 4-bit greys are spread over 0...255, palettes
/// become RGB. Transparency is dropped, not blended with a background; gamma and colour profiles are ignored.
///
/// - Parameters:
///   - bytes: the file's content.
///   - name: what errors call it.
/// - Throws: `ImageError`; also for a wrong checksum, a file without its end, a palette without the colour of a pixel, and
///   for chunks that must be understood and are not.
public func decodePNG(_ bytes: [UInt8], name: String) throws -> Image {
    guard try ImageFormat(bytes, name: name) == .png else {
        throw ImageError(.unknownFormat, "read '\(name)': not a PNG file")
    }
    _ = try PNGHeader(bytes, name: name)
    try PNGHeader.checkChunks(bytes, name: name)
    return try bytes.withUnsafeBufferPointer { source in
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
    case nj_png_not_png: ImageError(.unknownFormat, "read '\(name)': not a PNG file")
    case nj_png_truncated: truncatedImage(name, size)
    case nj_png_palette: ImageError("read '\(name)': a pixel has a colour that the palette does not have")
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
