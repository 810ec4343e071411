import Tensors

/// Overwrites a drawn part of a tensor with a probability (`torchvision.transforms.RandomErasing`).
public struct RandomErasing: Transform {
    /// What the part is overwritten with.
    public enum Value: Sendable, Equatable {
        /// A number for all channels, or one for each.
        case fill(Fill)
        /// Normally distributed numbers, each of its own.
        case random
    }

    private let p: Double
    private let scale: [Double]
    private let ratio: [Double]
    private let value: Value

    /// - Parameters:
    ///   - p: the probability. Default: 0.5.
    ///   - scale: the smallest and the largest share of the area. Default: 0.02 and 0.33.
    ///   - ratio: the smallest and the largest height for a width. Default: 0.3 and 3.3.
    ///   - value: what is put there. Default: 0.
    /// - Throws: `TransformError`.
    public init(
        p: Double = 0.5, scale: [Double] = [0.02, 0.33], ratio: [Double] = [0.3, 3.3], value: Value = .fill(.zero)
    ) throws {
        (self.p, self.scale, self.ratio, self.value) = (p, scale, ratio, value)
        try checkProbability(p)
        try checkRange(scale, "scale", from: 0, to: 1)
        try checkRange(ratio, "ratio", from: 1e-3, to: 1e3)
    }

    public var isRandom: Bool { true }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        let shape = shape
        guard generator.uniform() < Float(p) else { return try onlyFloats(shape) { $0 } }
        let colour: [Double]? = if case .fill(let fill) = value { try fill.colour(shape, name) } else { nil }
        for _ in 0..<10 {
            let (area, ratio) = drawnArea(shape, scale: scale, ratio: ratio, generator)
            let height = Int((area * ratio).squareRoot().rounded(.toNearestOrEven))
            let width = Int((area / ratio).squareRoot().rounded(.toNearestOrEven))
            guard height < shape.height, width < shape.width else { continue }
            let count = shape.channels * height * width
            let values: [Float]
            if let colour {
                values = colour.flatMap { [Float](repeating: Float($0), count: height * width) }
            } else {
                values = [Float](unsafeUninitializedCapacity: count) { target, filled in
                    target.initialize(repeating: 0)
                    generator.fillNormal(UnsafeMutableBufferPointer(rebasing: target[..<count]))
                    filled = count
                }
            }
            let top = Int(generator.integer(below: UInt64(shape.height - height + 1)))
            let left = Int(generator.integer(below: UInt64(shape.width - width + 1)))
            let part = Part(top: top, left: left, height: height, width: width)
            return try onlyFloats(shape) { $0.overwritten(part, values) }
        }
        return try onlyFloats(shape) { $0 }
    }

    public var description: String {
        let value = if case .fill(let fill) = value { fill.text } else { "random" }
        return "\(name)(p=\(PythonText.number(p)), scale=\(PythonText.tuple(scale)), ratio=\(PythonText.tuple(ratio)), "
            + "value=\(value), inplace=False)"
    }
}

extension FloatPicture {
    /// - Parameter numbers: `[channels, part.height, part.width]`.
    fileprivate func overwritten(_ part: Part, _ numbers: [Float]) -> FloatPicture {
        var changed = values
        for channel in 0..<channels {
            for y in 0..<part.height {
                let to = (channel * height + part.top + y) * width + part.left
                let from = (channel * part.height + y) * part.width
                for x in 0..<part.width { changed[to + x] = numbers[from + x] }
            }
        }
        return FloatPicture(channels: channels, height: height, width: width, checked: changed)
    }
}
