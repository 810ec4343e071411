import Files

/// Writes a PNG or a JPEG file, which of them its name's extension says: `.png`, `.jpg` or `.jpeg`. The file appears whole
/// or not at all; see `encodePNG` and `encodeJPEG`.
///
/// - Parameter quality: of a JPEG, from 1 to 100; nil for 75. A PNG has none.
/// - Throws: `ImageError` for another extension, for a quality where there is none, where memory runs out; `FileError`
///   where the file cannot be written.
public func writeImage(_ image: Image, to path: String, quality: Int? = nil) throws {
    switch ImageFormat(extensionOf: path) {
    case .png:
        guard quality == nil else { throw ImageError("write '\(path)': a PNG file has no quality") }
        try writeFile(path, try encodePNG(image))
    case .jpeg: try writeFile(path, try encodeJPEG(image, quality: quality ?? 75))
    case nil: throw ImageError("write '\(path)': a name that ends in .png, .jpg or .jpeg expected")
    }
}
