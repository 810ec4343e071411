import Tensors

/// Digits to learn from: images with the translation of their pixels, and what to call them beside figures.
public final class DigitSet: Dataset, Sendable {
    public let images: ImageDataset
    public let table: PixelTable
    /// "MNIST", "generated digits, not MNIST".
    public let name: String
    /// Why they stand in for the data that was asked for; nil where they are that data.
    public let substituteReason: String?
    /// What the classes are called.
    public let classes: [String]

    /// - Parameter classes: default: the numbers from 0.
    public init(
        _ images: ImageDataset, table: PixelTable, name: String, substituteReason: String? = nil,
        classes: [String]? = nil
    ) {
        self.classes = classes ?? (0..<images.classes).map { "\($0)" }
        self.images = images
        self.table = table
        self.name = name
        self.substituteReason = substituteReason
    }

    /// A split of MNIST.
    ///
    /// - Parameters:
    ///   - places: where its files are looked for.
    ///   - classes: labels of files in a directory that the user names must be below it.
    ///   - limit: the most images that are kept, from the first.
    ///   - canGenerate: whether digits are drawn where the files are neither cached nor to be had.
    ///   - download, progress: as for `MNIST.load`.
    /// - Throws: what `MNIST.load` throws; with `canGenerate` no `DatasetError.unavailable`.
    public static func mnist(
        _ places: MNIST, _ split: MNIST.Split, classes: Int = 10, limit: Int = .max, table: PixelTable,
        canGenerate: Bool = false, download: Downloader? = nil,
        progress: (_ file: String, _ received: Int, _ total: Int?) -> Void = { _, _, _ in }
    ) throws -> DigitSet {
        do {
            let images = try places.load(split, classes: classes, download: download, progress: progress)
            return DigitSet(images.slice(limit), table: table, name: "MNIST")
        } catch DatasetError.unavailable(let reasons) where canGenerate {
            let reason = reasons.last ?? "it cannot be had"
            return generated(split, limit: limit, table: table, substituteReason: reason)
        }
    }

    /// Digits that the program draws; see `GeneratedDigits.make`.
    public static func generated(
        _ split: MNIST.Split, seed: UInt64 = 0, limit: Int = .max, table: PixelTable, substituteReason: String? = nil
    ) -> DigitSet {
        DigitSet(
            GeneratedDigits.make(split, seed: seed, limit: limit), table: table, name: "generated digits, not MNIST",
            substituteReason: substituteReason)
    }

    /// One image as float32 `[1, rows, columns]`, translated, and its class.
    ///
    /// - Parameter index: from 0.
    /// - Throws: `DatasetError.invalid` for an index outside `0..<count`, `TensorError` where memory runs out.
    public func image(at index: Int) throws -> (image: Tensor, label: Int) {
        let image = try Tensor(uninitialized: [1, images.rows, images.columns])
        try [index].withUnsafeBufferPointer { try images.gather($0, table: table, into: image.floats) }
        return (image, Int(images.labels[index]))
    }

    // MARK: As a data set

    public var count: Int { images.count }

    public func sample(at index: Int) throws -> [Element] {
        let (image, label) = try image(at: index)
        return [.tensor(image), .integer(label)]
    }

    /// Images float32 `[n, 1, rows, columns]` and labels int64 `[n]`.
    public func batch(at indices: [Int]) throws -> [Element]? {
        let images = try Tensor(uninitialized: [indices.count, 1, self.images.rows, self.images.columns])
        let labels = try Tensor(uninitialized: [indices.count], dtype: .int64)
        try indices.withUnsafeBufferPointer { indices in
            try self.images.gather(indices, table: table, into: images.floats)
            try self.images.gatherLabels(indices, into: labels.address(as: Int64.self))
        }
        return [.tensor(images), .tensor(labels)]
    }

    /// Parts with so many images each, drawn at random (`torch.utils.data.random_split`): the same as PyTorch's for the
    /// same seed.
    ///
    /// - Throws: `DatasetError.invalid` where the lengths, of at least 0, do not add up to the number of images.
    public func randomSplit(_ lengths: [Int], generator: Generator) throws -> [DigitSet] {
        let areParts = lengths.allSatisfy { 0 <= $0 && $0 <= images.count }
        guard areParts, lengths.reduce(0, +) == images.count else {
            throw DatasetError.invalid(
                "lengths that add up to \(images.count) expected, got "
                    + "\(lengths.map { "\($0)" }.joined(separator: ", "))")
        }
        let order = generator.permutation(images.count)
        var start = 0
        return try lengths.map { length in
            defer { start += length }
            return DigitSet(
                try images.subset(Array(order[start..<start + length])), table: table, name: name,
                substituteReason: substituteReason, classes: classes)
        }
    }

    /// The same images read as pictures, to be changed.
    ///
    /// - Throws: `ImageError` for sizes that no image has.
    public func pictures(_ pipeline: PicturePipeline, generator: Generator) throws -> PictureDataset {
        let column = try Column(
            images.images, dtype: .uint8, shape: [1, images.rows, images.columns], count: images.count)
        let pictures = try PictureDataset(
            PlanarImages(column), labels: images.labels.map { Int($0) }, classes: classes, pipeline: pipeline,
            generator: generator)
        (pictures.name, pictures.substituteReason) = (name, substituteReason)
        return pictures
    }
}
