import Images
import Tensors

/// A picture at another size (`torchvision.transforms.Resize`).
///
/// Images have Pillow's bytes. Numbers have torchvision's to about 1e-6; `antialias` is of numbers only, as there.
public struct Resize: Transform {
    private let size: [Int]
    private let interpolation: Interpolation
    private let maxSize: Int?
    private let antialias: Bool

    /// - Parameters:
    ///   - size: the shorter side, the other in proportion; or the height and the width.
    ///   - interpolation: Default: bilinear.
    ///   - maxSize: what the longer side may have at most, where `size` is the shorter. Default: any.
    ///   - antialias: whether numbers that shrink are averaged. Default: yes.
    /// - Throws: `TransformError`.
    public init(
        _ size: [Int], interpolation: Interpolation = .bilinear, maxSize: Int? = nil, antialias: Bool = true
    ) throws {
        (self.size, self.interpolation, self.maxSize, self.antialias) = (size, interpolation, maxSize, antialias)
        _ = try Self.sides(size)
        guard let maxSize else { return }
        guard size.count == 1 else {
            throw TransformError(
                "Resize: max_size goes with one number for the shorter side, not with a height and a width")
        }
        guard (size[0] + 1...Image.mostPixels).contains(maxSize) else {
            throw TransformError("Resize: max_size: more than the shorter side's \(size[0]) expected, got \(maxSize)")
        }
    }

    public var isRandom: Bool { false }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        let old = shape
        (shape.height, shape.width) = newSize(old)
        let new = shape
        guard new != old else { return only(old) { $0 } }
        try new.check("resize to")
        if old.kind == .floats {
            try FloatPicture.checkResizing(interpolation, antialias: antialias)
            try old.checkResizing(to: new.width)
        }
        return only(old) { [interpolation, antialias] picture in
            try picture.resized(new.height, new.width, interpolation, antialias: antialias)
        }
    }

    private func newSize(_ old: PictureShape) -> (height: Int, width: Int) {
        if size.count == 2 { return (size[0], size[1]) }
        let (short, long) = (min(old.height, old.width), max(old.height, old.width))
        var (newShort, newLong) = (size[0], Int(Double(size[0] * long) / Double(short)))
        if let maxSize, newLong > maxSize {
            (newShort, newLong) = (Int(Double(maxSize * newShort) / Double(newLong)), maxSize)
        }
        return old.width <= old.height ? (newLong, newShort) : (newShort, newLong)
    }

    public var description: String {
        "\(name)(size=\(size.count == 1 ? "\(size[0])" : PythonText.tuple(size)), "
            + "interpolation=\(interpolation.rawValue), max_size=\(maxSize.map { "\($0)" } ?? "None"), "
            + "antialias=\(PythonText.bool(antialias)))"
    }
}

extension PictureShape {
    /// Refuses what is too large between the two passes over floats, of which the one along the rows comes first.
    func checkResizing(to width: Int) throws {
        var middle = self
        middle.width = width
        try middle.check("resize to")
    }
}

extension Picture {
    func resized(_ height: Int, _ width: Int, _ interpolation: Interpolation, antialias: Bool) throws -> Picture {
        switch self {
        case .image(let image):
            .image(try image.resized(width: width, height: height, interpolation: interpolation))
        case .floats(let floats): .floats(floats.resized(height, width, interpolation, antialias: antialias))
        }
    }
}
