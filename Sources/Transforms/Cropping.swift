import Images
import Tensors

extension Picture {
    /// A part of the picture, and 0 for what lies outside it.
    func cropped(top: Int, left: Int, height: Int, width: Int) -> Picture {
        rearranged(height: height, width: width) { (y: top + $0, x: left + $1) }
    }
}

/// The middle of a picture, with black around it where it is too small (`torchvision.transforms.CenterCrop`).
public struct CenterCrop: Transform {
    private let size: (height: Int, width: Int)

    /// - Parameter size: the height and the width, or one number for both.
    /// - Throws: `TransformError` where they are not positive.
    public init(_ size: [Int]) throws {
        self.size = try Self.sides(size)
    }

    public var isRandom: Bool { false }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        let old = shape
        (shape.height, shape.width) = size
        try shape.check("make")
        // Half of what is too much or too little on this side; a half pixel goes to the even one, as Python rounds.
        func start(_ old: Int, _ new: Int) -> Int {
            new > old ? -((new - old) / 2) : Int((Double(old - new) / 2).rounded(.toNearestOrEven))
        }
        let (top, left) = (start(old.height, size.height), start(old.width, size.width))
        return only(old) { [size] in $0.cropped(top: top, left: left, height: size.height, width: size.width) }
    }

    public var description: String { "\(name)(size=\(PythonText.tuple([size.height, size.width])))" }
}

/// A part of a picture at a drawn place (`torchvision.transforms.RandomCrop`).
public struct RandomCrop: Transform {
    private let size: (height: Int, width: Int)
    private let padding: Padding?
    private let padIfNeeded: Bool
    private let fill: Fill
    private let mode: PaddingMode

    /// - Parameters:
    ///   - size: the height and the width, or one number for both.
    ///   - padding: what is put around the picture first. Default: nothing.
    ///   - padIfNeeded: whether a picture that is smaller than the crop is padded. Default: no, it is an error.
    ///   - fill: of what colour. Default: 0.
    ///   - mode: how it is padded. Default: with one colour.
    /// - Throws: `TransformError`.
    public init(
        _ size: [Int], padding: Padding? = nil, padIfNeeded: Bool = false, fill: Fill = .zero,
        mode: PaddingMode = .constant
    ) throws {
        (self.padding, self.padIfNeeded, self.fill, self.mode) = (padding, padIfNeeded, fill, mode)
        self.size = try Self.sides(size)
    }

    public var isRandom: Bool { true }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        var pads: [any Transform] = []
        if let padding { pads.append(Pad(padding, fill: fill, mode: mode)) }
        var works = try pads.map { try $0.prepare(&shape, generator) }
        if padIfNeeded, shape.width < size.width {
            let padding = try Padding([size.width - shape.width, 0])
            works.append(try Pad(padding, fill: fill, mode: mode).prepare(&shape, generator))
        }
        if padIfNeeded, shape.height < size.height {
            let padding = try Padding([0, size.height - shape.height])
            works.append(try Pad(padding, fill: fill, mode: mode).prepare(&shape, generator))
        }
        guard shape.height >= size.height, shape.width >= size.width else {
            throw TransformError(
                "RandomCrop: \(size.height) x \(size.width) pixels cannot be taken out of \(shape) (padding or "
                    + "pad_if_needed makes it larger)")
        }
        var (top, left) = (0, 0)
        if shape.height != size.height || shape.width != size.width {
            top = Int(generator.integer(below: UInt64(shape.height - size.height + 1)))
            left = Int(generator.integer(below: UInt64(shape.width - size.width + 1)))
        }
        let padded = shape
        (shape.height, shape.width) = size
        let crop = only(padded) { [size, top, left] in
            $0.cropped(top: top, left: left, height: size.height, width: size.width)
        }
        return { [works] picture in
            var picture = picture
            for work in works { picture = try work(picture) }
            return try crop(picture)
        }
    }

    public var description: String {
        "\(name)(size=\(PythonText.tuple([size.height, size.width])), padding=\(padding?.text ?? "None"))"
    }
}
