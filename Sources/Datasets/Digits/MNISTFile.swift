import Files

/// One of MNIST's four files.
struct MNISTFile: Sendable {
    /// The published name, without ".gz".
    let name: String
    /// What it holds, for messages.
    let what: String
    /// SHA-256 of the published, packed file.
    let packedDigest: String
    /// SHA-256 of what that unpacks to.
    let contentDigest: String

    /// More than any of the files has, packed or not.
    static let mostBytes = 64 << 20

    static let train = (
        images: MNISTFile(
            name: "train-images-idx3-ubyte", what: "MNIST's training images",
            packedDigest: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            contentDigest: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        labels: MNISTFile(
            name: "train-labels-idx1-ubyte", what: "MNIST's training labels",
            packedDigest: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            contentDigest: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5")
    )
    static let test = (
        images: MNISTFile(
            name: "t10k-images-idx3-ubyte", what: "MNIST's test images",
            packedDigest: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            contentDigest: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        labels: MNISTFile(
            name: "t10k-labels-idx1-ubyte", what: "MNIST's test labels",
            packedDigest: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            contentDigest: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")
    )

    /// How its files are looked for: where torchvision ("MNIST/raw") and this program's cache ("mnist") put it.
    var search: FileSearch { FileSearch(name: name, what: what, folders: ["mnist", "MNIST/raw"]) }

    /// The unpacked content of a file that must be the published one.
    ///
    /// - Throws: `DatasetError.unreadable` where it is another one, `FileError`.
    func published(_ path: String) throws -> [UInt8] {
        let bytes = try readFile(path, limit: Self.mostBytes, kind: .regular)
        let content = isGzip(bytes) ? try IDX.unpacked(bytes, name: path) : bytes
        // The packed file is a fifth as long as the content, and what it unpacks to has gzip's own checksum.
        if isGzip(bytes), SHA256.hexDigest(of: bytes) == packedDigest { return content }
        guard SHA256.hexDigest(of: content) == contentDigest else {
            throw DatasetError.unreadable(file: path, reason: "its content is not MNIST's (SHA-256 differs)")
        }
        return content
    }
}
