import Host
import Lua
import Networks
import ONNX
import Tensors

/// `onnx`: networks for other programs.
let onnxModule = HostModule(
    "onnx", doc: "Networks as ONNX files, which ONNX Runtime, browsers and phones run.",
    functions: [
        .function(
            "export",
            doc:
                "Writes a network as an ONNX file, as torch.onnx.export does: as it is in evaluation, with the names of "
                + "its state dict, for batches of any size. What ONNX has no operator for is refused by name.",
            arguments: [.object("model", Module.self), .string("path", "the file, which ends in .onnx")],
            options: [
                .any(
                    "input",
                    "the sizes of an input, the first the batch's; a tensor like it; or a list of either, "
                        + "one for each input"),
                .strings("input_names", "by default input, or input_1 and so on").optional,
                .strings("output_names", "by default output, or output_1 and so on").optional,
                .integer("opset_version", "version of ONNX's operators, from 17 to 22", default: ONNXExport().opset),
                .boolean("dynamic_batch", "whether batches of any size are taken", default: true),
                .table("metadata", "strings and numbers to be kept with the model").optional,
                .boolean(
                    "checked", "whether a further call checks that the graph holds for another size of the batch",
                    default: true),
            ]
        ) { call in
            try export(call)
            return .none
        }
    ])

private func export(_ call: Call) throws {
    let (module, path) = (try call.module("model"), try call.string("path"))
    guard path.hasSuffix(".onnx") else {
        throw call.badArgument("path", expected: "a name that ends in .onnx", got: "'\(path)'")
    }
    var export = ONNXExport()
    export.opset = try call.integer("opset_version")
    export.isBatchDynamic = try call.boolean("dynamic_batch")
    export.isChecked = try call.boolean("checked")
    if try call.has("input_names") { export.inputNames = try call.strings("input_names") }
    if try call.has("output_names") { export.outputNames = try call.strings("output_names") }
    export.version = version
    export.metadata = try metadata(call)
    let inputs = try inputs(call)
    let model = try call.withForward { try export.model(module, inputs, call.scope()) }
    try model.write(to: path)
}

/// What is to be kept with the model, in the order of the names.
private func metadata(_ call: Call) throws -> [(key: String, value: String)] {
    func wrong(_ got: String) -> any Error {
        call.badArgument("metadata", expected: "table of strings and numbers by name", got: got)
    }
    switch try call.value("metadata") {
    case .nil: return []
    case .list(let items) where items.isEmpty: return []
    case .table(let pairs):
        return try pairs.map { key, value in
            guard case .string(let key) = key else { throw wrong("another key in it") }
            switch value {
            case .string(let text): return (key, text)
            case .integer(let number): return (key, "\(number)")
            case .number(let number): return (key, "\(number)")
            case .boolean(let truth): return (key, "\(truth)")
            default: throw wrong("a \(value.kindName) as '\(key)'")
            }
        }.sorted { $0.key < $1.key }
    case let other: throw wrong(other.kindName)
    }
}

/// The tensors that stand for the inputs.
private func inputs(_ call: Call) throws -> [ONNXExport.Input] {
    func wrong(_ got: String) -> any Error {
        call.badArgument("input", expected: "sizes of at least 1, a tensor, or a list of either", got: got)
    }
    func sizes(_ items: [LuaValue]) throws -> ONNXExport.Input? {
        guard case .integer? = items.first else { return nil }
        let sizes = try items.map { item in
            guard case .integer(let size) = item, size > 0 else { throw wrong(item.kindName) }
            return size
        }
        return .sizes(Shape(sizes))
    }
    switch try call.value("input") {
    case .object(let object):
        guard let tensor = object as? Tensor else { throw wrong(LuaValue.object(object).kindName) }
        return [.like(tensor)]
    case .list(let items):
        if let one = try sizes(items) { return [one] }
        guard !items.isEmpty else { throw wrong("an empty list") }
        return try items.map { item in
            switch item {
            case .object(let object):
                guard let tensor = object as? Tensor else { throw wrong("a list with another \(item.kindName) in it") }
                return .like(tensor)
            case .list(let own):
                guard let input = try sizes(own) else { throw wrong("a list of lists of other values") }
                return input
            default: throw wrong("a list with a \(item.kindName) in it")
            }
        }
    case let other: throw wrong(other.kindName)
    }
}
