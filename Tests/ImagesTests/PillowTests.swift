import Files
import Images
import Testing

/// What Pillow makes of a file; see Reference/make_reference.py, which says what the fields of a line are.
private struct Expectation: Sendable, CustomTestStringConvertible {
    let file: String
    let width: Int
    let height: Int
    let channels: Int
    let samples: String
    let grey: String
    let resized: [(isRGB: Bool, width: Int, height: Int, digest: String)]

    var testDescription: String { file }

    init?(_ line: Substring) {
        let fields = line.split(separator: " ")
        guard fields.count > 6, let width = Int(fields[1]), let height = Int(fields[2]), let channels = Int(fields[3])
        else { return nil }
        file = String(fields[0])
        (self.width, self.height, self.channels) = (width, height, channels)
        samples = String(fields[4])
        grey = String(fields[5])
        resized = fields[6...].compactMap { field in
            let isRGB = field.hasPrefix("rgb:")
            let parts = field.dropFirst(isRGB ? 4 : 0).split { $0 == "x" || $0 == "=" }
            guard parts.count == 3, let width = Int(parts[0]), let height = Int(parts[1]) else { return nil }
            return (isRGB, width, height, String(parts[2]))
        }
    }

    static func all() -> [Expectation] {
        guard let text = try? readText(referencePath("expected.txt")) else { return [] }
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { Expectation($0) }
    }
}

@Test("the reference files are there")
func referencesPresent() {
    let all = Expectation.all()
    #expect(all.count == 42)
    #expect(all.allSatisfy { $0.resized.count == ($0.channels == 3 ? 7 : 6) })
}

@Test("every kind of PNG gives Pillow's bytes: as read, in grey, resized", arguments: Expectation.all())
private func pillow(_ expected: Expectation) throws {
    let image = try readImage(referencePath(expected.file))
    #expect(
        try ImageHeader(ofFileAt: referencePath(expected.file))
            == ImageHeader(width: expected.width, height: expected.height, channels: expected.channels))
    #expect(image.width == expected.width)
    #expect(image.height == expected.height)
    #expect(image.channels == expected.channels)
    #expect(SHA256.hexDigest(of: image.pixels) == expected.samples)
    let grey = image.greyscale()
    #expect(grey.channels == 1)
    #expect(SHA256.hexDigest(of: grey.pixels) == expected.grey)
    for size in expected.resized {
        let resized = try (size.isRGB ? image : grey).resized(width: size.width, height: size.height)
        #expect(resized.width == size.width && resized.height == size.height)
        #expect(
            SHA256.hexDigest(of: resized.pixels) == size.digest,
            "\(size.isRGB ? "RGB" : "grey") to \(size.width)x\(size.height)")
    }
}

@Test("grey halves and doubles as worked out by hand")
func resizeByHand() throws {
    let line = try Image(width: 4, height: 1, channels: 1, pixels: [0, 100, 200, 255])
    // Halving: weights 3/7, 3/7, 1/7 at the edge; (0 * 3 + 100 * 3 + 200) / 7 = 71.4, (100 + 600 + 765) / 7 = 209.3.
    #expect(try line.resized(width: 2, height: 1).pixels == [71, 209])
    let pair = try Image(width: 1, height: 2, channels: 1, pixels: [0, 100])
    #expect(try pair.resized(width: 1, height: 4).pixels == [0, 25, 75, 100])
    #expect(try pair.resized(width: 1, height: 2) == pair)
}

@Test("luma weighs red, green and blue by 0.299, 0.587 and 0.114")
func luma() throws {
    let colours = try Image(
        width: 4, height: 1, channels: 3, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])
    #expect(colours.greyscale().pixels == [76, 150, 29, 255])
}

@Test("light and dark change places")
func inversion() throws {
    let image = try Image(width: 2, height: 2, channels: 1, pixels: [0, 1, 128, 255])
    #expect(image.inverted().pixels == [255, 254, 127, 0])
}

@Test("impossible sizes are refused")
func refusedSizes() throws {
    let image = try Image(width: 2, height: 2, channels: 1, pixels: [1, 2, 3, 4])
    #expect(
        text { try image.resized(width: 0, height: 5) }
            == "cannot resize to an image of 0 x 5 pixels: sizes must be at least 1")
    #expect(
        text { try image.resized(width: 1 << 40, height: 1 << 40) }
            == "cannot resize to an image of 1099511627776 x 1099511627776 pixels: at most 67108864 are taken")
    let tall = try Image(width: 1, height: 1 << 20, channels: 1, pixels: [UInt8](repeating: 0, count: 1 << 20))
    #expect(
        text { try tall.resized(width: 65, height: 1 << 20) }
            == "cannot resize to an image of 65 x 1048576 pixels: at most 67108864 are taken")
    #expect(
        text { try Image(width: 2, height: 2, channels: 1, pixels: [1]) }
            == "cannot make an image of 2 x 2 pixels, 1 channels: 4 samples expected, got 1")
    #expect(
        text { try Image(width: 1, height: 1, channels: 2, pixels: [1, 2]) }
            == "cannot make an image: 1 or 3 channels expected, got 2")
}
