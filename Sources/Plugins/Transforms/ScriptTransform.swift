import Datasets
import Host
import Images
import Lua
import Tensors
import Transforms

/// A transform as scripts hold it: one of the library, or several in a row with functions of the script among them.
final class ScriptTransform {
    enum Part {
        case native(any Transform)
        /// Gets what came out of the part before and returns what goes into the next.
        case function(ScriptFunction)
    }

    let parts: [Part]
    /// torchvision's text.
    let text: String

    init(_ transform: any Transform) {
        parts = [.native(transform)]
        text = transform.description
    }

    /// A function of the script.
    init(_ function: ScriptFunction) {
        parts = [.function(function)]
        text = "Lambda()"
    }

    /// Parts in a row, as `Compose` shows them.
    init(compose parts: [Part], texts: [String]) {
        self.parts = parts
        text = "Compose(\n" + texts.map { "    \($0)\n" }.joined() + ")"
    }

    /// All of it as one transform of the library; nil where a function of the script is part of it.
    var native: Compose? {
        var transforms: [any Transform] = []
        for part in parts {
            guard case .native(let transform) = part else { return nil }
            transforms.append(transform)
        }
        return Compose(transforms)
    }

    /// The parts before the first function of the script.
    var beforeFunctions: Compose {
        Compose(
            parts.prefix { if case .native = $0 { true } else { false } }
                .compactMap { if case .native(let transform) = $0 { transform } else { nil } })
    }

    /// The parts from the first function of the script on.
    var fromFunctions: [Part] { Array(parts.drop { if case .native = $0 { true } else { false } }) }

    /// Changes a picture in the script's thread; functions of the script are called.
    ///
    /// - Throws: `TransformError`, what a function raises, or an error where one returns no picture and a part follows.
    static func apply(_ parts: [Part], to value: TransformValue, _ generator: Generator) throws -> TransformValue {
        var value = value
        for part in parts {
            switch part {
            case .native(let transform):
                value = .picture(try transform(value.picture(for: transform.description), generator))
            case .function(let function): value = try value.through(function)
            }
        }
        return value
    }
}

/// What goes through a transform of a script.
enum TransformValue {
    case picture(Picture)
    /// What a function of the script returned, which only another function or the end can take.
    case other(LuaReference, kind: String)

    /// The picture of an object that a script holds; nil where it holds none.
    ///
    /// - Throws: an error for tensors that are no pictures of float32.
    static func picture(of object: AnyObject?) throws -> Picture? {
        switch object {
        case let image as ScriptImage: return .image(image.image)
        case let tensor as Tensor: return .floats(try FloatPicture(tensor))
        default: return nil
        }
    }

    /// - Parameter part: what takes it, for messages.
    func picture(for part: String) throws -> Picture {
        switch self {
        case .picture(let picture): return picture
        case .other(_, let kind):
            throw PlainError("\(part): an image or a tensor expected, got \(kind) from the function before it")
        }
    }

    /// What a script gets.
    func push(on state: LuaState) throws {
        switch self {
        case .picture(.image(let image)): try state.push(object: ScriptImage(image))
        case .picture(.floats(let floats)): try state.push(object: try floats.tensor())
        case .other(let reference, _): reference.push(on: state)
        }
    }

    func through(_ function: ScriptFunction) throws -> TransformValue {
        try function { state in
            try push(on: state)
            return 1
        } read: { state, count in
            guard count > 0, !state.isNil(at: -count) else {
                throw PlainError("a function among transforms returned nothing; it is to return the picture")
            }
            let place = state.top - count + 1
            if let picture = try TransformValue.picture(of: state.object(at: place, as: ScriptImage.self))
                ?? TransformValue.picture(of: state.object(at: place, as: Tensor.self))
            {
                return .picture(picture)
            }
            let kind = state.typeName(at: place)
            try state.reserve(4)
            state.pushCopy(place)
            return .other(LuaReference(popping: state), kind: kind)
        }
    }
}

extension FloatPicture {
    /// The numbers of a tensor `[channels, height, width]` or `[height, width]` of float32.
    ///
    /// - Throws: an error for another shape or type.
    init(_ tensor: Tensor) throws {
        let shape = tensor.dim == 2 ? [1] + tensor.shape : tensor.shape
        guard tensor.dtype == .float32, shape.count == 3 else {
            throw PlainError(
                "transforms take float32 tensors [channels, height, width], got \(tensor.dtype.rawValue) \(tensor.shape); "
                    + "nj.images.from_tensor makes an image of bytes")
        }
        // A view may have more elements than memory, so that its size comes first.
        try PictureShape(kind: .floats, channels: shape[0], height: shape[1], width: shape[2]).check("change")
        try self.init(
            channels: shape[0], height: shape[1], width: shape[2],
            values: try tensor.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) })
    }

    /// A tensor `[channels, height, width]`.
    func tensor() throws -> Tensor { try Tensor(values, [channels, height, width]) }
}
