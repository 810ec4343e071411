import CLibrary
import Images
import Tensors

/// A part of drawn size, shape and place, at one size (`torchvision.transforms.RandomResizedCrop`).
public struct RandomResizedCrop: Transform {
    private let size: (height: Int, width: Int)
    private let scale: [Double]
    private let ratio: [Double]
    private let interpolation: Interpolation
    private let antialias: Bool

    /// - Parameters:
    ///   - size: the height and the width, or one number for both.
    ///   - scale: the smallest and the largest share of the area. Default: 0.08 and 1.
    ///   - ratio: the smallest and the largest width for a height. Default: 3/4 and 4/3.
    ///   - interpolation: Default: bilinear.
    ///   - antialias: whether numbers that shrink are averaged. Default: yes.
    /// - Throws: `TransformError`.
    public init(
        _ size: [Int], scale: [Double] = [0.08, 1], ratio: [Double] = [3.0 / 4, 4.0 / 3],
        interpolation: Interpolation = .bilinear, antialias: Bool = true
    ) throws {
        (self.scale, self.ratio, self.interpolation, self.antialias) = (scale, ratio, interpolation, antialias)
        self.size = try Self.sides(size)
        try checkRange(scale, "scale", from: 0, to: 1)
        try checkRange(ratio, "ratio", from: 1e-3, to: 1e3)
    }

    public var isRandom: Bool { true }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        let old = shape
        if old.kind == .floats { try FloatPicture.checkResizing(interpolation, antialias: antialias) }
        let part = drawnPart(old, generator) ?? middle(old)
        (shape.height, shape.width) = size
        try shape.check("resize to")
        if old.kind == .floats {
            var cropped = old
            cropped.height = part.height
            try cropped.checkResizing(to: size.width)
        }
        return only(old) { [size, interpolation, antialias] picture in
            let cropped = picture.cropped(top: part.top, left: part.left, height: part.height, width: part.width)
            guard part.height != size.height || part.width != size.width else { return cropped }
            return try cropped.resized(size.height, size.width, interpolation, antialias: antialias)
        }
    }

    private func drawnPart(_ shape: PictureShape, _ generator: Generator) -> Part? {
        for _ in 0..<10 {
            let (area, shapeRatio) = drawnArea(shape, scale: scale, ratio: ratio, generator)
            let width = Int((area * shapeRatio).squareRoot().rounded(.toNearestOrEven))
            let height = Int((area / shapeRatio).squareRoot().rounded(.toNearestOrEven))
            guard width > 0, width <= shape.width, height > 0, height <= shape.height else { continue }
            let top = Int(generator.integer(below: UInt64(shape.height - height + 1)))
            let left = Int(generator.integer(below: UInt64(shape.width - width + 1)))
            return Part(top: top, left: left, height: height, width: width)
        }
        return nil
    }

    /// What is taken where ten drawn parts did not fit: the largest middle that has an allowed shape.
    private func middle(_ shape: PictureShape) -> Part {
        var (height, width) = (shape.height, shape.width)
        let present = Double(width) / Double(height)
        if present < ratio[0] {
            height = min(height, Int((Double(width) / ratio[0]).rounded(.toNearestOrEven)))
        } else if present > ratio[1] {
            width = min(width, Int((Double(height) * ratio[1]).rounded(.toNearestOrEven)))
        }
        (height, width) = (max(height, 1), max(width, 1))
        return Part(top: (shape.height - height) / 2, left: (shape.width - width) / 2, height: height, width: width)
    }

    public var description: String {
        func rounded(_ values: [Double]) -> String { PythonText.tuple(values.map { ($0 * 1e4).rounded() / 1e4 }) }
        return "\(name)(size=\(PythonText.tuple([size.height, size.width])), scale=\(rounded(scale)), "
            + "ratio=\(rounded(ratio)), interpolation=\(interpolation.rawValue), antialias=\(PythonText.bool(antialias)))"
    }
}

/// A part of a picture.
struct Part: Sendable {
    let top: Int
    let left: Int
    let height: Int
    let width: Int
}

/// The area, in pixels, and the proportion of a part, drawn as torchvision does for crops and for erasing: two draws.
func drawnArea(
    _ shape: PictureShape, scale: [Double], ratio: [Double], _ generator: Generator
) -> (area: Double, ratio: Double) {
    let share = generator.uniform(Float(scale[0]), Float(scale[1]))
    let exponent = generator.uniform(log(Float(ratio[0])), log(Float(ratio[1])))
    return (Double(shape.height * shape.width) * Double(share), Double(exp(exponent)))
}
