import Datasets
import Host
import Lua
import Tensors
import Transforms

/// What becomes of each picture of a set.
let transform: Argument =
    .anyOf(
        "transform", "what becomes of each picture: one of nj.transforms, or a function that is given the Image",
        of: [.object(ScriptTransform.self), .function]
    ).optional

/// The pipeline of the option `transform`; nil where it was left out.
///
/// What stands before a function of the script is left to threads as far as it draws nothing; functions, and all that
/// follows them, run in the script's thread.
func pipeline(_ call: Call) throws -> PicturePipeline? {
    let index = try call.index("transform")
    if index == 0 { return nil }
    let transform: ScriptTransform =
        try call.optionalObject("transform")
        ?? ScriptTransform(compose: [.function(ScriptFunction(call.state, at: index))], texts: [])
    let parts = transform.fromFunctions
    guard !parts.isEmpty else { return PicturePipeline(transform.beforeFunctions) }
    let (generator, thread): (Generator, CallingThread) = (
        call.generator, call.state.runtime.attachment { CallingThread() }
    )
    return PicturePipeline(transform.beforeFunctions) { picture in
        switch try ScriptTransform.apply(parts, to: .picture(picture), generator) {
        case .picture(let picture): return .tensor(try picture.tensor())
        case .other(let reference, _):
            let state = try thread.current()
            try state.reserve(4)
            reference.push(on: state)
            defer { state.pop() }
            return Element(state, at: state.top)
        }
    }
}
