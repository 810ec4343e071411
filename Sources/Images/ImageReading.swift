import Files

/// Reads a PNG or a JPEG file, which of them its content says; see `decodePNG` and `decodeJPEG`.
///
/// - Throws: `FileError` where it is no regular file or cannot be read, `ImageError` where it holds no whole, valid image
///   of at most `Image.mostPixels` pixels.
public func readImage(_ path: String) throws -> Image {
    // What 64 Mi pixels of 64 bits take uncompressed, and as much again for the rest of the file.
    try decodeImage(try readFile(path, limit: 1 << 30, kind: .regular), name: path)
}

/// The image of a PNG's or a JPEG's content.
///
/// - Parameter name: what errors call it.
/// - Throws: `ImageError`.
public func decodeImage(_ bytes: [UInt8], name: String) throws -> Image {
    switch try ImageFormat(bytes, name: name) {
    case .png: try decodePNG(bytes, name: name)
    case .jpeg: try decodeJPEG(bytes, name: name)
    }
}

/// The kinds of files that images are read from and written to.
public enum ImageFormat: Sendable {
    case png
    case jpeg

    /// The kind of a file by its content.
    ///
    /// - Throws: `ImageError` of kind `.unknownFormat` for anything else, of kind `.truncated` where there are too few
    ///   bytes to tell.
    init(_ bytes: [UInt8], name: String) throws {
        guard !bytes.isEmpty else { throw ImageError(.unknownFormat, "read '\(name)': the file is empty") }
        for (format, signature) in [(Self.png, PNGHeader.signature), (.jpeg, [0xff, 0xd8, 0xff])] {
            if bytes.starts(with: signature) {
                self = format
                return
            }
            if signature.starts(with: bytes) { throw truncatedImage(name, bytes.count) }
        }
        throw ImageError(.unknownFormat, "read '\(name)': neither a PNG nor a JPEG file")
    }

    /// The kind of a file by its name's extension; nil for another.
    public init?(extensionOf path: String) {
        let name = path.lowercased()
        if name.hasSuffix(".png") {
            self = .png
        } else if name.hasSuffix(".jpg") || name.hasSuffix(".jpeg") {
            self = .jpeg
        } else {
            return nil
        }
    }
}

/// What a file says of its image before the pixels.
public struct ImageHeader: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// Of the image as it is read: 1 (grey) or 3 (RGB).
    public let channels: Int

    public init(width: Int, height: Int, channels: Int) {
        (self.width, self.height, self.channels) = (width, height, channels)
    }

    /// Reads the beginning of a PNG or JPEG file, and not more of it than that takes.
    ///
    /// - Throws: `FileError`, `ImageError`, as `readImage` would.
    public init(ofFileAt path: String) throws {
        let file = try ReadableFile(path, kind: .regular)
        // Cameras put profiles and small pictures before the size: then more is read, up to all.
        var room = 4 << 10
        while true {
            let bytes = try [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
            }
            do {
                try self.init(bytes, name: path)
                return
            } catch let error as ImageError where error.kind == .truncated && bytes.count == room && room < 1 << 26 {
                room *= 16
            }
        }
    }

    private init(_ bytes: [UInt8], name: String) throws {
        switch try ImageFormat(bytes, name: name) {
        case .png:
            let header = try PNGHeader(bytes, name: name)
            (width, height, channels) = (header.width, header.height, header.channels)
        case .jpeg:
            let frame = try JPEGFrame(bytes, name: name, isWhole: false)
            (width, height, channels) = (frame.width, frame.height, frame.components == 1 ? 1 : 3)
        }
    }
}

/// Refuses sizes before anything of that size is made.
///
/// - Throws: `ImageError` for sizes that are not positive, for sides above `Image.longestSide`, whose rows alone would
///   take much memory, and for more pixels than `Image.mostPixels`.
func checkReadable(width: Int, height: Int, name: String) throws {
    guard width > 0, height > 0 else {
        throw ImageError("read '\(name)': \(width) x \(height) pixels: sizes must be at least 1")
    }
    guard width * height <= Image.mostPixels else {
        throw ImageError(
            .tooLarge, "read '\(name)': \(width) x \(height) pixels, at most \(Image.mostPixels) are taken")
    }
    guard max(width, height) <= Image.longestSide else {
        throw ImageError(
            .tooLarge, "read '\(name)': \(width) x \(height) pixels, at most \(Image.longestSide) a side are taken")
    }
}
