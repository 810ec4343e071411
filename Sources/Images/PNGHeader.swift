/// What is checked of a PNG before the decoder sees it.
struct PNGHeader {
    static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    let width: Int
    let height: Int
    /// Of the image as it is read: 1 (grey) or 3 (RGB).
    let channels: Int

    /// - Parameter bytes: the file, or a beginning of it that begins as PNG files do.
    /// - Throws: `ImageError` for sizes that are not taken, of kind `.truncated` where the header is not all there.
    init(_ bytes: [UInt8], name: String) throws {
        guard bytes.count >= 33 else { throw truncatedImage(name, bytes.count) }
        guard bytes[8..<16].elementsEqual([0, 0, 0, 13] + Array("IHDR".utf8)) else {
            throw ImageError("read '\(name)': a PNG that does not begin with its header")
        }
        func number(at place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
        (width, height) = (number(at: 16), number(at: 20))
        // Bit 1 of the colour type: colour, a palette included.
        channels = bytes[25] & 2 == 0 ? 1 : 3
        // libpng has its own words for what the format itself does not allow.
        if (1...0x7fff_ffff).contains(width), (1...0x7fff_ffff).contains(height) {
            try checkReadable(width: width, height: height, name: name)
        }
    }

    /// Refuses chunks that must be understood and are not: libpng passes over them.
    ///
    /// - Parameter bytes: the whole file. Where it ends too soon, libpng says so.
    /// - Throws: `ImageError`.
    static func checkChunks(_ bytes: [UInt8], name: String) throws {
        var place = signature.count
        while place + 8 <= bytes.count {
            let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            let kind = String(decoding: bytes[place + 4..<place + 8], as: UTF8.self)
            // A small first letter marks what a reader may leave out.
            guard bytes[place + 4] & 0x20 != 0 || ["IHDR", "PLTE", "IDAT", "IEND"].contains(kind) else {
                throw ImageError("read '\(name)': a critical chunk that is not known: \(printable(kind))")
            }
            if kind == "IEND" { return }
            place += 12 + length
        }
    }

    private static func printable(_ kind: String) -> String {
        kind.utf8.allSatisfy { (0x21...0x7e).contains($0) } ? kind : "bytes that are no letters"
    }
}
