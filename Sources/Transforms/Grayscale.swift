import Images
import Tensors

/// A picture in grey (`torchvision.transforms.Grayscale`). A tensor of one channel gets three where three are asked for; in
/// torchvision it keeps one.
public struct Grayscale: Transform {
    private let channels: Int

    /// - Parameter channels: of the result, 1 or 3 that are the same. Default: 1.
    /// - Throws: `TransformError` for another number.
    public init(channels: Int = 1) throws {
        guard channels == 1 || channels == 3 else {
            throw TransformError("Grayscale: num_output_channels: 1 or 3 expected, got \(channels)")
        }
        self.channels = channels
    }

    public var isRandom: Bool { false }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        let old = shape
        guard old.channels == 1 || old.channels == 3 else {
            throw TransformError("Grayscale: 1 or 3 channels expected, got \(old)")
        }
        shape.channels = channels
        return only(old) { [channels] in $0.grey(channels: channels) }
    }

    public var description: String { "\(name)(num_output_channels=\(channels))" }
}

/// A picture in grey with a probability, of as many channels as before (`torchvision.transforms.RandomGrayscale`).
public struct RandomGrayscale: Transform {
    private let p: Double

    /// - Parameter p: the probability. Default: 0.1.
    /// - Throws: `TransformError` where it is not from 0 to 1.
    public init(p: Double = 0.1) throws {
        self.p = p
        try checkProbability(p)
    }

    public var isRandom: Bool { true }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        let isGrey = generator.uniform() < Float(p)
        let channels = shape.channels
        guard isGrey else { return only(shape) { $0 } }
        return try Grayscale(channels: channels).prepare(&shape, generator)
    }

    public var description: String { "\(name)(p=\(PythonText.number(p)))" }
}

extension Picture {
    fileprivate func grey(channels: Int) -> Picture {
        switch self {
        case .image(let image):
            let grey = image.greyscale()
            return .image(channels == 3 ? grey.inColour() : grey)
        case .floats(let floats):
            let grey = floats.luma
            let values = channels == 3 ? grey + grey + grey : grey
            return .floats(
                FloatPicture(channels: channels, height: floats.height, width: floats.width, checked: values))
        }
    }
}

extension FloatPicture {
    /// The brightness of each pixel, with torchvision's weights; of one channel, that channel.
    var luma: [Float] {
        guard channels == 3 else { return values }
        let plane = height * width
        return (0..<plane).map { 0.2989 * values[$0] + 0.587 * values[plane + $0] + 0.114 * values[2 * plane + $0] }
    }
}
