import Images
import Tensors

/// How much is put around a picture, in pixels; negative numbers cut off.
public struct Padding: Sendable, Equatable {
    let left: Int
    let top: Int
    let right: Int
    let bottom: Int
    private let given: [Int]

    /// - Parameter sides: one number for all sides, two for left and right and for top and bottom, or four for left, top,
    ///   right and bottom.
    /// - Throws: `TransformError` for another number of them, or more than 16 Mi pixels.
    public init(_ sides: [Int]) throws {
        guard [1, 2, 4].contains(sides.count) else {
            throw TransformError("padding: 1, 2 or 4 numbers expected, got \(sides.count)")
        }
        if let side = sides.first(where: { $0.magnitude > 1 << 24 }) {
            throw TransformError("padding: at most 16777216 pixels expected, got \(side)")
        }
        given = sides
        (left, top) = (sides[0], sides[sides.count > 1 ? 1 : 0])
        (right, bottom) = sides.count == 4 ? (sides[2], sides[3]) : (left, top)
    }

    /// As Python shows what was given.
    var text: String { given.count == 1 ? "\(given[0])" : PythonText.tuple(given) }
}

/// What a picture is padded with.
public enum PaddingMode: String, Sendable, CaseIterable {
    /// One colour.
    case constant
    /// The nearest pixel.
    case edge
    /// The picture mirrored at its last pixel.
    case reflect
    /// The picture mirrored behind its last pixel.
    case symmetric

    /// The place in a line of `size` that a place outside it takes its pixel from.
    func source(_ place: Int, _ size: Int) -> Int {
        guard place < 0 || place >= size else { return place }
        switch self {
        case .constant: return -1
        case .edge: return place < 0 ? 0 : size - 1
        case .reflect:
            guard size > 1 else { return 0 }
            let period = 2 * (size - 1)
            let rest = ((place % period) + period) % period
            return min(rest, period - rest)
        case .symmetric:
            let rest = ((place % (2 * size)) + 2 * size) % (2 * size)
            return min(rest, 2 * size - 1 - rest)
        }
    }
}

/// Puts pixels around a picture (`torchvision.transforms.Pad`).
public struct Pad: Transform {
    private let padding: Padding
    private let fill: Fill
    private let mode: PaddingMode

    /// - Parameters:
    ///   - padding: how many.
    ///   - fill: of what colour, where all have one. Default: 0.
    ///   - mode: which. Default: of one colour.
    public init(_ padding: Padding, fill: Fill = .zero, mode: PaddingMode = .constant) {
        (self.padding, self.fill, self.mode) = (padding, fill, mode)
    }

    public var isRandom: Bool { false }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        let old = shape
        let colour = try fill.colour(old, name)
        shape.width += padding.left + padding.right
        shape.height += padding.top + padding.bottom
        try shape.check("make")
        // What is cut off is cut off before the rest is mirrored.
        let (cutLeft, cutTop) = (max(0, -padding.left), max(0, -padding.top))
        let (width, height) = (
            old.width - cutLeft - max(0, -padding.right), old.height - cutTop - max(0, -padding.bottom)
        )
        guard width > 0, height > 0 else { throw TransformError("Pad: nothing is left of \(old)") }
        let new = shape
        return only(old) { [mode, padding] picture in
            picture.rearranged(height: new.height, width: new.width, fill: colour) { y, x in
                let (y, x) = (
                    mode.source(y - padding.top - cutTop, height), mode.source(x - padding.left - cutLeft, width)
                )
                return y < 0 || x < 0 ? (-1, -1) : (y + cutTop, x + cutLeft)
            }
        }
    }

    public var description: String {
        "\(name)(padding=\(padding.text), fill=\(fill.text), padding_mode=\(mode.rawValue))"
    }
}
