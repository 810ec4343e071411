import Checkpoints
import Files
import Host
import Lua
import Networks
import TensorFiles
import Tensors

private let path: Argument = .string("path", "a .safetensors, .pth, .pt or .npz file; read by its content")
private let strict: Argument = .boolean("strict", "whether missing and unexpected names are errors", default: true)

/// `checkpoint`: models and the state of training on disk.
let checkpointModule = HostModule(
    "checkpoint",
    doc: "Models and the state of training on disk, with PyTorch's names, in files that appear whole or not at all. "
        + "A file's kind is its content where it is read and the end of its name where it is written.",
    functions: [
        .function(
            "load",
            doc:
                "Puts a file's tensors into a model: those of a safetensors, .npz or PyTorch's file, also where the state "
                + "dict is one value of a checkpoint.",
            arguments: [path, .object("model", Module.self)],
            options: [
                strict,
                .string("key", "which value of a checkpoint is the state dict: \"model_state_dict\"").optional,
                .string("prefix", "takes the tensors whose names begin so, without that: \"module.\"", default: ""),
            ],
            returns: .several([
                .object(Module.self, "the model"), .custom("table<string, string>", "what was kept with it"),
            ])
        ) { call in try load(call) },
        .function(
            "metadata", doc: "What was kept with a model, without reading its tensors.", arguments: [path],
            returns: .custom("table<string, string>")
        ) { call in .value(metadataTable(try TensorFile(call.string("path")).metadata)) },
        .function(
            "tensors",
            doc: "All tensors of a file by name; of tables in tables, the names are joined by dots.", arguments: [path],
            returns: .custom("table<string, Tensor>")
        ) { call in
            let file = try TensorFile(call.string("path"))
            return .value(
                .table(try flattened(file).map { (key: .string($0.name), value: .object(try $0.tensor.tensor())) }))
        },
    ])

private func load(_ call: Call) throws -> Results {
    let file = try TensorFile(call.string("path"))
    let model = try call.module("model")
    let prefix = try call.string("prefix")
    let found = try modelTensors(of: file, key: call.optionalString("key"), prefix: prefix)
    let expected = describe(try model.stateDict())
    try checkParallelNames(expected: expected.map(\.name), found: found.map(\.name), path: file.path)
    try matchStateDict(
        expected: expected, found: describe(found, path: file.path), file: file.path, strict: call.boolean("strict"))
    let wanted = Set(expected.map { ExactName($0.name) })
    let chosen = found.filter { wanted.contains(ExactName($0.name)) }
    try take(chosen.map { ($0.name, try $0.tensor.tensor()) }, into: model)
    return .values([.object(model), metadataTable(file.metadata)])
}

/// The tensors of a file by their names, joined by dots where they lie in tables.
private func flattened(_ file: TensorFile) throws -> [(name: String, tensor: StoredTensor)] {
    var tensors: [(name: String, tensor: StoredTensor)] = []
    var names: Set<ExactName> = []
    func visit(_ value: StoredValue, _ name: String) throws {
        func inside(_ step: String) -> String { name.isEmpty ? step : "\(name).\(step)" }
        switch value {
        case .tensor(let tensor):
            guard !name.isEmpty, names.insert(ExactName(name)).inserted else {
                throw FileError(
                    path: file.path, action: "read",
                    reason: name.isEmpty
                        ? "it holds one array without a name: nightjar.load takes it" : "it has '\(name)' twice")
            }
            tensors.append((name, tensor))
        case .list(let items): for (place, item) in items.enumerated() { try visit(item, inside("\(place)")) }
        case .dictionary(let pairs):
            for (key, value) in pairs {
                switch key {
                case .text(let text): try visit(value, inside(text))
                case .integer(let integer): try visit(value, inside("\(integer)"))
                }
            }
        default: break
        }
    }
    try visit(file.content, "")
    return tensors
}

/// `module:load_state_dict(tensors)`.
let loadStateDict: HostMethod<Module> = .method(
    "load_state_dict", doc: "Puts tensors by name into the parameters and buffers, as state_dict() gives them.",
    arguments: [.table("state_dict"), strict],
    returns: .custom("{missing_keys: string[], unexpected_keys: string[]}", "what did not fit, where strict is false")
) { module, call in
    let pairs: [(key: LuaValue, value: LuaValue)]
    switch try call.value("state_dict") {
    case .table(let given): pairs = given
    case .list(let items) where items.isEmpty: pairs = []
    default: throw call.badArgument("state_dict", expected: "table of tensors by name", got: "list")
    }
    let tensors = try pairs.map { key, value -> NamedTensor in
        guard case .string(let name) = key, case .object(let object) = value, let tensor = object as? Tensor else {
            throw call.badArgument(
                "state_dict", expected: "table of tensors by name", got: "\(value.kindName) as \(key.shortText)")
        }
        return (name, tensor)
    }.sorted { $0.name.precedesInBytes($1.name) }
    let difference = try matchStateDict(
        expected: describe(try module.stateDict()), found: describe(tensors), strict: call.boolean("strict"))
    try take(tensors, into: module)
    return .value(
        .table([
            (key: .string("missing_keys"), value: .list(difference.missing.map { .string($0) })),
            (key: .string("unexpected_keys"), value: .list(difference.unexpected.map { .string($0) })),
        ]))
}

func describe(_ tensors: [NamedTensor]) -> [TensorDescription] {
    tensors.map { ($0.name, $0.tensor.shape.array, $0.tensor.dtype) }
}

/// - Throws: `FileError` for a tensor whose type has no counterpart.
private func describe(
    _ tensors: [(name: String, tensor: StoredTensor)], path: String
) throws -> [TensorDescription] {
    try tensors.map { name, tensor in
        // Asking for the tensor itself says which type it is.
        (name, tensor.shape, try tensor.dtype ?? tensor.tensor().dtype)
    }
}

/// Copies tensors that were found to fit.
func take(_ tensors: [NamedTensor], into model: Module) throws {
    let found = Dictionary(tensors.map { (ExactName($0.name), $0.tensor) }) { first, _ in first }
    try GradMode.set(false) {
        for (name, target) in try model.stateDict() {
            if let source = found[ExactName(name)] { try target.assign(source) }
        }
    }
}
