import Tensors

extension ColumnDataset {
    /// The first column's images read as pictures, to be changed; the second is their classes.
    ///
    /// - Throws: `DatasetError.invalid` where these are not uint8 `[1 or 3, height, width]` and int64 numbers.
    public func pictures(_ pipeline: PicturePipeline, generator: Generator) throws -> PictureDataset {
        guard columns.count == 2, columns[1].dtype == .int64, columns[1].shape.isEmpty else {
            throw DatasetError.invalid("a transform takes images and their classes, each an integer")
        }
        return try PictureDataset(
            PlanarImages(columns[0]), labels: (0..<count).map { columns[1].integer(at: $0) }, classes: classes,
            pipeline: pipeline, generator: generator)
    }

    /// The first samples; all where there are not more. - Throws: `DatasetError.invalid`.
    public func prefix(_ length: Int) throws -> ColumnDataset {
        try ColumnDataset(columns.map { try $0.prefix(max(0, length)) }, classes: classes, names: names)
    }

    /// Images and labels of two IDX files of any kind.
    ///
    /// Images of unsigned bytes `[n, height, width]` or `[n, channels, height, width]` become float32
    /// `[channels, height, width]`; other arrays stay as they are. Labels that are whole numbers become int64; others stay
    /// as they are, for regression.
    ///
    /// - Parameters:
    ///   - tables: what pixels become, by the number of channels.
    ///   - classes: labels must be below it, and not below 0; nil takes any.
    /// - Throws: `FileError`, `DatasetError.unreadable` where one breaks the format, or they do not fit each other.
    public convenience init(
        images: String, labels: String, classes: Int? = nil, tables: (_ channels: Int) throws -> [PixelTable]
    ) throws {
        let (pixels, targets) = (try IDX(path: images), try IDX(path: labels))
        let count = pixels.shape[0]
        guard targets.shape[0] == count else {
            throw DatasetError.unreadable(
                file: labels, reason: "\(count) labels expected, as many as images, got \(targets.shape[0])")
        }
        var shape = Array(pixels.shape.dropFirst())
        if shape.count == 2 { shape.insert(1, at: 0) }
        let isImages = pixels.dtype == .uint8 && shape.count == 3
        let first = try Column(
            pixels.elements, dtype: pixels.dtype, shape: shape, count: count,
            tables: isImages ? tables(shape[0]) : nil)
        guard targets.shape.count == 1, !targets.dtype.isFloatingPoint else {
            let second = try Column(
                targets.elements, dtype: targets.dtype, shape: Array(targets.shape.dropFirst()), count: count)
            try self.init([first, second])
            return
        }
        let values = try targets.tensor().to(.int64).int64Array()
        if let classes, let place = values.firstIndex(where: { $0 < 0 || $0 >= classes }) {
            throw DatasetError.unreadable(
                file: labels, reason: "label \(values[place]) of image \(place): labels must be below \(classes)")
        }
        try self.init([first, Column(values)])
    }

    /// A split of CIFAR. - Throws: as `CIFAR.load`.
    public convenience init(_ cifar: CIFAR, _ split: MNIST.Split, directory: String, tables: [PixelTable]) throws {
        let content = try cifar.load(split, directory: directory)
        try self.init(
            [
                Column(
                    content.images, dtype: .uint8, shape: [3, 32, 32], count: content.labels.count, tables: tables),
                Column(content.labels.map { Int64($0) }),
            ], classes: content.classes)
    }
}
