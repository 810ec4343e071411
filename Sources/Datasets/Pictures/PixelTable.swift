/// The number that stands for each of the 256 values of a pixel, so that normalising is one look-up.
public struct PixelTable: Sendable, Equatable {
    /// 256 numbers.
    let values: [Float]

    /// `(pixel / 255 - mean) / std` in float32, step by step as torchvision's `ToTensor` and `Normalize` do it and
    /// therefore with the same bits.
    ///
    /// - Throws: `DatasetError.invalid` for numbers that are not finite or a deviation that is not above 0.
    public init(mean: Float = 0, std: Float = 1) throws {
        guard mean.isFinite, std.isFinite, std > 0 else {
            throw DatasetError.invalid(
                "normalising needs a finite mean and a deviation above 0, got \(mean) and \(std)")
        }
        values = (0..<256).map { (Float($0) / 255 - mean) / std }
    }

    public subscript(pixel: UInt8) -> Float { values[Int(pixel)] }
}
