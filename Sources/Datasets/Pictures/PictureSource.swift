import Tensors
import Transforms

/// Samples whose first value is a picture that is read and then changed: what makes them can be shared with threads.
///
/// Reading, with the changes that are the same every time, may be done by any thread at any time. What draws random
/// numbers is prepared in the calling thread, sample by sample in the order of the batch, so that the draws are those of
/// PyTorch's loader without workers, however many threads there are.
public protocol PictureSource {
    /// What reads the picture of a sample; any thread may run it. The picture has the changes that are not drawn.
    ///
    /// - Throws: `DatasetError.invalid` for an index outside the set.
    func reader(at index: Int) throws -> @Sendable () throws -> Picture

    /// What is left to do with a picture that was read.
    func finish(_ picture: Picture, at index: Int, _ generator: Generator) throws -> Finish

    /// The sample's values behind the picture.
    func rest(at index: Int) throws -> [Element]
}

/// What is left to do with a picture.
public enum Finish {
    /// Changes that any thread may make; what comes out becomes a tensor.
    case work(PictureWork)
    /// Nothing: the value was made in the calling thread.
    case value(Element)
}

extension PictureSource {
    /// A whole sample, made in the calling thread.
    public func sample(at index: Int, _ generator: Generator) throws -> [Element] {
        let picture = try reader(at: index)()
        switch try finish(picture, at: index, generator) {
        case .work(let work): return [.tensor(try work(picture).tensor())] + (try rest(at: index))
        case .value(let value): return [value] + (try rest(at: index))
        }
    }
}

/// Pictures of other sets by other numbers.
struct MappedPictures: PictureSource {
    /// The source of a sample and its place there.
    let find: (Int) throws -> (any PictureSource, Int)

    func reader(at index: Int) throws -> @Sendable () throws -> Picture {
        let (source, place) = try find(index)
        return try source.reader(at: place)
    }

    func finish(_ picture: Picture, at index: Int, _ generator: Generator) throws -> Finish {
        let (source, place) = try find(index)
        return try source.finish(picture, at: place, generator)
    }

    func rest(at index: Int) throws -> [Element] {
        let (source, place) = try find(index)
        return try source.rest(at: place)
    }
}

extension Picture {
    /// The picture as a tensor `[channels, height, width]`: uint8 of an image, float32 of numbers.
    ///
    /// - Throws: `TensorError` where memory runs out.
    public func tensor() throws -> Tensor {
        switch self {
        case .image(let image): return try image.byteTensor()
        case .floats(let floats):
            return try Tensor(floats.values, [floats.channels, floats.height, floats.width])
        }
    }
}
