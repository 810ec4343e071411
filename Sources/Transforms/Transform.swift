import Images
import Tensors

/// What is left to do when the numbers are drawn: makes the result of a picture of the shape that it was prepared for,
/// in any thread.
///
/// - Throws: `TransformError` for a picture of another shape, `ImageError`.
public typealias PictureWork = @Sendable (Picture) throws -> Picture

/// A change of a picture with torchvision's name, arguments, draws and results. Its description is torchvision's text.
///
/// A transform is done in two parts, so that threads can share the work without changing what is drawn: `prepare` runs in
/// the thread that owns the generator, once for each picture, in the order of the pictures; what it returns may run
/// anywhere and at any time.
public protocol Transform: Sendable, CustomStringConvertible {
    /// Whether what it does depends on drawn numbers. One that is not random takes no draws.
    var isRandom: Bool { get }

    /// Takes the draws for one picture, those that torchvision takes, in its order.
    ///
    /// - Parameters:
    ///   - shape: of the picture that comes in; becomes that of the picture that comes out.
    ///   - generator: where random transforms draw from.
    /// - Throws: `TransformError` where such a picture cannot be changed so, `ImageError` for sizes that no image has.
    func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork
}

extension Transform {
    /// Changes one picture at once, in the thread that owns the generator.
    public func callAsFunction(_ picture: Picture, _ generator: Generator) throws -> Picture {
        var shape = picture.shape
        return try prepare(&shape, generator)(picture)
    }

    /// The name of the transform, as it begins messages and texts.
    var name: String { "\(Self.self)" }

    /// `work` for pictures of one shape only: a file may have changed since its shape was looked at, and no index may
    /// leave a picture.
    func only(_ shape: PictureShape, _ work: @escaping PictureWork) -> PictureWork {
        let name = name
        return { picture in
            guard picture.shape == shape else {
                throw TransformError("\(name): prepared for \(shape), got \(picture.shape)")
            }
            return try work(picture)
        }
    }

    /// The same for a transform that takes images of 8-bit samples only.
    ///
    /// - Throws: `TransformError` where the shape is that of numbers.
    func onlyImages(
        _ shape: PictureShape, _ work: @escaping @Sendable (Image) throws -> Picture
    ) throws -> PictureWork {
        guard shape.kind == .image else {
            throw TransformError("\(name): an image expected, got \(shape) (put it before ToTensor)")
        }
        return only(shape) { picture in
            guard case .image(let image) = picture else { return picture }
            return try work(image)
        }
    }

    /// The same for a transform that takes numbers only.
    ///
    /// - Throws: `TransformError` where the shape is that of an image.
    func onlyFloats(
        _ shape: PictureShape, _ work: @escaping @Sendable (FloatPicture) throws -> FloatPicture
    ) throws -> PictureWork {
        guard shape.kind == .floats else {
            throw TransformError("\(name): a tensor expected, got \(shape) (put it behind ToTensor)")
        }
        return only(shape) { picture in
            guard case .floats(let floats) = picture else { return picture }
            return .floats(try work(floats))
        }
    }
}

/// A transform that cannot be made of its arguments, or a picture that it cannot change.
public struct TransformError: Error, CustomStringConvertible, Equatable {
    /// The whole message, beginning with the transform's name.
    public let description: String

    init(_ description: String) { self.description = description }
}
