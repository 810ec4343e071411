/// A picture of 8-bit samples in memory.
public struct Image: Sendable, Equatable {
    /// The most pixels an image is read, made or resized with: 64 Mi, an 8,192 x 8,192 square.
    public static let mostPixels = 64 << 20
    /// The most pixels a side of an image may have that is read from a file: as many as a JPEG's can.
    public static let longestSide = 65_535

    public let width: Int
    public let height: Int
    /// Samples a pixel: 1 (grey) or 3 (red, green, blue).
    public let channels: Int
    /// The samples, 0 (dark) to 255: rows from top to bottom, pixels from left to right, the channels of a pixel
    /// side by side; `height * width * channels` of them.
    public let pixels: [UInt8]

    /// - Throws: `ImageError` where the numbers do not fit each other or `mostPixels`.
    public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) throws {
        try Self.check(width: width, height: height, action: "make")
        guard channels == 1 || channels == 3 else {
            throw ImageError("make an image: 1 or 3 channels expected, got \(channels)")
        }
        guard pixels.count == width * height * channels else {
            throw ImageError(
                "make an image of \(width) x \(height) pixels, \(channels) channels: "
                    + "\(width * height * channels) samples expected, got \(pixels.count)")
        }
        self.init(width: width, height: height, channels: channels, checked: pixels)
    }

    /// An image whose numbers are known to fit.
    package init(width: Int, height: Int, channels: Int, checked pixels: [UInt8]) {
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
    }

    /// Refuses the sizes that no image may have, before anything of that size is made.
    ///
    /// - Parameter action: what messages say cannot be done with it: "make", "resize to".
    /// - Throws: `ImageError` for sizes that are not positive or make more pixels than `mostPixels`.
    public static func check(width: Int, height: Int, action: String) throws {
        guard width > 0, height > 0 else {
            throw ImageError("\(action) an image of \(width) x \(height) pixels: sizes must be at least 1")
        }
        let (count, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, count <= mostPixels else {
            throw ImageError("\(action) an image of \(width) x \(height) pixels: at most \(mostPixels) are taken")
        }
    }
}
