import Images
import Tensors
import Transforms

/// Pictures by their number, for any thread.
public protocol PictureProvider: Sendable {
    var count: Int { get }

    /// - Parameter index: in `0..<count`.
    /// - Throws: whatever reading meets; the error names the file.
    func picture(at index: Int) throws -> Picture
}

/// What becomes of pictures that were read.
public struct PicturePipeline {
    /// The changes that are the same every time, which threads make while they read.
    let fixed: Compose
    /// The changes from the first on that draws random numbers.
    let rest: Compose
    /// What the calling thread makes of the result; nil where it becomes a tensor: uint8 of an image, float32 of numbers.
    let function: ((Picture) throws -> Element)?

    /// - Parameters:
    ///   - transform: what becomes of a picture.
    ///   - function: what the calling thread makes of it then, where only that can.
    public init(_ transform: any Transform, then function: ((Picture) throws -> Element)? = nil) {
        (fixed, rest) = Compose([transform]).split()
        self.function = function
    }
}

/// Pictures and their classes, each picture changed by a pipeline.
public final class PictureDataset: Dataset, PictureSource {
    private let provider: any PictureProvider
    /// The class of each picture, from 0.
    public let labels: [Int]
    /// What the classes are called.
    public let classes: [String]
    /// The file of each picture; empty where they do not come from files.
    public let paths: [String]
    private let pipeline: PicturePipeline
    private let generator: Generator
    /// What to call it: "MNIST", "pictures".
    public var name = "pictures"
    /// Why it stands in for the data that was asked for; nil where it is that data.
    public var substituteReason: String?

    /// - Parameters:
    ///   - labels: as many as there are pictures.
    ///   - generator: where random changes draw from.
    /// - Throws: `DatasetError.invalid` for another number of labels.
    public init(
        _ provider: any PictureProvider, labels: [Int], classes: [String], paths: [String] = [],
        pipeline: PicturePipeline, generator: Generator
    ) throws {
        guard labels.count == provider.count else {
            throw DatasetError.invalid("\(labels.count) labels for \(provider.count) pictures")
        }
        (self.provider, self.labels, self.classes) = (provider, labels, classes)
        (self.paths, self.pipeline, self.generator) = (paths, pipeline, generator)
    }

    public var count: Int { labels.count }

    public var pictures: (any PictureSource)? { self }

    public func sample(at index: Int) throws -> [Element] { try sample(at: index, generator) }

    public func reader(at index: Int) throws -> @Sendable () throws -> Picture {
        try check(index, of: count)
        return { [provider, fixed = pipeline.fixed] in
            let picture = try provider.picture(at: index)
            // It draws nothing, but a transform may ask for a generator.
            return try fixed(picture, Generator(seed: 0))
        }
    }

    public func finish(_ picture: Picture, at index: Int, _ generator: Generator) throws -> Finish {
        var shape = picture.shape
        let work = try pipeline.rest.prepare(&shape, generator)
        guard let function = pipeline.function else { return .work(work) }
        return .value(try function(try work(picture)))
    }

    public func rest(at index: Int) throws -> [Element] { [.integer(labels[index])] }
}

/// Images of 8-bit samples in memory, each plane by plane.
struct PlanarImages: PictureProvider {
    let column: Column

    /// - Parameter column: uint8 `[1 or 3, height, width]`.
    /// - Throws: `DatasetError.invalid` for another one, `ImageError` for sizes that no image has.
    init(_ column: Column) throws {
        guard column.dtype == .uint8, column.shape.count == 3, [1, 3].contains(column.shape[0]) else {
            throw DatasetError.invalid(
                "a transform takes images of 1 or 3 channels of uint8, these are \(column.dtype.rawValue) "
                    + describe(column.shape))
        }
        try Image.check(width: column.shape[2], height: column.shape[1], action: "make")
        self.column = column
    }

    var count: Int { column.count }

    func picture(at index: Int) throws -> Picture {
        let (channels, height, width) = (column.shape[0], column.shape[1], column.shape[2])
        let plane = height * width
        let start = index * channels * plane
        if channels == 1 {
            return .image(
                try Image(
                    width: width, height: height, channels: 1, pixels: Array(column.bytes[start..<start + plane])))
        }
        let pixels = [UInt8](unsafeUninitializedCapacity: channels * plane) { pixels, filled in
            for channel in 0..<channels {
                for place in 0..<plane {
                    pixels[place * channels + channel] = column.bytes[start + channel * plane + place]
                }
            }
            filled = channels * plane
        }
        return .image(try Image(width: width, height: height, channels: channels, pixels: pixels))
    }
}
