import Host
import Images
import Lua
import Tensors
import Transforms

/// `transforms`: torchvision's, of images and of tensors.
let transformsModule = HostModule(
    "transforms",
    doc:
        "Changes of pictures with torchvision's names, arguments and results: T.Compose { T.Resize(32), T.ToTensor() }. "
        + "Those that draw random numbers draw torchvision's for the seed.",
    types: [
        HostType(
            ScriptTransform.self, name: "Transform", doc: "A change of pictures; call it with an image or a tensor.",
            methods: [
                .metamethod(
                    .call, doc: "The picture changed: an image, or a tensor [channels, height, width].",
                    arguments: [
                        .anyOf("picture", of: [.object(ScriptImage.self), .object(Tensor.self)])
                    ], returns: .custom("Image|Tensor")
                ) { transform, call in
                    let given: AnyObject? =
                        try call.optionalObject("picture", as: ScriptImage.self)
                        ?? call.optionalObject("picture", as: Tensor.self)
                    guard let picture = try TransformValue.picture(of: given) else { return .nil }
                    let value = try call.withCallbacks {
                        try ScriptTransform.apply(transform.parts, to: .picture(picture), call.generator)
                    }
                    try value.push(on: call.state)
                    return .pushed(1)
                },
                .metamethod(.tostring, doc: "torchvision's text.", returns: .string()) { transform, _ in
                    .string(transform.text)
                },
            ])
    ],
    functions: compositionFunctions + sizeFunctions + geometryFunctions + colourFunctions)

/// What `Compose` takes: transforms and functions.
private let compositionFunctions: [HostFunction] = [
    .function(
        "Compose",
        doc:
            "Transforms one after the other. A function among them gets the picture and returns another; what follows it "
            + "is then done in the script's thread.",
        arguments: [.list("transforms", "transforms and functions")], returns: .object(ScriptTransform.self)
    ) { call in
        var (parts, texts): ([ScriptTransform.Part], [String]) = ([], [])
        let (state, list) = (call.state, try call.index("transforms"))
        for position in 0..<state.rawCount(at: list) {
            state.pushItem(position + 1, of: list)
            defer { state.pop() }
            if let transform = state.object(at: -1, as: ScriptTransform.self) {
                parts += transform.parts
                texts.append(transform.text)
            } else if state.type(at: -1) == .function {
                let function = ScriptTransform(ScriptFunction(state, at: state.top))
                parts += function.parts
                texts.append(function.text)
            } else {
                throw call.badArgument(
                    "transforms", expected: "list of transforms and functions",
                    got: "\(state.typeName(at: -1)) at \(position + 1)")
            }
        }
        return .object(ScriptTransform(compose: parts, texts: texts))
    },
    .function(
        "Lambda", doc: "A function as a transform; in a Compose it may stand by itself.",
        arguments: [.function("lambd", "gets the picture and returns another")], returns: .object(ScriptTransform.self)
    ) { call in .object(ScriptTransform(ScriptFunction(call.state, at: try call.index("lambd")))) },
    .transform(
        "RandomApply", doc: "All of some transforms with a probability, else none.",
        arguments: [.objects("transforms", ScriptTransform.self), .number("p", default: 0.5)]
    ) { call in try RandomApply(call.transforms(), p: call.number("p")) },
    .transform(
        "RandomChoice",
        doc: "One of some transforms. torchvision draws it from Python's own generator; here it is one draw of the "
            + "generator that manual_seed sets.",
        arguments: [.objects("transforms", ScriptTransform.self), .numbers("p", "how often each is taken").optional]
    ) { call in try RandomChoice(call.transforms(), p: call.optionalNumbers("p")) },
]

extension Call {
    /// The transforms of an argument of that name, which must be the library's own.
    fileprivate func transforms() throws -> [any Transform] {
        try objects("transforms", as: ScriptTransform.self).map { transform in
            guard let native = transform.native else {
                throw badArgument("transforms", expected: "transforms without functions", got: "one with a function")
            }
            return native.transforms.count == 1 ? native.transforms[0] : native
        }
    }
}
