import Images

/// What goes into a transform and what comes out of it. Any thread may hold and change one.
public enum Picture: Sendable, Equatable {
    /// 8-bit samples, as a file holds them (a PIL image in torchvision).
    case image(Image)
    /// Numbers, channel by channel (a float32 tensor `[channels, height, width]` in torchvision).
    case floats(FloatPicture)

    public var shape: PictureShape {
        switch self {
        case .image(let image):
            PictureShape(kind: .image, channels: image.channels, height: image.height, width: image.width)
        case .floats(let floats):
            PictureShape(kind: .floats, channels: floats.channels, height: floats.height, width: floats.width)
        }
    }
}

/// The size and the kind of a picture: all that a transform needs to know to draw its numbers.
public struct PictureShape: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// 8-bit samples.
        case image
        /// Numbers.
        case floats
    }

    public var kind: Kind
    public var channels: Int
    public var height: Int
    public var width: Int

    public init(kind: Kind, channels: Int, height: Int, width: Int) {
        (self.kind, self.channels, self.height, self.width) = (kind, channels, height, width)
    }
}

extension PictureShape: CustomStringConvertible {
    /// "an image of 3 channels, 32 x 28 pixels": height first, as in a tensor's shape.
    public var description: String {
        "\(kind == .image ? "an image" : "a tensor") of \(channels) \(channels == 1 ? "channel" : "channels"), "
            + "\(height) x \(width) pixels"
    }
}

extension PictureShape {
    /// Refuses pictures that would take too much memory, before any of it is taken.
    ///
    /// - Parameter action: what messages say cannot be done with it: "make", "resize to".
    /// - Throws: `ImageError` for a size that no image may have, `TransformError` where the channels make more numbers than
    ///   the largest image in colour.
    public func check(_ action: String) throws {
        try Image.check(width: width, height: height, action: action)
        guard channels <= 3 * Image.mostPixels / (width * height) else {
            throw TransformError("cannot \(action) \(self): at most \(3 * Image.mostPixels) numbers are taken")
        }
    }
}

/// Numbers `[channels, height, width]`, the last fastest: what a float32 tensor holds, without being one, so that threads
/// that may use no tensors can make it.
public struct FloatPicture: Sendable, Equatable {
    public let channels: Int
    public let height: Int
    public let width: Int
    public let values: [Float]

    /// - Throws: `TransformError` where the sizes are not positive or are not those of the values.
    public init(channels: Int, height: Int, width: Int, values: [Float]) throws {
        let (plane, tooLarge) = height.multipliedReportingOverflow(by: width)
        let (count, overflow) = plane.multipliedReportingOverflow(by: channels)
        guard channels > 0, height > 0, width > 0, !tooLarge, !overflow, count == values.count else {
            throw TransformError("\(values.count) numbers are no picture of [\(channels), \(height), \(width)]")
        }
        self.init(channels: channels, height: height, width: width, checked: values)
    }

    /// Numbers that are known to fit.
    init(channels: Int, height: Int, width: Int, checked values: [Float]) {
        (self.channels, self.height, self.width, self.values) = (channels, height, width, values)
    }
}
