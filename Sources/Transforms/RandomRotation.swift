import Images
import Tensors

/// Turns a picture by a drawn angle (`torchvision.transforms.RandomRotation`).
public struct RandomRotation: Transform {
    private let degrees: [Double]
    private let interpolation: Interpolation
    private let expand: Bool
    private let center: (x: Double, y: Double)?
    private let fill: Fill

    /// - Parameters:
    ///   - degrees: the smallest and the largest angle, counter-clockwise; or one number for from its negative to it.
    ///   - interpolation: nearest, bilinear or bicubic. Default: nearest.
    ///   - expand: whether the result is so large that nothing is cut off, which is not done for another center. Default:
    ///     no, it has the picture's size.
    ///   - center: what it is turned around, in pixels from the left and from the top. Default: the picture's middle.
    ///   - fill: the colour of what comes from outside. Default: 0.
    /// - Throws: `TransformError`.
    public init(
        _ degrees: [Double], interpolation: Interpolation = .nearest, expand: Bool = false,
        center: (x: Double, y: Double)? = nil, fill: Fill = .zero
    ) throws {
        self.degrees = try Self.angles(degrees, "degrees")
        (self.interpolation, self.expand, self.center, self.fill) = (interpolation, expand, center, fill)
        try checkGeometry(interpolation, center)
    }

    public var isRandom: Bool { true }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        let old = shape
        let colour = try fill.colour(old, name)
        let angle = Double(generator.uniform(Float(degrees[0]), Float(degrees[1])))
        if old.kind == .floats {
            let turn = try TensorRotation(angle, old, expand: expand, center: center, interpolation)
            (shape.height, shape.width) = (turn.height, turn.width)
            try shape.check("make")
            return try onlyFloats(old) { turn.applied(to: $0, fill: colour) }
        }
        let turned = (angle.truncatingRemainder(dividingBy: 360) + 360).truncatingRemainder(dividingBy: 360)
        let quarters = center == nil ? Quarters(turned, expands: expand || old.width == old.height) : nil
        if let quarters {
            if quarters.swapsSides { (shape.height, shape.width) = (old.width, old.height) }
            return only(old) { quarters.applied(to: $0) }
        }
        let (matrix, width, height) = Geometry.rotation(
            turned, width: old.width, height: old.height, center: center, expands: expand)
        (shape.width, shape.height) = (width, height)
        try shape.check("make")
        return try onlyImages(old) { [interpolation] image in
            .image(
                try image.transformed(
                    width: width, height: height, matrix, interpolation: interpolation, fill: samples(colour)))
        }
    }

    public var description: String {
        let center = center.map { ", center=[\(PythonText.given($0.x)), \(PythonText.given($0.y))]" } ?? ""
        return "\(name)(degrees=\(PythonText.list(degrees)), interpolation=\(interpolation.rawValue), "
            + "expand=\(PythonText.bool(expand))\(center), fill=\(fill.text))"
    }
}

/// A turn that moves whole pixels.
private enum Quarters: Sendable {
    case none, one, two, three

    /// - Parameter expands: whether a turn by one or three quarters is one of the whole picture.
    init?(_ angle: Double, expands: Bool) {
        switch angle {
        case 0: self = .none
        case 90 where expands: self = .one
        case 180: self = .two
        case 270 where expands: self = .three
        default: return nil
        }
    }

    var swapsSides: Bool { self == .one || self == .three }

    func applied(to picture: Picture) -> Picture {
        let (height, width) = (picture.shape.height, picture.shape.width)
        switch self {
        case .none: return picture
        case .one: return picture.rearranged(height: width, width: height) { (y: $1, x: width - 1 - $0) }
        case .two: return picture.rearranged(height: height, width: width) { (y: height - 1 - $0, x: width - 1 - $1) }
        case .three: return picture.rearranged(height: width, width: height) { (y: height - 1 - $1, x: $0) }
        }
    }
}

/// 8-bit samples of a colour: decimals are cut off, as torchvision does it.
func samples(_ colour: [Double]) -> [UInt8] { colour.map { UInt8(max(0, min($0, 255))) } }

extension Transform {
    /// The smallest and the largest angle of one number, for from its negative to it, or of two.
    static func angles(_ values: [Double], _ argument: String) throws -> [Double] {
        let range = values.count == 1 ? [0 - values[0], values[0]] : values
        guard range.count == 2, range[0] <= range[1], range.allSatisfy({ abs($0) <= 1e6 }) else {
            throw TransformError(
                "\(Self.self): \(argument): a number from 0, or the smallest and the largest one expected, got "
                    + PythonText.list(values))
        }
        return range
    }

    func checkGeometry(_ interpolation: Interpolation, _ center: (x: Double, y: Double)?) throws {
        guard [.nearest, .bilinear, .bicubic].contains(interpolation) else {
            throw TransformError(
                "\(name): interpolation: nearest, bilinear or bicubic expected, got \(interpolation.rawValue)")
        }
        if let center, !(abs(center.x) <= 1e9 && abs(center.y) <= 1e9) {
            throw TransformError("\(name): center: two numbers of at most 1e9 expected")
        }
    }
}
