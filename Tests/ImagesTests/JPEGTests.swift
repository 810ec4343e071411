import Files
import Testing

@testable import Images

/// What Pillow makes of a file; see Reference/jpeg/make_jpeg.py, which says what the fields of a line are.
private struct Expectation: Sendable, CustomTestStringConvertible {
    let file: String
    let header: ImageHeader
    let samples: String
    let grey: String

    var testDescription: String { file }

    init?(_ line: Substring) {
        let fields = line.split(separator: " ").map(String.init)
        guard fields.count == 6, let width = Int(fields[1]), let height = Int(fields[2]), let channels = Int(fields[3])
        else { return nil }
        file = fields[0]
        header = ImageHeader(width: width, height: height, channels: channels)
        (samples, grey) = (fields[4], fields[5])
    }

    static func all() -> [Expectation] {
        guard let text = try? readText(referencePath("jpeg/expected.txt")) else { return [] }
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { Expectation($0) }
    }
}

@Test("the JPEG reference files are there")
func jpegReferencesPresent() { #expect(Expectation.all().count == 13) }

@Test("every kind of JPEG gives Pillow's bytes", arguments: Expectation.all())
private func pillowJPEG(_ expected: Expectation) throws {
    let path = referencePath("jpeg/\(expected.file)")
    let image = try readImage(path)
    #expect(ImageHeader(width: image.width, height: image.height, channels: image.channels) == expected.header)
    #expect(try ImageHeader(ofFileAt: path) == expected.header)
    #expect(SHA256.hexDigest(of: image.pixels) == expected.samples)
    #expect(SHA256.hexDigest(of: image.greyscale().pixels) == expected.grey)
}

/// A smooth picture, which survives compression.
func slope(_ width: Int, _ height: Int, _ channels: Int) throws -> Image {
    let pixels = (0..<width * height * channels).map { i in
        UInt8(clamping: 40 + (i / channels % width) * 3 + (i / channels / width) * 2 + i % channels * 20)
    }
    return try Image(width: width, height: height, channels: channels, pixels: pixels)
}

@Test("what is written as JPEG is read back nearly so, the better the higher the quality")
func jpegWrittenAndRead() throws {
    for channels in [1, 3] {
        let image = try slope(40, 30, channels)
        let sizes = try [20, 75, 100].map { quality in
            let bytes = try encodeJPEG(image, quality: quality)
            let read = try decodeImage(bytes, name: "x.jpg")
            #expect(read.channels == channels)
            let worst = zip(read.pixels, image.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 255
            #expect(worst <= (quality == 100 ? 3 : 40), "quality \(quality): \(worst)")
            return bytes.count
        }
        #expect(sizes == sizes.sorted())
    }
    // More than the first block of the encoder's memory.
    let noise = (0..<300 * 300).map { UInt8(truncatingIfNeeded: ($0 &* $0 &* 31) >> 3) }
    let large = try Image(width: 300, height: 300, channels: 1, pixels: noise)
    #expect(try encodeJPEG(large, quality: 95).count > 50_000)
    #expect(try decodeJPEG(encodeJPEG(large, quality: 95), name: "x.jpg").height == 300)
    #expect(
        text { try encodeJPEG(large, quality: 0) } == "cannot encode an image: quality from 1 to 100 expected, got 0")
    let line = try Image(width: 65_501, height: 1, channels: 1, pixels: [UInt8](repeating: 1, count: 65_501))
    #expect(
        text { try encodeJPEG(line) } == "cannot encode an image of 65501 x 1 pixels: a JPEG has at most 65500 a side")
}

@Test("a JPEG cut anywhere is truncated, or refused in other words")
func jpegTruncated() throws {
    for name in ["rgb420.jpg", "progressive.jpg", "grey.jpg", "restarts.jpg"] {
        let bytes = try readFile(referencePath("jpeg/\(name)"))
        for count in 0..<bytes.count {
            #expect(throws: ImageError.self, "\(name) to \(count)") {
                try decodeImage(Array(bytes[..<count]), name: name)
            }
        }
        let half = Array(bytes[..<(bytes.count - 40)])
        #expect(
            text { try decodeImage(half, name: name) }
                == "cannot read '\(name)': truncated: its \(half.count) bytes end before the image does")
        #expect(text { try decodeImage(bytes + [1, 2, 3], name: name) } == "no error")
    }
}

@Test("what a decoder only warns of is refused")
func jpegWarnings() throws {
    let bytes = try readFile(referencePath("jpeg/rgb420.jpg"))
    let scan = try #require(bytes.indices.last { bytes[$0] == 0xff && bytes[$0 + 1] == 0xda })
    var early = bytes
    early.replaceSubrange(scan + 60..<scan + 62, with: [0xff, 0xd9])
    #expect(
        text { try decodeImage(early, name: "x.jpg") }
            == "cannot read 'x.jpg': Corrupt JPEG data: premature end of data segment")
    let padded = Array(bytes.dropLast(2)) + [1, 2, 3, 0xff, 0xd9]
    #expect(
        text { try decodeImage(padded, name: "x.jpg") }
            .hasSuffix(" extraneous bytes before marker 0xd9"))
    // A JFIF revision of the future says nothing about pixels.
    var jfif = bytes
    jfif[11] = 9
    #expect(text { try decodeImage(jfif, name: "x.jpg") } == "no error")
}

@Test("a JPEG without a scan for a colour is refused")
func jpegMissingScan() throws {
    let bytes = try readFile(referencePath("jpeg/progressive.jpg"))
    // All but the first scan, which is of all components, made comments.
    let scans = bytes.indices.dropLast().filter { bytes[$0] == 0xff && bytes[$0 + 1] == 0xda }
    var without = bytes
    without[scans[0] + 1] = 0xfe
    #expect(throws: ImageError.self) { try decodeImage(without, name: "x.jpg") }
    for scan in scans { without[scan + 1] = 0xfe }
    #expect(
        text { try decodeImage(without, name: "x.jpg") } == "cannot read 'x.jpg': 3 of 3 JPEG components have no scan")
}

@Test("JPEG headers that promise what is not taken are refused before memory is taken")
func jpegHeaders() throws {
    let bytes = try readFile(referencePath("jpeg/rgb420.jpg"))
    let frame = try #require(bytes.indices.first { bytes[$0] == 0xff && bytes[$0 + 1] == 0xc0 })
    func message(_ place: Int, _ values: [UInt8]) -> String {
        var changed = bytes
        changed.replaceSubrange(frame + place..<frame + place + values.count, with: values)
        return text { try decodeImage(changed, name: "x.jpg") }
    }
    #expect(message(4, [12]) == "cannot read 'x.jpg': JPEG samples of 12 bits, only 8 are taken")
    #expect(
        message(5, [0xff, 0xff, 0xff, 0xff])
            == "cannot read 'x.jpg': 65535 x 65535 pixels, at most 67108864 are taken")
    #expect(message(5, [0, 0]) == "cannot read 'x.jpg': 37 x 0 pixels: sizes must be at least 1")
    #expect(
        message(5, [0x20, 0, 0x20, 0])
            == "cannot read 'x.jpg': truncated: its \(bytes.count) bytes end before the image does")
    #expect(message(9, [2]) == "cannot read 'x.jpg': a JPEG of 2 components; 1, 3 and 4 are taken")
    #expect(message(9, [1]) == "cannot read 'x.jpg': a JPEG frame of 15 bytes")
}

@Test("without the library the message names its packages")
func jpegLibraryMissing() {
    #expect(
        JPEGLibrary.open(["libjpeg.so.none", "libm.so.6"])?.description
            == "cannot read or write JPEG files: libjpeg-turbo was not found (libjpeg.so.none: it cannot be opened; "
            + "libm.so.6: it lacks calls that libjpeg has). Install it: on Debian the package libjpeg62-turbo, on Ubuntu "
            + "libjpeg-turbo8, on Fedora libjpeg-turbo, with Homebrew jpeg-turbo")
}
