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
        .function(
            "random_split",
            doc: "Parts of a data set with so many images each, drawn at random: PyTorch's for the same seed.",
            arguments: [
                .object("dataset", DigitSet.self), .integers("lengths", "which add up to the number of images"),
            ],
            returns: .custom("Dataset[]")
        ) { call in
            let dataset: DigitSet = try call.object("dataset")
            return .objects(try dataset.randomSplit(call.integers("lengths"), generator: call.generator))
        },
        .function(
            "loader", doc: "Hands out a data set in batches, in PyTorch's order for the same seed.",
            arguments: [.object("dataset", DigitSet.self)],
            options: [
                .integer("batch_size", "images a batch", min: 1, default: 1),
                .boolean("shuffle", "another order in each pass", default: false),
                .boolean("drop_last", "leaves out a last batch with fewer images", default: false),
            ],
            returns: .object(Loader.self)
        ) { call in
            let dataset: DigitSet = try call.object("dataset")
            return .object(
                try Loader(
                    dataset.images, table: dataset.table, batchSize: call.integer("batch_size"),
                    shuffle: call.boolean("shuffle"), dropLast: call.boolean("drop_last"), generator: call.generator))
        },
    ])

private let datasetMethods: [HostMethod<DigitSet>] = [
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
        .integer(loader.imageCount)
    },
    .method(
        "state_dict",
        doc: "Where the pass in progress stands, to go on with its next batch: numbers and booleans. A pass that was "
            + "left with break is in progress until the next one begins.",
        returns: .table()
    ) { loader, _ in .value(loaderState(loader.state)) },
    .method(
        "load_state_dict",
        doc: "The next batches() goes on where the pass stood that state_dict() told of, with the same order and the "
            + "same numbers of steps, and draws no random numbers; the one after it begins a pass as ever.",
        arguments: [.table("state_dict")]
    ) { loader, call in
        try loader.load(loaderState(call.value("state_dict"), call))
        return .none
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
