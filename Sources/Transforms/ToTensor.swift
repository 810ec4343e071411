import Tensors

/// An image as numbers from 0 to 1, `[channels, height, width]` (`torchvision.transforms.ToTensor`).
public struct ToTensor: Transform {
    public init() {}

    public var isRandom: Bool { false }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        let work = try onlyImages(shape) { image in
            let (channels, count) = (image.channels, image.width * image.height)
            let values = [Float](unsafeUninitializedCapacity: channels * count) { target, filled in
                image.pixels.withUnsafeBufferPointer { pixels in
                    for channel in 0..<channels {
                        for place in 0..<count {
                            target[channel * count + place] = Float(pixels[place * channels + channel]) / 255
                        }
                    }
                }
                filled = channels * count
            }
            return .floats(
                FloatPicture(channels: channels, height: image.height, width: image.width, checked: values))
        }
        shape.kind = .floats
        return work
    }

    public var description: String { "ToTensor()" }
}
