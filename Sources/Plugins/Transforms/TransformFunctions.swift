import Host
import Images
import Lua
import Transforms

/// Transforms of a picture's size and of its place in the frame.
let sizeFunctions: [HostFunction] = [
    .transform(
        "Resize",
        doc: "A picture at another size. Images have Pillow's bytes; a tensor has torchvision's numbers to about 1e-6.",
        arguments: [
            size("the shorter side, the other in proportion; or {height, width}"), interpolation(.bilinear),
            .integer("max_size", "what the longer side has at most", min: 1).optional,
            .boolean("antialias", "of tensors: whether what shrinks is averaged", default: true),
        ]
    ) { call in
        try Resize(
            call.sizes("size"), interpolation: call.interpolation(), maxSize: call.optionalInteger("max_size"),
            antialias: call.boolean("antialias"))
    },
    .transform(
        "CenterCrop", doc: "The middle of a picture, with black around it where it is too small.", arguments: [size()]
    ) { call in try CenterCrop(call.sizes("size")) },
    .transform(
        "RandomCrop", doc: "A part of a picture at a drawn place.",
        arguments: [
            size(), padding("put around the picture first").optional,
            .boolean("pad_if_needed", "whether a picture that is too small is padded", default: false), fill,
            paddingMode,
        ]
    ) { call in
        try RandomCrop(
            call.sizes("size"), padding: call.has("padding") ? Padding(call.sizes("padding")) : nil,
            padIfNeeded: call.boolean("pad_if_needed"), fill: call.fill(), mode: call.paddingMode())
    },
    .transform(
        "RandomResizedCrop", doc: "A part of drawn size, proportions and place, at one size.",
        arguments: [
            size(), .numbers("scale", "the smallest and the largest share of the area; {0.08, 1}").optional,
            .numbers("ratio", "the smallest and the largest width for a height; {3/4, 4/3}").optional,
            interpolation(.bilinear), .boolean("antialias", "of tensors", default: true),
        ]
    ) { call in
        try RandomResizedCrop(
            call.sizes("size"), scale: call.optionalNumbers("scale") ?? [0.08, 1],
            ratio: call.optionalNumbers("ratio") ?? [3.0 / 4, 4.0 / 3], interpolation: call.interpolation(),
            antialias: call.boolean("antialias"))
    },
    .transform(
        "Pad", doc: "Pixels around a picture.",
        arguments: [padding("how many; negative ones cut off"), fill, paddingMode]
    ) { call in Pad(try Padding(call.sizes("padding")), fill: try call.fill(), mode: try call.paddingMode()) },
]

/// Transforms that turn and mirror.
let geometryFunctions: [HostFunction] = [
    .transform(
        "RandomHorizontalFlip", doc: "Mirrors a picture, left for right, with a probability.",
        arguments: [.number("p", default: 0.5)]
    ) { call in try RandomHorizontalFlip(p: call.number("p")) },
    .transform(
        "RandomVerticalFlip", doc: "Turns a picture upside down with a probability.",
        arguments: [.number("p", default: 0.5)]
    ) { call in try RandomVerticalFlip(p: call.number("p")) },
    .transform(
        "RandomRotation", doc: "Turns a picture counter-clockwise by a drawn angle.",
        arguments: [
            range("degrees", "the largest angle both ways, or {smallest, largest}"), interpolation(.nearest),
            .boolean("expand", "whether the result is so large that nothing is cut off", default: false), center, fill,
        ]
    ) { call in
        try RandomRotation(
            call.range("degrees"), interpolation: call.interpolation(), expand: call.boolean("expand"),
            center: call.center(), fill: call.fill())
    },
    .transform(
        "RandomAffine", doc: "Turns, moves, scales and shears a picture by drawn numbers.",
        arguments: [
            range("degrees", "the largest angle both ways, or {smallest, largest}; clockwise"),
            .numbers("translate", "the largest shares of width and height that it is moved by").optional,
            .numbers("scale", "the smallest and the largest factor").optional,
            range("shear", "the largest angle both ways, {smallest, largest} of x, or four of x and y").optional,
            interpolation(.nearest), fill, center,
        ]
    ) { call in
        try RandomAffine(
            call.range("degrees"), translate: call.optionalNumbers("translate"), scale: call.optionalNumbers("scale"),
            shear: call.has("shear") ? call.range("shear") : nil, interpolation: call.interpolation(),
            fill: call.fill(),
            center: call.center())
    },
]

/// Transforms of colours, and those that make numbers of them or change these.
let colourFunctions: [HostFunction] = [
    .transform("ToTensor", doc: "An image as a tensor [channels, height, width] from 0 to 1.") { _ in ToTensor() },
    .transform(
        "Normalize", doc: "Subtracts a mean from a tensor and divides it by a deviation, for each channel.",
        arguments: [.numbers("mean"), .numbers("std")]
    ) { call in try Normalize(mean: call.numbers("mean"), std: call.numbers("std")) },
    .transform(
        "Grayscale", doc: "A picture in grey.",
        arguments: [.integer("num_output_channels", "1, or 3 that are the same", default: 1)]
    ) { call in try Grayscale(channels: call.integer("num_output_channels")) },
    .transform(
        "RandomGrayscale", doc: "A picture in grey with a probability.", arguments: [.number("p", default: 0.1)]
    ) { call in try RandomGrayscale(p: call.number("p")) },
    .transform(
        "ColorJitter",
        doc:
            "Changes brightness, contrast, saturation and hue by drawn amounts, in a drawn order. Images have the bytes "
            + "of Pillow's ImageEnhance.",
        arguments: [
            range("brightness", "how much around 1, or {smallest, largest}").optional, range("contrast").optional,
            range("saturation").optional, range("hue", "how much around 0, at most 0.5").optional,
        ]
    ) { call in
        func range(_ name: StaticString) throws -> [Double] { try call.has(name) ? call.range(name) : [0] }
        return try ColorJitter(
            brightness: range("brightness"), contrast: range("contrast"), saturation: range("saturation"),
            hue: range("hue"))
    },
    .transform(
        "RandomErasing", doc: "Overwrites a drawn part of a tensor with a probability.",
        arguments: [
            .number("p", default: 0.5),
            .numbers("scale", "the least and the largest share of the area; {0.02, 0.33}").optional,
            .numbers("ratio", "the smallest and the largest height for a width; {0.3, 3.3}").optional,
            .anyOf(
                "value", "a number, one for each channel, or 'random' (0 by default)",
                of: [.number, .numbers, .choice(["random"])]
            ).optional,
        ]
    ) { call in
        let value: RandomErasing.Value =
            try call.optionalString("value") == "random" ? .random : .fill(call.fill("value"))
        return try RandomErasing(
            p: call.number("p"), scale: call.optionalNumbers("scale") ?? [0.02, 0.33],
            ratio: call.optionalNumbers("ratio") ?? [0.3, 3.3], value: value)
    },
]

extension HostFunction {
    /// Declares the function that makes a transform.
    static func transform(
        _ name: String, doc: String, arguments: [Argument] = [],
        body: @escaping @Sendable (Call) throws -> any Transform
    ) -> HostFunction {
        .function(name, doc: doc, arguments: arguments, returns: .object(ScriptTransform.self)) { call in
            .object(ScriptTransform(try body(call)))
        }
    }
}

// MARK: Arguments that several have

private func size(_ doc: String = "a number for both sides, or {height, width}") -> Argument {
    .anyOf("size", doc, of: [.integer, .integers])
}

private func padding(_ doc: String) -> Argument {
    .anyOf(
        "padding", doc + ": for all sides, {left and right, top and bottom} or {left, top, right, bottom}",
        of: [.integer, .integers])
}

private func range(_ name: StaticString, _ doc: String = "") -> Argument { .anyOf(name, doc, of: [.number, .numbers]) }

private func interpolation(_ usual: Interpolation) -> Argument {
    .choice("interpolation", of: Interpolation.allCases.map(\.rawValue), default: usual.rawValue)
}

private let fill = Argument.anyOf(
    "fill", "the colour of what is new: a number, or one for each channel (0 by default)", of: [.number, .numbers]
).optional

private let paddingMode = Argument.choice(
    "padding_mode", of: PaddingMode.allCases.map(\.rawValue), default: PaddingMode.constant.rawValue)

private let center = Argument.numbers("center", "{x, y} in pixels; the picture's middle by default").optional

extension Call {
    /// A list of integers; one of one where a number was given.
    fileprivate func sizes(_ name: StaticString) throws -> [Int] {
        if let number = try optionalInteger(name) { return [number] }
        return try integers(name)
    }

    fileprivate func range(_ name: StaticString) throws -> [Double] {
        if let number = try optionalNumber(name) { return [number] }
        return try numbers(name)
    }

    func optionalNumbers(_ name: StaticString) throws -> [Double]? { try has(name) ? numbers(name) : nil }

    fileprivate func fill(_ name: StaticString = "fill") throws -> Fill {
        guard try has(name) else { return .zero }
        if let number = try optionalNumber(name) { return try Fill(number) }
        return try Fill(numbers(name))
    }

    fileprivate func center() throws -> (x: Double, y: Double)? {
        guard let numbers = try optionalNumbers("center") else { return nil }
        guard numbers.count == 2 else {
            throw badArgument("center", expected: "list of 2 numbers", got: "list of \(numbers.count)")
        }
        return (numbers[0], numbers[1])
    }

    fileprivate func interpolation() throws -> Interpolation {
        Interpolation(rawValue: try string("interpolation")) ?? .bilinear
    }

    fileprivate func paddingMode() throws -> PaddingMode {
        PaddingMode(rawValue: try string("padding_mode")) ?? .constant
    }
}
