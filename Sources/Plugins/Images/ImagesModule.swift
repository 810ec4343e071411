import Datasets
import Files
import Host
import Images
import Lua
import Tensors

/// `images`: PNG files as pictures and as tensors.
let imagesModule = HostModule(
    "images", doc: "PNG and JPEG files: found, read, greyed, resized, turned into tensors and written.",
    types: [
        HostType(
            ScriptImage.self, name: "Image",
            doc: "A picture of 8-bit samples, grey or RGB. Its methods make new pictures.",
            bytes: { $0.image.pixels.count }, methods: imageMethods)
    ],
    functions: [
        .function(
            "glob",
            doc:
                "The files that a pattern such as 'digits/*.png' matches, sorted. A directory stands for the PNG and "
                + "JPEG files in it. Braces may stand for 10,000 names.",
            arguments: [.string("pattern")], returns: .custom("string[]", "empty where nothing matches")
        ) { call in .strings(try imageFiles(matching: call.string("pattern"))) },
        .function(
            "read",
            doc:
                "The picture in a PNG or JPEG file, grey or RGB as it is stored; transparency is dropped, a note in the "
                + "file that it is to be turned is not followed (as in torchvision's ImageFolder).",
            arguments: [.string("path")],
            options: [
                .choice("mode", "what it becomes, as Pillow's convert makes it: grey or RGB", of: ["L", "RGB"]).optional
            ],
            returns: .object(ScriptImage.self)
        ) { call in
            let image = try readImage(call.string("path"))
            return .object(ScriptImage(try image.converted(to: call.optionalString("mode"))))
        },
        .function(
            "try_read",
            doc:
                "The picture in a PNG or JPEG file, or nil and what is wrong with the file: for going on with the next one.",
            arguments: [.string("path")],
            returns: .several([.object(ScriptImage.self).orNil, .custom("string", "what is wrong").orNil])
        ) { call in
            let path = try call.string("path")
            do {
                return .object(ScriptImage(try readImage(path)))
            } catch let error as FileError {
                return .values([.nil, .string(error.description)])
            } catch let error as ImageError {
                return .values([.nil, .string(error.description)])
            }
        },
        .function(
            "size",
            doc:
                "Width, height and channels of the picture in a PNG or JPEG file, of which only the beginning is read.",
            arguments: [.string("path")],
            returns: .several([.integer(), .integer(), .integer("as read makes it: 1 or 3")])
        ) { call in
            let header = try ImageHeader(ofFileAt: call.string("path"))
            return .values([.integer(header.width), .integer(header.height), .integer(header.channels)])
        },
        .function(
            "from_tensor",
            doc: "The picture of a tensor [channels, height, width] or [height, width]: float32 from 0 to 1, or uint8.",
            arguments: [.tensor("tensor")], returns: .object(ScriptImage.self)
        ) { call in .object(ScriptImage(try Image(call.object("tensor", as: Tensor.self)))) },
    ])

/// A picture as scripts hold it.
final class ScriptImage {
    let image: Image

    init(_ image: Image) { self.image = image }
}

private let imageMethods: [HostMethod<ScriptImage>] = [
    .method("width", doc: "Pixels in a row.", returns: .integer()) { picture, _ in .integer(picture.image.width) },
    .method("height", doc: "Rows of pixels.", returns: .integer()) { picture, _ in .integer(picture.image.height) },
    .method("channels", doc: "1 (grey) or 3 (red, green, blue).", returns: .integer()) { picture, _ in
        .integer(picture.image.channels)
    },
    .method(
        "greyscale", doc: "The picture in grey, as Pillow's convert(\"L\") makes it.",
        returns: .object(ScriptImage.self)
    ) { picture, _ in .object(ScriptImage(picture.image.greyscale())) },
    .method(
        "convert", doc: "The picture in grey (\"L\") or in three channels (\"RGB\"), as Pillow's convert makes it.",
        arguments: [.choice("mode", of: ["L", "RGB"])], returns: .object(ScriptImage.self)
    ) { picture, call in .object(ScriptImage(picture.image.converted(to: try call.string("mode")))) },
    .method(
        "resize", doc: "The picture at another size, anti-aliased, as Pillow's resize with BILINEAR makes it.",
        arguments: [.integer("width"), .integer("height")], returns: .object(ScriptImage.self)
    ) { picture, call in
        .object(ScriptImage(try picture.image.resized(width: call.integer("width"), height: call.integer("height"))))
    },
    .method("invert", doc: "The picture with light and dark exchanged.", returns: .object(ScriptImage.self)) {
        picture, _ in .object(ScriptImage(picture.image.inverted()))
    },
    .method(
        "tensor",
        doc: "A tensor [channels, height, width]: float32 from 0 to 1, normalised as PyTorch's ToTensor and Normalize "
            + "do it where mean or std is given; or uint8 as read.",
        options: [
            .anyOf("mean", "subtracted: a number, or one for each channel", of: [.number, .numbers]).optional,
            .anyOf("std", "divided by: a number, or one for each channel", of: [.number, .numbers]).optional,
            .choice("dtype", of: ["float32", "uint8"], default: "float32"),
        ], returns: .object(Tensor.self)
    ) { picture, call in
        if try call.string("dtype") == "uint8" {
            guard try !call.has("mean"), try !call.has("std") else {
                throw call.badArgument("dtype", expected: "'float32' with mean or std", got: "'uint8'")
            }
            return .object(try picture.image.byteTensor())
        }
        let numbers = try zip(["mean", "std"] as [StaticString], [0, 1] as [Float]).map {
            try call.perChannel($0, default: $1)
        }
        return .object(try picture.image.tensor(mean: numbers[0], std: numbers[1]))
    },
    .method(
        "save", doc: "Writes the picture to a file, a PNG or a JPEG as its extension says.",
        arguments: [.string("path")],
        options: [.integer("quality", "of a JPEG, from 1 to 100; 75 where none is given").optional]
    ) { picture, call in
        try writeImage(picture.image, to: call.string("path"), quality: call.optionalInteger("quality"))
        return .none
    },
    .metamethod(.tostring, doc: "Its size and kind.", returns: .string()) { picture, _ in
        let image = picture.image
        return .string("Image(\(image.width) x \(image.height), \(image.channels == 1 ? "grey" : "RGB"))")
    },
]

extension Image {
    /// The image in Pillow's mode "L" or "RGB"; as it is for nil.
    fileprivate func converted(to mode: String?) -> Image {
        switch mode {
        case "L": greyscale()
        case "RGB": inColour()
        default: self
        }
    }
}

extension Call {
    /// A number for all channels, or a list with one for each.
    fileprivate func perChannel(_ name: StaticString, default usual: Float) throws -> [Float] {
        if let number = try optionalNumber(name) { return [Float(number)] }
        return try has(name) ? numbers(name).map { Float($0) } : [usual]
    }
}
