import Images
import Tensors

/// Turns, moves, scales and shears a picture by drawn numbers (`torchvision.transforms.RandomAffine`).
public struct RandomAffine: Transform {
    private let degrees: [Double]
    private let translate: [Double]?
    private let scale: [Double]?
    private let shear: [Double]?
    private let interpolation: Interpolation
    private let fill: Fill
    private let center: (x: Double, y: Double)?

    /// - Parameters:
    ///   - degrees: the smallest and the largest angle, clockwise; or one number for from its negative to it.
    ///   - translate: the largest shares of the width and of the height that it is moved by. Default: it is not moved.
    ///   - scale: the smallest and the largest factor. Default: it is not scaled.
    ///   - shear: the smallest and the largest angle that columns are slanted by; or one number for from its negative to
    ///     it; or four, the last two for rows. Default: it is not sheared.
    ///   - interpolation: nearest, bilinear or bicubic. Default: nearest.
    ///   - fill: the colour of what comes from outside. Default: 0.
    ///   - center: what stays where it is, in pixels from the left and from the top. Default: the picture's middle.
    /// - Throws: `TransformError`.
    public init(
        _ degrees: [Double], translate: [Double]? = nil, scale: [Double]? = nil, shear: [Double]? = nil,
        interpolation: Interpolation = .nearest, fill: Fill = .zero, center: (x: Double, y: Double)? = nil
    ) throws {
        self.degrees = try Self.angles(degrees, "degrees")
        if let shear {
            self.shear =
                shear.count == 4
                ? try Self.angles(Array(shear[..<2]), "shear") + Self.angles(Array(shear[2...]), "shear")
                : try Self.angles(shear, "shear")
        } else {
            self.shear = nil
        }
        (self.translate, self.scale, self.interpolation) = (translate, scale, interpolation)
        (self.fill, self.center) = (fill, center)
        if let translate, translate.count != 2 || !translate.allSatisfy({ (0...1).contains($0) }) {
            throw TransformError(
                "RandomAffine: translate: two numbers from 0 to 1 expected, got \(PythonText.list(translate))")
        }
        if let scale {
            try checkRange(scale, "scale", from: 0)
            guard scale[0] >= 1e-6, scale[1] <= 1e6 else {
                throw TransformError("RandomAffine: scale: from 1e-06 to 1e06 expected, got \(PythonText.list(scale))")
            }
        }
        try checkGeometry(interpolation, center)
    }

    public var isRandom: Bool { true }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        let shape = shape
        let colour = try fill.colour(shape, name)
        func drawn(_ low: Double, _ high: Double) -> Double { Double(generator.uniform(Float(low), Float(high))) }
        let angle = drawn(degrees[0], degrees[1])
        var moved = (x: 0.0, y: 0.0)
        if let translate {
            let (mostX, mostY) = (translate[0] * Double(shape.width), translate[1] * Double(shape.height))
            moved.x = drawn(-mostX, mostX).rounded(.toNearestOrEven)
            moved.y = drawn(-mostY, mostY).rounded(.toNearestOrEven)
        }
        let scale = if let scale { drawn(scale[0], scale[1]) } else { 1.0 }
        var sheared = (x: 0.0, y: 0.0)
        if let shear {
            sheared.x = drawn(shear[0], shear[1])
            if shear.count == 4 { sheared.y = drawn(shear[2], shear[3]) }
        }
        if shape.kind == .floats {
            let center = center.map { (x: $0.x - Double(shape.width) * 0.5, y: $0.y - Double(shape.height) * 0.5) }
            let matrix = Geometry.affine(
                center: center ?? (0, 0), angle: angle, translate: moved, scale: scale, shear: sheared)
            let sampling = try TensorSampling(name, matrix, height: shape.height, width: shape.width, interpolation)
            return try onlyFloats(shape) { sampling.applied(to: $0, fill: colour) }
        }
        let center = center ?? (Double(shape.width) * 0.5, Double(shape.height) * 0.5)
        let matrix = Geometry.affine(center: center, angle: angle, translate: moved, scale: scale, shear: sheared)
        return try onlyImages(shape) { [interpolation] image in
            .image(
                try image.transformed(
                    width: image.width, height: image.height, matrix, interpolation: interpolation,
                    fill: samples(colour)))
        }
    }

    public var description: String {
        var text = "\(name)(degrees=\(PythonText.list(degrees))"
        if let translate { text += ", translate=\(PythonText.tuple(translate))" }
        if let scale { text += ", scale=\(PythonText.tuple(scale))" }
        if let shear { text += ", shear=\(PythonText.list(shear))" }
        if interpolation != .nearest { text += ", interpolation=\(interpolation.rawValue)" }
        if fill != .zero { text += ", fill=\(fill.text)" }
        if let center { text += ", center=[\(PythonText.given(center.x)), \(PythonText.given(center.y))]" }
        return text + ")"
    }
}
