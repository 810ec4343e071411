import Datasets
import Host
import Lua
import TensorFiles
import Tensors
import Transforms

/// Sets of pictures that are read or changed when they are asked for, and arrays in memory.
let pictureSetTypes: [HostType] = [
    HostType(
        PictureDataset.self, name: "PictureDataset", doc: "Pictures and their classes, each changed by a transform.",
        methods: datasetMethods(of: PictureDataset.self) + [
            .method("name", doc: "What to call it: \"MNIST\", \"pictures\".", returns: .string()) { dataset, _ in
                .string(dataset.name)
            },
            .method(
                "substitute", doc: "Why it stands in for the data that was asked for; nil where it is that data.",
                returns: .string().orNil
            ) { dataset, _ in dataset.substituteReason.map { .string($0) } ?? .nil },
            .method(
                "classes", doc: "What the classes are called, that of label 0 first.", returns: .custom("string[]")
            ) { dataset, _ in .strings(dataset.classes) },
            .method(
                "class_to_idx", doc: "The label of each class by its name.",
                returns: .custom("table<string, integer>")
            ) { dataset, _ in
                .value(
                    .table(
                        dataset.classes.enumerated().map { (key: .string($0.element), value: .integer($0.offset)) }))
            },
            .method("targets", doc: "The label of each picture, from 0.", returns: .integers()) { dataset, _ in
                .integers(dataset.labels)
            },
            .method(
                "paths", doc: "The file of each picture; empty where they do not come from files.",
                returns: .custom("string[]")
            ) { dataset, _ in .strings(dataset.paths) },
        ]),
    HostType(
        ColumnDataset.self, name: "ArrayDataset", doc: "Samples whose values stand in memory, column by column.",
        bytes: { $0.byteCount },
        methods: datasetMethods(of: ColumnDataset.self) + [
            .method(
                "classes", doc: "What the classes are called, that of label 0 first; empty where they have no names.",
                returns: .custom("string[]")
            ) { dataset, _ in .strings(dataset.classes) },
            .method(
                "columns", doc: "What the columns of the file are called; empty where it does not say.",
                returns: .custom("string[]")
            ) { dataset, _ in .strings(dataset.names) },
        ]),
]

let pictureSetFunctions: [HostFunction] = [
    .function(
        "ImageFolder",
        doc: "The PNG and JPEG pictures in a folder, of which each folder inside is a class, in torchvision's order. "
            + "Pictures come in colour, and without a transform as ToTensor makes them: float32 [3, height, width].",
        arguments: [.string("root")],
        options: [
            transform,
            .strings("extensions", "how the names of pictures end; by default .jpg, .jpeg and .png").optional,
        ], returns: .object(PictureDataset.self)
    ) { call in
        let folder = try ImageFolder(
            call.string("root"),
            extensions: call.has("extensions")
                ? call.strings("extensions").map { $0.lowercased() } : ImageFolder.usualExtensions)
        return .object(
            try PictureDataset(
                folder, labels: folder.labels, classes: folder.classes, paths: folder.paths,
                pipeline: pipeline(call) ?? PicturePipeline(ToTensor()), generator: call.generator))
    },
    .function(
        "cifar10", doc: "CIFAR-10's binary files, from `dir` or $NIGHTJAR_DATA; nothing is downloaded.",
        options: [splitChoice, directoryOption, normalizeLists, limit, transform], returns: .object(ColumnDataset.self)
    ) { call in try cifar(call, .ten) },
    .function(
        "cifar100", doc: "CIFAR-100's binary files, from `dir` or $NIGHTJAR_DATA; nothing is downloaded.",
        options: [
            splitChoice, directoryOption, normalizeLists, limit, transform,
            .choice("labels", "the 100 classes, or the 20 that these make", of: ["fine", "coarse"], default: "fine"),
        ], returns: .object(ColumnDataset.self)
    ) { call in try cifar(call, .hundred(coarse: call.string("labels") == "coarse")) },
    .function(
        "idx_set",
        doc: "Images and labels of two IDX files of any kind, gzipped or not. Images of bytes [n, height, width] or "
            + "[n, channels, height, width] become float32, others stay as they are; labels that are integers become "
            + "int64.",
        options: [
            .string("images", "a file"), .string("labels", "a file"), normalizeLists, limit, transform,
            .integer("classes", "labels must be below it", min: 1).optional,
        ], returns: .object(ColumnDataset.self)
    ) { call in
        let pipeline = try pipeline(call)
        let set = try ColumnDataset(
            images: call.string("images"), labels: call.string("labels"), classes: call.optionalInteger("classes")
        ) { try tables(call, channels: $0) }
        return try pictures(call, of: set, pipeline)
    },
]

/// Arrays in files.
let arrayFunctions: [HostFunction] = [
    .function(
        "idx", doc: "The array in an IDX file of any kind, gzipped or not, in the type that the file has.",
        arguments: [.string("path")], returns: .object(Tensor.self)
    ) { call in .object(try IDX(path: call.string("path")).tensor()) },
    .function(
        "npy", doc: "A data set of the rows of arrays in NumPy's .npy files: sample i is row i of each.",
        arguments: [.anyOf("paths", "a file, or a list of files", of: [.string, .strings])],
        returns: .object(TensorDataset.self)
    ) { call in
        let paths = try call.optionalString("paths").map { [$0] } ?? call.strings("paths")
        return .object(try TensorDataset(paths.map { try NumPy.read($0) }))
    },
]

private let normalizeLists: Argument =
    .list("normalize", "{mean, standard deviation} of pixels in 0..1, each a number or a list of one for each channel")
    .optional

private func cifar(_ call: Call, _ cifar: CIFAR) throws -> Results {
    let pipeline = try pipeline(call)
    return try pictures(
        call,
        of: ColumnDataset(
            cifar, split(call), directory: directory(call).path, tables: tables(call, channels: 3)), pipeline)
}

/// The first images of a set as they are, or its pictures with the transform that was given.
private func pictures(_ call: Call, of whole: ColumnDataset, _ pipeline: PicturePipeline?) throws -> Results {
    let set = try whole.prefix(call.optionalInteger("limit") ?? .max)
    return .object(try pipeline.map { try set.pictures($0, generator: call.generator) } ?? set)
}

/// What becomes of pixels: one table for all channels, or one for each.
private func tables(_ call: Call, channels: Int) throws -> [PixelTable] {
    guard try call.has("normalize") else { return [try PixelTable()] }
    let words = "{mean, standard deviation above 0}, each a number or a list of \(channels)"
    guard case .list(let parts) = try call.value("normalize"), parts.count == 2 else {
        throw call.badArgument("normalize", expected: words, got: "another list")
    }
    let numbers = try parts.map { part in
        let numbers = Value(part).flatMap { value in
            if case .list(let items) = value { items.compactMap(\.number) } else { value.number.map { [$0] } }
        }
        guard let numbers, [1, channels].contains(numbers.count) else {
            throw call.badArgument("normalize", expected: words, got: "another list")
        }
        return numbers.map { Float($0) }
    }
    return try (0..<(numbers.allSatisfy { $0.count == 1 } ? 1 : channels)).map { channel in
        try PixelTable(
            mean: numbers[0][numbers[0].count == 1 ? 0 : channel], std: numbers[1][numbers[1].count == 1 ? 0 : channel])
    }
}
