import Tensors

/// Subtracts a mean and divides by a deviation, of each channel (`torchvision.transforms.Normalize`).
public struct Normalize: Transform {
    public let mean: [Double]
    public let std: [Double]

    /// - Parameters:
    ///   - mean: one for all channels, or one for each.
    ///   - std: the same; none may be 0 as a float32.
    /// - Throws: `TransformError` where one is empty or divides by 0.
    public init(mean: [Double], std: [Double]) throws {
        guard !mean.isEmpty, !std.isEmpty else {
            throw TransformError("Normalize: a mean and a std for each channel expected, got none")
        }
        guard std.allSatisfy({ Float($0) != 0 }) else {
            throw TransformError("Normalize: std \(PythonText.list(std)) would divide by zero")
        }
        (self.mean, self.std) = (mean, std)
    }

    public var isRandom: Bool { false }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        let channels = shape.channels
        for (name, values) in [("mean", mean), ("std", std)] where values.count != 1 && values.count != channels {
            throw TransformError("Normalize: \(name) has \(values.count) numbers for \(shape)")
        }
        let means = (0..<channels).map { Float(mean[mean.count == 1 ? 0 : $0]) }
        let deviations = (0..<channels).map { Float(std[std.count == 1 ? 0 : $0]) }
        return try onlyFloats(shape) { picture in
            let plane = picture.height * picture.width
            let values = [Float](unsafeUninitializedCapacity: picture.values.count) { target, filled in
                for channel in 0..<channels {
                    let (mean, deviation) = (means[channel], deviations[channel])
                    for i in channel * plane..<(channel + 1) * plane {
                        target[i] = (picture.values[i] - mean) / deviation
                    }
                }
                filled = channels * plane
            }
            return FloatPicture(channels: channels, height: picture.height, width: picture.width, checked: values)
        }
    }

    public var description: String { "Normalize(mean=\(PythonText.list(mean)), std=\(PythonText.list(std)))" }
}
