import Files
import Networks
import ONNX
import TensorSupport
import Tensors
import TestSupport
import Testing

@Suite("ONNX files")
struct FileTests {
    @Test("A network of convolutions has a node for each layer, and the names of its state dict")
    func convolutions() throws {
        let net = try Sequential([
            layer("Conv2d", 1, 4, 3, options: ["padding": 1]), layer("BatchNorm2d", 4), layer("ReLU"),
            layer("Dropout2d"), layer("MaxPool2d", 2), layer("Flatten"), layer("Linear", 64, 3), layer("Softmax", 1),
        ])
        let model = try exported(net, .sizes([1, 1, 8, 8]))
        #expect(
            model.kinds == ["Conv", "BatchNormalization", "Relu", "MaxPool", "Reshape", "Gemm", "Softmax"])
        #expect(model.nodes[0].inputs == ["input", "0.weight", "0.bias"])
        #expect(model.nodes[0].name == "0/Conv")
        #expect(model.nodes[5].inputs.suffix(2) == ["6.weight", "6.bias"])
        #expect(
            model.nodes[1].inputs.suffix(4) == ["1.weight", "1.bias", "1.running_mean", "1.running_var"])
        #expect(model.inputs == ["input: float32 [batch, 1, 8, 8]"])
        #expect(model.outputs == ["output: float32 [batch, 3]"])
        #expect(model.constants["0.weight"]?.shape == [4, 1, 3, 3])
        #expect(
            model.nodes[0].attributes == [
                "dilations": [1, 1], "group": [1], "kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [1, 1],
            ])
        #expect(net.isTraining)
        #expect(net.children.allSatisfy { $0.module.isTraining })
    }

    @Test("The bytes are what protobuf and onnx.proto say")
    func bytes() throws {
        let net = try FunctionNet { x, _ in [try x[0].mul(2.0)] }
        var export = ONNXExport()
        (export.version, export.metadata) = ("1", [("k", "v")])
        let scratch = try ScratchDirectory()
        let path = joinPath(scratch.path, "model.onnx")
        try export.model(net, [.sizes([1])], scope).write(to: path)
        var expected: [UInt8] = [0x08, 8, 0x12, 8] + Array("nightjar".utf8) + [0x1a, 1] + Array("1".utf8)
        func field(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { [tag, UInt8(content.count)] + content }
        func text(_ tag: UInt8, _ text: String) -> [UInt8] { field(tag, Array(text.utf8)) }
        let node =
            text(0x0a, "input") + text(0x0a, "constant") + text(0x12, "output") + text(0x1a, "Mul") + text(0x22, "Mul")
        // A number without dimensions: 2.0 as float32.
        let constant = [0x10, 1] + text(0x42, "constant") + field(0x4a, [0, 0, 0, 0x40])
        func information(_ name: String) -> [UInt8] {
            let shape = field(0x0a, text(0x12, "batch"))
            return text(0x0a, name) + field(0x12, field(0x0a, [0x08, 1] + field(0x12, shape)))
        }
        let graph =
            field(0x0a, node) + text(0x12, "Net") + field(0x2a, constant) + field(0x5a, information("input"))
            + field(0x62, information("output"))
        expected += field(0x3a, graph) + field(0x42, text(0x0a, "") + [0x10, 17])
        expected += field(0x72, text(0x0a, "k") + text(0x12, "v"))
        #expect(try readFile(path) == expected)
    }

    @Test("Versions of the operators have their version of the format")
    func versions() throws {
        let net = try FunctionNet { x, _ in [try x[0].call("amax", 1)] }
        for (opset, format, inputs) in [(17, 8, 1), (18, 8, 2), (20, 9, 2), (22, 10, 2)] {
            let model = try exported(net, .sizes([2, 3])) { $0.opset = opset }
            #expect(model.model.numbers(1) == [format])
            #expect(try model.model.message(8).numbers(2) == [opset])
            #expect(model.nodes.first { $0.kind == "ReduceMax" }?.inputs.count == inputs)
        }
    }

    @Test("Inputs and outputs have the names that are given")
    func names() throws {
        let net = try FunctionNet { x, _ in [x[0], try x[0].add(x[1]), x[1]] }
        let model = try exported(net, .sizes([2, 3]), .sizes([3])) { $0.inputNames = ["image", "bias"] }
        #expect(model.inputs == ["image: float32 [batch, 3]", "bias: float32 [3]"])
        #expect(
            model.outputs == [
                "output_1: float32 [batch, 3]", "output_2: float32 [batch, 3]", "output_3: float32 [3]",
            ])
        // What goes through unchanged is copied under the other name.
        #expect(Set(model.kinds) == ["Identity", "Add"])
    }

    @Test("Batches of one size only are for those who ask")
    func fixed() throws {
        let net = try FunctionNet { x, _ in [try x[0].flatten(start: 0)] }
        let model = try exported(net, .sizes([2, 3])) { $0.isBatchDynamic = false }
        #expect(model.inputs == ["input: float32 [2, 3]"])
        #expect(model.outputs == ["output: float32 [6]"])
        #expect(try exported(net, .sizes([2, 3])).outputs == ["output: float32 [3*batch]"])
    }

    @Test("A constant as large as the batch is repeated when the graph runs")
    func repeated() throws {
        let net = try FunctionNet { x, _ in [try .cat([x[0], .ones([x[0].shape[0], 2])], 1)] }
        let model = try exported(net, .sizes([2, 3]))
        for images in [1, 4] {
            let x = try formula([images, 3], images)
            #expect(try model(x)[0].floatArray() == net([x], scope).tensors[0].floatArray())
        }
    }
}
