import Files
import Networks
import ONNX
import TensorSupport
import Tensors
import TestSupport
import Testing

/// A network whose forward pass is a function.
final class FunctionNet: Module {
    private let body: ([Tensor], Scope) throws -> [Tensor]

    init(_ parts: [Module] = [], _ body: @escaping ([Tensor], Scope) throws -> [Tensor]) throws {
        self.body = body
        super.init(kind: "Net")
        for (i, part) in parts.enumerated() { try register("part\(i)", part) }
    }

    override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome { .several(try body(inputs, scope)) }
}

/// A layer as scripts make it.
func layer(_ name: String, _ given: (any Given)?..., options: [String: any Given] = [:]) throws -> Module {
    guard let layer = Layers.all.first(where: { $0.schema.name == name }) else { throw TensorError("no \(name)") }
    let parameters = layer.schema.parameters
    let values = parameters.enumerated().map { place, parameter in
        ((place < given.count ? given[place] : nil) ?? options["\(parameter.name)"])?.value
    }
    return try layer.make(Arguments(parameters, values), Context(generator: Generator(seed: 7)))
}

/// What a forward pass is given.
var scope: Scope { Scope(Context(generator: Generator(seed: 3))) }

/// The file that a network becomes, read again.
func exported(_ net: Module, _ inputs: ONNXExport.Input..., change: (inout ONNXExport) -> Void = { _ in }) throws
    -> ReadModel
{
    var export = ONNXExport()
    change(&export)
    let scratch = try ScratchDirectory()
    let path = joinPath(scratch.path, "model.onnx")
    try export.model(net, inputs, scope).write(to: path)
    return try ReadModel(path)
}

/// The message of what is thrown.
func message(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return "nothing was thrown"
}
