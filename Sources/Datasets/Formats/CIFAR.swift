import Files

/// The binary files of CIFAR-10 and CIFAR-100 (https://www.cs.toronto.edu/~kriz/cifar.html): records of one or two labels
/// and 32 x 32 pixels of three colours, plane by plane.
public enum CIFAR: Sendable {
    case ten
    /// - Parameter coarse: whether labels are the 20 classes of classes.
    case hundred(coarse: Bool)

    /// The images uint8 `[3, 32, 32]`, their classes, and what these are called, where a file beside them says it.
    public typealias Content = (images: [UInt8], labels: [UInt8], classes: [String])

    private static let pixels = 3 * 32 * 32
    /// The most records in a file: twenty times what the longest has.
    private static let mostRecords = 1_000_000

    /// Reads a split from a directory or from the folder in it that the archive unpacks to.
    ///
    /// - Throws: `DatasetError.missing` where a file is not there, `DatasetError.unreadable` where one breaks the format,
    ///   `FileError`.
    public func load(_ split: MNIST.Split, directory: String) throws -> Content {
        let (names, labelNames, inner, what): ([String], String, String, String)
        let (labelBytes, labelPlace, classCount): (Int, Int, Int)
        switch self {
        case .ten:
            names = split == .train ? (1...5).map { "data_batch_\($0).bin" } : ["test_batch.bin"]
            (labelNames, inner, what) = ("batches.meta.txt", "cifar-10-batches-bin", "CIFAR-10's binary files")
            (labelBytes, labelPlace, classCount) = (1, 0, 10)
        case .hundred(let coarse):
            names = [split == .train ? "train.bin" : "test.bin"]
            labelNames = coarse ? "coarse_label_names.txt" : "fine_label_names.txt"
            (inner, what) = ("cifar-100-binary", "CIFAR-100's binary files")
            (labelBytes, labelPlace, classCount) = (2, coarse ? 0 : 1, coarse ? 20 : 100)
        }
        guard
            let folder = [directory, joinPath(directory, inner)].first(where: { isFile(joinPath($0, names[0])) })
        else {
            throw DatasetError.missing(
                what: what, directory: directory, reason: "neither there nor in its \(inner) is \(names[0])")
        }
        var content: Content = ([], [], [])
        for name in names {
            try Self.read(joinPath(folder, name), labelBytes, labelPlace, classCount, into: &content)
        }
        let list = joinPath(folder, labelNames)
        if isFile(list) {
            content.classes = String(decoding: try readFile(list, limit: 1 << 20, kind: .regular), as: UTF8.self)
                .split(whereSeparator: \.isNewline).map(String.init)
            guard content.classes.count == classCount else {
                throw DatasetError.unreadable(
                    file: list, reason: "\(classCount) names expected, got \(content.classes.count)")
            }
        }
        return content
    }

    private static func read(
        _ path: String, _ labelBytes: Int, _ labelPlace: Int, _ classCount: Int, into content: inout Content
    ) throws {
        let record = labelBytes + pixels
        let bytes = try readFile(path, limit: record * mostRecords, kind: .regular)
        guard !bytes.isEmpty, bytes.count % record == 0 else {
            throw DatasetError.unreadable(
                file: path, reason: "records of \(record) bytes expected, got \(bytes.count) bytes")
        }
        let count = bytes.count / record
        content.images.reserveCapacity(content.images.count + count * pixels)
        for place in 0..<count {
            let label = bytes[place * record + labelPlace]
            guard label < classCount else {
                throw DatasetError.unreadable(
                    file: path, reason: "label \(label) of image \(place): labels must be below \(classCount)")
            }
            content.labels.append(label)
            content.images += bytes[place * record + labelBytes..<(place + 1) * record]
        }
    }
}
