import CLibrary
import Files
import Images
import Testing

/// A sound file to spoil: 20 x 10 pixels of RGB.
private func sound() throws -> [UInt8] {
    let pixels = (0..<600).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / 60) }
    return try encodePNG(Image(width: 20, height: 10, channels: 3, pixels: pixels))
}

private func decodingError(_ bytes: [UInt8]) -> String { text { try decodePNG(bytes, name: "x.png") } }

@Test("what is no PNG is called so")
func notPNG() {
    #expect(decodingError([]) == "cannot read 'x.png': the file is empty")
    #expect(decodingError(Array("Dear sir, the picture".utf8)) == "cannot read 'x.png': neither a PNG nor a JPEG file")
    #expect(decodingError([0xff, 0xd8, 0xff, 0xe0]) == "cannot read 'x.png': not a PNG file")
    #expect(text { try readImage("/nowhere/x.png") } == "cannot open '/nowhere/x.png': No such file or directory")
}

@Test("a file cut anywhere is truncated")
func truncated() throws {
    let bytes = try sound()
    for count in 1..<bytes.count {
        #expect(
            decodingError(Array(bytes[..<count]))
                == "cannot read 'x.png': truncated: its \(count) bytes end before the image does")
    }
    #expect(decodingError(bytes) == "no error")
    #expect(decodingError(bytes + [1, 2, 3]) == "no error")
}

@Test("a wrong byte in a chunk fails its checksum")
func checksums() throws {
    let bytes = try sound()
    for place in bytes.indices {
        var spoiled = bytes
        spoiled[place] ^= 0x10
        #expect(throws: ImageError.self, "byte \(place)") { try decodePNG(spoiled, name: "x.png") }
    }
    var spoiled = bytes
    spoiled[bytes.count - 14] ^= 1  // the last byte of IDAT's checksum
    #expect(decodingError(spoiled) == "cannot read 'x.png': IDAT: CRC error")
    let comment = withChunk("tEXt", Array("Comment\0x".utf8), in: bytes)
    #expect(decodingError(comment) == "no error")
    spoiled = comment
    spoiled[33 + 8] ^= 1
    #expect(decodingError(spoiled) == "cannot read 'x.png': tEXt: CRC error")
}

@Test("sizes that no such file can have are refused before memory is taken")
func dimensions() throws {
    let bytes = try sound()
    #expect(
        decodingError(withSize(0, 10, in: bytes))
            == "cannot read 'x.png': Invalid IHDR data: Image width is zero in IHDR")
    #expect(
        decodingError(withSize(20, 0, in: bytes))
            == "cannot read 'x.png': Invalid IHDR data: Image height is zero in IHDR")
    #expect(
        decodingError(withSize(0x7fff_ffff, 0x7fff_ffff, in: bytes))
            == "cannot read 'x.png': 2147483647 x 2147483647 pixels, at most 67108864 are taken")
    #expect(
        decodingError(withSize(8192, 8193, in: bytes))
            == "cannot read 'x.png': 8192 x 8193 pixels, at most 67108864 are taken")
    #expect(
        decodingError(withSize(8192, 8192, in: bytes))
            == "cannot read 'x.png': truncated: its \(bytes.count) bytes end before the image does")
    #expect(decodingError(withSize(20, 11, in: bytes)) == "cannot read 'x.png': Not enough image data")
    #expect(
        decodingError(withSize(0xffff_ffff, 10, in: bytes)) == "cannot read 'x.png': PNG unsigned integer out of range")
}

@Test("a palette image without a palette is refused")
func missingPalette() throws {
    var bytes = try sound()
    bytes[25] = 3
    fixChecksum(ofChunkAt: 8, in: &bytes)
    #expect(decodingError(bytes) == "cannot read 'x.png': IDAT: Missing PLTE before IDAT")
}

@Test("a pixel whose colour the palette lacks is refused, at every depth, interlaced too")
func coloursOutsideThePalette() throws {
    for name in ["palette2.png", "palette4.png", "palette8.png", "interlaced_palette4.png"] {
        var bytes = try readFile(referencePath(name))
        #expect(decodingError(bytes) == "no error")
        // The palette cut to its first colour.
        let start = try #require(place(of: "PLTE", in: bytes))
        let length = Int(bytes[start + 2]) << 8 | Int(bytes[start + 3])
        bytes.replaceSubrange(start..<start + 12 + length, with: chunk("PLTE", [1, 2, 3]))
        #expect(decodingError(bytes) == "cannot read 'x.png': a pixel has a colour that the palette does not have")
    }
}

@Test("a chunk that must be understood and is not is refused, one that may be left out is not")
func unknownChunks() throws {
    let bytes = try sound()
    #expect(decodingError(withChunk("quIk", [1], in: bytes)) == "no error")
    #expect(
        decodingError(withChunk("QuIk", [1], in: bytes))
            == "cannot read 'x.png': a critical chunk that is not known: QuIk")
    #expect(
        decodingError(withChunk("\u{1}\u{2}ab", [1], in: bytes))
            == "cannot read 'x.png': a critical chunk that is not known: bytes that are no letters")
}

@Test("rows that take much memory are refused: many pixels are taken only in many rows")
func longRows() throws {
    let bytes = try sound()
    #expect(
        decodingError(withSize(1 << 26, 1, in: bytes))
            == "cannot read 'x.png': 67108864 x 1 pixels, at most 65535 a side are taken")
}

@Test("a pipe or a device is refused at once")
func noRegularFile() throws {
    let path = "/tmp/nightjar-images-\(UInt64.random(in: 0 ... .max)).png"
    #expect(mkfifo(path, 0o600) == 0)
    defer { try? removeFile(path) }
    #expect(text { try readImage(path) } == "cannot read '\(path)': a regular file expected, got a pipe or a device")
    #expect(
        text { try ImageHeader(ofFileAt: "/dev/zero") }.hasSuffix("a regular file expected, got a pipe or a device"))
    #expect(text { try readImage("/tmp") } == "cannot read '/tmp': Is a directory")
}

@Test("a file is written as its name says")
func writtenByName() throws {
    let image = try slope(8, 8, 3)
    let path = "/tmp/nightjar-images-\(UInt64.random(in: 0 ... .max)).JPEG"
    defer { try? removeFile(path) }
    try writeImage(image, to: path, quality: 90)
    #expect(try readFile(path) == encodeJPEG(image, quality: 90))
    #expect(
        text { try writeImage(image, to: "/tmp/x.gif") }
            == "cannot write '/tmp/x.gif': a name that ends in .png, .jpg or .jpeg expected")
    #expect(
        text { try writeImage(image, to: "/tmp/x.png", quality: 9) }
            == "cannot write '/tmp/x.png': a PNG file has no quality")
}

@Test("what is written is read back")
func writtenAndRead() throws {
    for channels in [1, 3] {
        let pixels = (0..<13 * 7 * channels).map { UInt8(truncatingIfNeeded: $0 &* 91) }
        let image = try Image(width: 13, height: 7, channels: channels, pixels: pixels)
        #expect(try decodePNG(encodePNG(image), name: "x.png") == image)
    }
    let path = "/tmp/nightjar-images-\(UInt64.random(in: 0 ... .max)).png"
    defer { try? removeFile(path) }
    let image = try Image(width: 1, height: 1, channels: 1, pixels: [200])
    try writeImage(image, to: path)
    #expect(try readImage(path) == image)
    #expect(
        text { try writeImage(image, to: "/nowhere/x.png") }
            == "cannot write '/nowhere/x.png': No such file or directory"
    )
}

/// The file with another width and height in its header, whose checksum fits.
private func withSize(_ width: UInt32, _ height: UInt32, in bytes: [UInt8]) -> [UInt8] {
    var changed = bytes
    changed.replaceSubrange(16..<24, with: bigEndian(width) + bigEndian(height))
    fixChecksum(ofChunkAt: 8, in: &changed)
    return changed
}

/// The file with one more chunk behind its header.
private func withChunk(_ kind: String, _ data: [UInt8], in bytes: [UInt8]) -> [UInt8] {
    Array(bytes[..<33]) + chunk(kind, data) + Array(bytes[33...])
}

private func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] { pngChunk(Array(kind.utf8), data) }

/// Where the first chunk of a kind begins.
private func place(of kind: String, in bytes: [UInt8]) -> Int? {
    (0..<bytes.count - 8).first { bytes[$0 + 4..<$0 + 8].elementsEqual(kind.utf8) }
}
