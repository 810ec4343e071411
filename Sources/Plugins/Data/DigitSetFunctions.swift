import Console
import Datasets
import Files
import HTTP
import Host
import Lua
import Tensors

/// MNIST, and what has its format.
let digitSetFunctions: [HostFunction] = [
    .function(
        "mnist",
        doc:
            "The handwritten digits of MNIST: from `dir`, else from $NIGHTJAR_DATA, else from the cache directory, "
            + "else downloaded there and checked.",
        options: [
            .choice(
                "split", "60,000 images to train with, or 10,000 to test", of: ["train", "test"], default: "train"),
            .string("dir", "where the files are: MNIST's, or others of the same names and format, of any size")
                .optional,
            normalizePair, limit, transform,
            .integer("classes", "labels of files in `dir` must be below it", min: 1, max: 256, default: 10),
            .boolean(
                "generate",
                "draw digits where MNIST is neither there nor to be downloaded; see Dataset:substitute()",
                default: false),
        ],
        returns: .object(DigitSet.self)
    ) { call in
        var lines = FileProgress()
        defer { lines.finish() }
        return try pictures(
            call,
            of: .mnist(
                MNIST(directory: call.optionalString("dir")), split(call), classes: call.integer("classes"),
                limit: call.optionalInteger("limit") ?? .max, table: table(call),
                canGenerate: call.boolean("generate"), download: HTTPClient.interruptible.downloader,
                progress: { lines.update($0, $1, of: $2) }))
    },
    .function(
        "generated_digits",
        doc: "Digits that the program draws: strokes with random slant, width, shift and noise.",
        options: [
            .choice("split", of: ["train", "test"], default: "train"),
            normalizePair, limit, transform,
            .integer("seed", min: 0, default: 0),
        ],
        returns: .object(DigitSet.self)
    ) { call in
        try pictures(
            call,
            of: .generated(
                split(call), seed: UInt64(call.integer("seed")), limit: call.optionalInteger("limit") ?? .max,
                table: table(call)))
    },
    .function(
        "fashion_mnist", doc: "The clothes of Fashion-MNIST, from `dir` or $NIGHTJAR_DATA; nothing is downloaded.",
        options: [splitChoice, directoryOption, normalizePair, limit, transform], returns: .object(DigitSet.self)
    ) { call in try collection(call, .fashionMNIST) },
    .function(
        "kmnist", doc: "The hiragana of Kuzushiji-MNIST, from `dir` or $NIGHTJAR_DATA; nothing is downloaded.",
        options: [splitChoice, directoryOption, normalizePair, limit, transform], returns: .object(DigitSet.self)
    ) { call in try collection(call, .kmnist) },
    .function(
        "emnist",
        doc: "The letters and digits of EMNIST, from `dir` or $NIGHTJAR_DATA; nothing is downloaded. Its images are "
            + "transposed in the files, and stay so, as in torchvision.",
        options: [
            .choice("kind", "which classes", of: DigitCollection.Kind.allCases.map(\.rawValue), default: "balanced"),
            splitChoice, directoryOption, normalizePair, limit, transform,
        ], returns: .object(DigitSet.self)
    ) { call in
        try collection(call, .emnist(DigitCollection.Kind(rawValue: call.string("kind")) ?? .balanced))
    },
]

let digitSetType = HostType(
    DigitSet.self, name: "Dataset", doc: "Images and their classes.",
    bytes: { $0.images.images.count },
    methods: datasetMethods(of: DigitSet.self) + [
        .method("name", doc: "What to call it: \"MNIST\", \"generated digits, not MNIST\".", returns: .string()) {
            dataset, _ in .string(dataset.name)
        },
        .method(
            "substitute", doc: "Why it stands in for the data that was asked for; nil where it is that data.",
            returns: .string().orNil
        ) { dataset, _ in dataset.substituteReason.map { .string($0) } ?? .nil },
        .method("classes", doc: "What the classes are called, that of label 0 first.", returns: .custom("string[]")) {
            dataset, _ in .strings(dataset.classes)
        },
        .method(
            "digests",
            doc:
                "What tells this data from other data: the SHA-256 of all images and of all labels, each as an IDX file "
                + "has them. MNIST's are those of its unpacked files.",
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
    ])

// MARK: Options

let splitChoice: Argument = .choice("split", of: ["train", "test"], default: "train")
let directoryOption: Argument = .string("dir", "where the files are; else in $NIGHTJAR_DATA").optional
let limit: Argument = .integer("limit", "only so many images, from the first", min: 1).optional
private let normalizePair: Argument =
    .numbers("normalize", "{mean, standard deviation} of pixels in 0..1").optional

func split(_ call: Call) throws -> MNIST.Split { MNIST.Split(rawValue: try call.string("split")) ?? .train }

/// The directory that the script or the environment names, and who did.
func directory(_ call: Call) throws -> (path: String, origin: String) {
    if let path = try call.optionalString("dir") { return (path, "") }
    if let path = environmentVariable("NIGHTJAR_DATA") { return (path, "named by NIGHTJAR_DATA, ") }
    throw DatasetError.invalid("the option 'dir' expected, as NIGHTJAR_DATA is not set")
}

private func collection(_ call: Call, _ collection: DigitCollection) throws -> Results {
    let (path, origin) = try directory(call)
    let images = try collection.load(split(call), directory: path, origin: origin)
    return try pictures(
        call,
        of: DigitSet(
            images.slice(call.optionalInteger("limit") ?? .max), table: table(call), name: collection.name,
            classes: collection.classes))
}

/// A set as it is, or its pictures with the transform that was given.
private func pictures(_ call: Call, of set: @autoclosure () throws -> DigitSet) throws -> Results {
    let pipeline = try pipeline(call)
    let set = try set()
    return .object(try pipeline.map { try set.pictures($0, generator: call.generator) } ?? set)
}

/// What becomes of pixels.
private func table(_ call: Call) throws -> PixelTable {
    guard try call.has("normalize") else { return try PixelTable() }
    let pair = try call.numbers("normalize")
    guard pair.count == 2, pair[1] > 0 else {
        throw call.badArgument("normalize", expected: "{mean, standard deviation above 0}", got: "\(pair)")
    }
    return try PixelTable(mean: Float(pair[0]), std: Float(pair[1]))
}

extension HTTPClient {
    /// A client that Ctrl-C stops.
    static var interruptible: HTTPClient {
        var client = HTTPClient()
        client.isCancelled = { Interrupt.isRequested }
        return client
    }
}
