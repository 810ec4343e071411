import Synchronization
import Tensors

/// Grey images of one size with a class for each, in memory.
public final class ImageDataset: Sendable {
    /// The number of images.
    public let count: Int
    /// The height of every image in pixels.
    public let rows: Int
    /// The width of every image in pixels.
    public let columns: Int
    /// The number of classes; labels are below it.
    public let classes: Int
    /// The pixels, 0 (background) to 255 (ink): `count * rows * columns`, image by image, row by row.
    public let images: [UInt8]
    /// The class of each image, from 0.
    public let labels: [UInt8]
    /// Once they were asked for.
    let knownDigests = Mutex<(images: String, labels: String)?>(nil)

    /// - Throws: `DatasetError.invalid` where the counts do not fit each other or a label is not below `classes`.
    public init(images: [UInt8], rows: Int, columns: Int, labels: [UInt8], classes: Int = 10) throws {
        guard rows > 0, columns > 0 else {
            throw DatasetError.invalid("images must have at least one pixel, got \(rows) x \(columns)")
        }
        let (pixels, overflow) = rows.multipliedReportingOverflow(by: columns)
        guard !overflow, images.count % pixels == 0, images.count / pixels == labels.count else {
            throw DatasetError.invalid(
                "\(labels.count) labels for \(images.count) bytes of images of \(rows) x \(columns) pixels")
        }
        if let place = labels.firstIndex(where: { Int($0) >= classes }) {
            throw DatasetError.invalid("label \(labels[place]) of image \(place): labels must be below \(classes)")
        }
        count = labels.count
        self.rows = rows
        self.columns = columns
        self.classes = classes
        self.images = images
        self.labels = labels
    }

    /// The pixels of an image.
    public var pixelsPerImage: Int { rows * columns }

    /// Images that are known to fit their labels, of ten classes.
    init(generated images: [UInt8], rows: Int, columns: Int, labels: [UInt8]) {
        count = labels.count
        (self.rows, self.columns, classes) = (rows, columns, 10)
        (self.images, self.labels) = (images, labels)
    }

    private init(prefix: Int, of whole: ImageDataset) {
        count = prefix
        (rows, columns, classes) = (whole.rows, whole.columns, whole.classes)
        images = Array(whole.images[..<(prefix * whole.pixelsPerImage)])
        labels = Array(whole.labels[..<prefix])
    }

    /// The first `length` images; all where there are not more.
    public func slice(_ length: Int) -> ImageDataset {
        length >= count ? self : ImageDataset(prefix: max(length, 0), of: self)
    }

    /// The images at `indices`, in that order.
    ///
    /// - Throws: `DatasetError.invalid` for an index outside `0..<count`.
    public func subset(_ indices: [Int]) throws -> ImageDataset {
        try indices.withUnsafeBufferPointer { try check($0) }
        let size = pixelsPerImage
        let images = [UInt8](unsafeUninitializedCapacity: indices.count * size) { target, filled in
            self.images.withUnsafeBufferPointer { images in
                guard let to = target.baseAddress, let from = images.baseAddress else { return }
                for (place, index) in indices.enumerated() {
                    (to + place * size).initialize(from: from + index * size, count: size)
                }
                filled = indices.count * size
            }
        }
        return try ImageDataset(
            images: images, rows: rows, columns: columns, labels: indices.map { labels[$0] }, classes: classes)
    }

    /// Writes the images at `indices`, translated by `table`, one after the other.
    ///
    /// - Parameter target: room for `indices.count * rows * columns` numbers.
    /// - Throws: `DatasetError.invalid` for an index outside `0..<count`, with nothing written.
    public func gather(
        _ indices: UnsafeBufferPointer<Int>, table: PixelTable, into target: UnsafeMutablePointer<Float>
    ) throws {
        try check(indices)
        let size = pixelsPerImage
        images.withUnsafeBufferPointer { images in
            table.values.withUnsafeBufferPointer { values in
                // Both have a base, as an index was found to be inside and a table has 256 values.
                guard let images = images.baseAddress, let values = values.baseAddress else { return }
                // The images stand anywhere in memory: waiting for them is most of it, and threads wait side by side.
                inParts(of: indices.count, size: max(1, elementsAPart / 4 / max(1, size))) { part in
                    for place in part {
                        let from = images + indices[place] * size
                        let to = target + place * size
                        for i in 0..<size { to[i] = values[Int(from[i])] }
                    }
                }
            }
        }
    }

    /// Writes the classes of the images at `indices`.
    ///
    /// - Parameter target: room for `indices.count` numbers.
    /// - Throws: `DatasetError.invalid` for an index outside `0..<count`, with nothing written.
    public func gatherLabels(
        _ indices: UnsafeBufferPointer<Int>, into target: UnsafeMutablePointer<Int64>
    ) throws {
        try check(indices)
        for (place, index) in indices.enumerated() { target[place] = Int64(labels[index]) }
    }

    private func check(_ indices: UnsafeBufferPointer<Int>) throws {
        for index in indices where index < 0 || index >= count {
            throw DatasetError.invalid("index \(index) is not in 0..<\(count)")
        }
    }
}
