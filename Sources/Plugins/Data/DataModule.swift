import Console
import Datasets
import Files
import HTTP
import Host
import Lua
import Tensors

/// A data set as scripts see it: images with the translation of their pixels, and what to call it beside figures.
final class ScriptDataset {
    let images: ImageDataset
    let table: PixelTable
    let mean: Double, std: Double
    let name: String
    /// Whether the program drew it because the real one was not to be had, and why it was not.
    let substituteReason: String?

    init(_ images: ImageDataset, mean: Double, std: Double, name: String, substituteReason: String? = nil) throws {
        self.images = images
        self.mean = mean
        self.std = std
        table = try PixelTable(mean: Float(mean), std: Float(std))
        self.name = name
        self.substituteReason = substituteReason
    }
}

/// `data`: data sets and the loader.
let dataModule = HostModule(
    "data", doc: "Data sets, and loaders that hand them out in batches.",
    types: [
        HostType(
            ScriptDataset.self, name: "Dataset", doc: "Images and their classes.",
            bytes: { $0.images.images.count }, methods: datasetMethods),
        HostType(Loader.self, name: "Loader", doc: "Hands out a data set in batches.", methods: loaderMethods),
    ],
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
            returns: .object(ScriptDataset.self)
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
            returns: .object(ScriptDataset.self)
        ) { call in .object(try generated(call, seed: UInt64(call.integer("seed")))) },
        .function(
            "loader", doc: "Hands out a data set in batches, in PyTorch's order for the same seed.",
            arguments: [.object("dataset", ScriptDataset.self)],
            options: [
                .integer("batch_size", "images a batch", min: 1, default: 1),
                .boolean("shuffle", "another order in each pass", default: false),
                .boolean("drop_last", "leaves out a last batch with fewer images", default: false),
            ],
            returns: .object(Loader.self)
        ) { call in
            let dataset: ScriptDataset = try call.object("dataset")
            return .object(
                try Loader(
                    dataset.images, table: dataset.table, batchSize: call.integer("batch_size"),
                    shuffle: call.boolean("shuffle"), dropLast: call.boolean("drop_last"), generator: call.generator))
        },
    ])

private let datasetMethods: [HostMethod<ScriptDataset>] = [
    .metamethod(.length, doc: "How many images there are.", returns: .integer()) { dataset, _ in
        .integer(dataset.images.count)
    },
    .method("count", doc: "How many images there are.", returns: .integer()) { dataset, _ in
        .integer(dataset.images.count)
    },
    .method("name", doc: "What to call it: \"MNIST\", \"generated digits, not MNIST\".", returns: .string()) {
        dataset, _ in .string(dataset.name)
    },
    .method(
        "substitute", doc: "Why it stands in for the data that was asked for; nil where it is that data.",
        returns: .string().orNil
    ) { dataset, _ in dataset.substituteReason.map { .string($0) } ?? .nil },
    .method(
        "image", doc: "One image, normalised, and its class.", arguments: [.integer("index", "from 0", min: 0)],
        returns: .several([.object(Tensor.self, "[1, rows, columns]"), .integer("class")])
    ) { dataset, call in
        let index = try call.integer("index")
        let image = try Tensor(uninitialized: [1, dataset.images.rows, dataset.images.columns])
        try [index].withUnsafeBufferPointer {
            try dataset.images.gather($0, table: dataset.table, into: image.floats)
        }
        return .values([.object(image), .integer(Int(dataset.images.labels[index]))])
    },
]

private let loaderMethods: [HostMethod<Loader>] = [
    .method(
        "batches", doc: "One pass over the data: for step, images, labels in loader:batches() do … end.",
        returns: .custom("fun(): integer, Tensor, Tensor", "the step from 1, images [n, 1, h, w], classes [n]")
    ) { loader, _ in
        let pass = loader.batches()
        return .function("loader:batches") { _ in
            try Interrupt.check()
            guard let batch = try pass.next() else { return .nil }
            return .values([.integer(batch.step), .object(batch.images), .object(batch.labels)])
        }
    },
    .metamethod(.length, doc: "How many batches a pass has.", returns: .integer()) { loader, _ in
        .integer(loader.count)
    },
    .method("images", doc: "How many images a pass has.", returns: .integer()) { loader, _ in
        .integer(loader.dropLast ? loader.count * loader.batchSize : loader.dataset.count)
    },
]

private func normalization(_ call: Call) throws -> (mean: Double, std: Double) {
    guard try call.has("normalize") else { return (0, 1) }
    let pair = try call.numbers("normalize")
    guard pair.count == 2, pair[1] > 0 else {
        throw call.badArgument("normalize", expected: "{mean, standard deviation above 0}", got: "\(pair)")
    }
    return (pair[0], pair[1])
}

private func limited(_ images: ImageDataset, _ call: Call) throws -> ImageDataset {
    try call.optionalInteger("limit").map { images.slice($0) } ?? images
}

private func generated(_ call: Call, seed: UInt64 = 0, reason: String? = nil) throws -> ScriptDataset {
    let split = MNIST.Split(rawValue: try call.string("split")) ?? .train
    let (mean, std) = try normalization(call)
    return try ScriptDataset(
        GeneratedDigits.make(split, seed: seed, limit: call.optionalInteger("limit") ?? .max), mean: mean, std: std,
        name: "generated digits, not MNIST", substituteReason: reason)
}

private func mnist(_ call: Call) throws -> ScriptDataset {
    let split = MNIST.Split(rawValue: try call.string("split")) ?? .train
    let (mean, std) = try normalization(call)
    let (client, canGenerate) = (HTTPClient.interruptible, try call.boolean("generate"))
    // On standard error: standard output is the script's.
    var (line, shown) = (ProgressLine?.none, "")
    defer { line?.finish() }
    do {
        let images = try MNIST(directory: call.optionalString("dir")).load(
            split,
            download: { url, path, digest, progress in
                try withoutActuallyEscaping(progress) { progress in
                    do {
                        try client.download(url, to: path, expectedSHA256: digest) { progress($0.done, $0.total) }
                    } catch let error as DownloadError {
                        // Who tries the next mirror names the address.
                        let reason = error.failures.last ?? "\(error)"
                        throw PlainError(
                            reason.hasPrefix(url + ": ") ? String(reason.dropFirst(url.count + 2)) : reason)
                    }
                }
            },
            progress: { file, done, total in
                if file != shown {
                    line?.finish()
                    line = ProgressLine(
                        label: file, columns: { Terminal.errorColumns }, write: { Terminal.writeError($0) })
                    shown = file
                }
                line?.updateBytes(done, of: total)
            })
        return try ScriptDataset(limited(images, call), mean: mean, std: std, name: "MNIST")
    } catch DatasetError.unavailable(let reasons) where canGenerate {
        try Interrupt.check()
        return try generated(call, reason: reasons.last ?? "it cannot be had")
    }
}

extension HTTPClient {
    /// A client that Ctrl-C stops.
    static var interruptible: HTTPClient {
        var client = HTTPClient()
        client.isCancelled = { Interrupt.isRequested }
        return client
    }
}
