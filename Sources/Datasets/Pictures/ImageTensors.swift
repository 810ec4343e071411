import Images
import Tensors

extension Image {
    /// The image as float32 `[channels, height, width]`: `(sample / 255 - mean) / std`, with the bits of torchvision's
    /// `ToTensor` and `Normalize`.
    ///
    /// - Parameters:
    ///   - mean: one for all channels, or one for each.
    ///   - std: the same; above 0.
    /// - Throws: `DatasetError.invalid` for another number of them or what `PixelTable` refuses, `TensorError` where
    ///   memory runs out.
    public func tensor(mean: [Float] = [0], std: [Float] = [1]) throws -> Tensor {
        let tables = try tables(mean, std)
        let tensor = try Tensor(uninitialized: [channels, height, width])
        let size = width * height
        try tensor.withUnsafeMutableBytes { target in
            let target = target.bindMemory(to: Float.self)
            for (channel, table) in tables.enumerated() {
                for place in 0..<size {
                    target[channel * size + place] = table[pixels[place * channels + channel]]
                }
            }
        }
        return tensor
    }

    /// The samples as they are: uint8 `[channels, height, width]`.
    ///
    /// - Throws: `TensorError` where memory runs out.
    public func byteTensor() throws -> Tensor {
        let tensor = try Tensor(uninitialized: [channels, height, width], dtype: .uint8)
        let size = width * height
        try tensor.withUnsafeMutableBytes { target in
            for channel in 0..<channels {
                for place in 0..<size { target[channel * size + place] = pixels[place * channels + channel] }
            }
        }
        return tensor
    }

    /// The image of a tensor `[1 or 3, height, width]` or `[height, width]`: uint8 samples, or float32 from 0 to 1, of
    /// which those outside become black or white, as in torchvision's `save_image`.
    ///
    /// - Throws: `DatasetError.invalid` for another shape or type, `ImageError` for a size that no image may have.
    public init(_ tensor: Tensor) throws {
        let shape = tensor.dim == 2 ? [1] + tensor.shape : tensor.shape
        guard shape.count == 3, shape[0] == 1 || shape[0] == 3 else {
            throw DatasetError.invalid(
                "[1 or 3 channels, height, width] or [height, width] expected, got \(tensor.shape)")
        }
        let (channels, height, width) = (shape[0], shape[1], shape[2])
        // A view may have more elements than memory, so that its size comes first.
        try Image.check(width: width, height: height, action: "make")
        let planes: [UInt8]
        switch tensor.dtype {
        case .uint8: planes = try tensor.withUnsafeBytes { Array($0) }
        case .float32:
            planes = try tensor.withUnsafeBytes { bytes in
                // The order of the comparisons makes NaN black.
                bytes.bindMemory(to: Float.self).map { UInt8(max(0, min($0 * 255 + 0.5, 255))) }
            }
        default: throw DatasetError.invalid("float32 or uint8 expected, got \(tensor.dtype.rawValue)")
        }
        let size = width * height
        let pixels = (0..<planes.count).map { planes[$0 % channels * size + $0 / channels] }
        try self.init(width: width, height: height, channels: channels, pixels: pixels)
    }

    /// What each channel's samples become.
    private func tables(_ means: [Float], _ deviations: [Float]) throws -> [PixelTable] {
        for (name, values) in [("mean", means), ("std", deviations)] where values.count != 1 {
            guard values.count == channels else {
                throw DatasetError.invalid(
                    "\(name) has \(values.count) numbers for \(channels == 1 ? "1 channel" : "3 channels")")
            }
        }
        return try (0..<channels).map { channel in
            try PixelTable(
                mean: means[means.count == 1 ? 0 : channel], std: deviations[deviations.count == 1 ? 0 : channel])
        }
    }
}
