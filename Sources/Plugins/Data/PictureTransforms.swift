import Datasets
import Host
import Lua
import Transforms

/// What becomes of each picture of a set.
let transform: Argument =
    .any("transform", "what becomes of each picture: a transform, or a function that is given an Image").optional

/// The pipeline of the option `transform`; nil where it was left out.
///
/// - Throws: where another value was given, or `normalize` as well.
func pipeline(_ call: Call) throws -> PicturePipeline? {
    let index = try call.index("transform")
    if index == 0 { return nil }
    guard call.state.type(at: index) == .function else {
        throw call.badArgument(
            "transform", expected: "transform or function", got: call.state.typeName(at: index))
    }
    let function = ScriptFunction(call.state, at: index)
    return PicturePipeline(Compose([])) { picture in
        try function { state in
            switch picture {
            case .image(let image): try state.push(object: ScriptImage(image))
            case .floats: try state.push(object: picture.tensor())
            }
            return 1
        } read: { state, count in
            guard count > 0 else { throw DatasetError.invalid("the transform returned nothing") }
            return Element(state, at: state.top - count + 1)
        }
    }
}
