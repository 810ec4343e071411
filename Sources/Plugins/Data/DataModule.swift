import Console
import Datasets
import HTTP
import Host
import Lua
import Tensors

/// `data`: data sets and the loader.
let dataModule = HostModule(
    "data", doc: "Data sets, and loaders that hand them out in batches.",
    types: [
        HostType(
            DigitSet.self, name: "Dataset", doc: "Images and their classes.",
            bytes: { $0.images.images.count }, methods: datasetMethods(of: DigitSet.self) + digitMethods),
        loaderType,
    ] + composedDatasetTypes + samplerTypes,
    functions: [
        .function(
            "mnist",
            doc:
                "The handwritten digits of MNIST: from `dir`, else from $NIGHTJAR_DATA, else from the cache directory, "
                + "else downloaded there and checked.",
            arguments: [],
            options: [
                .choice(
                    "split", "60,000 images to train with, or 10,000 to test", of: ["train", "test"], default: "train"),
                .string("dir", "where the files are").optional,
                .numbers("normalize", "{mean, standard deviation} of pixels in 0..1").optional,
                .integer("limit", "only so many images, from the first", min: 1).optional,
                .boolean(
                    "generate",
                    "draw digits where MNIST is neither there nor to be downloaded; see Dataset:substitute()",
                    default: false),
            ],
            returns: .object(DigitSet.self)
        ) { call in .object(try mnist(call)) },
        .function(
            "generated_digits",
            doc: "Digits that the program draws: strokes with random slant, width, shift and noise.",
            options: [
                .choice("split", of: ["train", "test"], default: "train"),
                .numbers("normalize", "{mean, standard deviation} of pixels in 0..1").optional,
                .integer("limit", "only so many images, from the first", min: 1).optional,
                .integer("seed", min: 0, default: 0),
            ],
            returns: .object(DigitSet.self)
        ) { call in
            .object(
                try DigitSet.generated(
                    split(call), seed: UInt64(call.integer("seed")), limit: call.optionalInteger("limit") ?? .max,
                    table: table(call)))
        },
    ] + composedDatasetFunctions + samplerFunctions + [loaderFunction])

private let digitMethods: [HostMethod<DigitSet>] = [
    .method("name", doc: "What to call it: \"MNIST\", \"generated digits, not MNIST\".", returns: .string()) {
        dataset, _ in .string(dataset.name)
    },
    .method(
        "substitute", doc: "Why it stands in for the data that was asked for; nil where it is that data.",
        returns: .string().orNil
    ) { dataset, _ in dataset.substituteReason.map { .string($0) } ?? .nil },
    .method(
        "digests",
        doc:
            "What tells this data from other data: the SHA-256 of all images and of all labels, each as an IDX file has "
            + "them. MNIST's are those of its unpacked files.",
        returns: .custom("{ images: string, labels: string }", "64 lower-case hexadecimal digits each")
    ) { dataset, _ in
        let digests = dataset.images.digests()
        return .value(
            .table([
                (key: .string("images"), value: .string(digests.images)),
                (key: .string("labels"), value: .string(digests.labels)),
            ]))
    },
    .method(
        "image", doc: "One image, normalised, and its class.", arguments: [.integer("index", "from 0", min: 0)],
        returns: .several([.object(Tensor.self, "[1, rows, columns]"), .integer("class")])
    ) { dataset, call in
        let (image, label) = try dataset.image(at: call.integer("index"))
        return .values([.object(image), .integer(label)])
    },
]

/// What becomes of pixels.
private func table(_ call: Call) throws -> PixelTable {
    guard try call.has("normalize") else { return try PixelTable() }
    let pair = try call.numbers("normalize")
    guard pair.count == 2, pair[1] > 0 else {
        throw call.badArgument("normalize", expected: "{mean, standard deviation above 0}", got: "\(pair)")
    }
    return try PixelTable(mean: Float(pair[0]), std: Float(pair[1]))
}

private func split(_ call: Call) throws -> MNIST.Split { MNIST.Split(rawValue: try call.string("split")) ?? .train }

private func mnist(_ call: Call) throws -> DigitSet {
    var lines = FileProgress()
    defer { lines.finish() }
    return try .mnist(
        MNIST(directory: call.optionalString("dir")), split(call), limit: call.optionalInteger("limit") ?? .max,
        table: table(call), canGenerate: call.boolean("generate"), download: HTTPClient.interruptible.downloader,
        progress: { lines.update($0, $1, of: $2) })
}

extension HTTPClient {
    /// A client that Ctrl-C stops.
    static var interruptible: HTTPClient {
        var client = HTTPClient()
        client.isCancelled = { Interrupt.isRequested }
        return client
    }
}
