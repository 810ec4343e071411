import Files
import Tensors
import Tracing

/// A network as ONNX has it (https://onnx.ai/onnx/repo-docs/IR.html). The numbers of the fields are those of
/// onnx/onnx.proto.
public struct ONNXModel {
    /// One operation of the graph.
    struct Node {
        let kind: String
        let name: String
        var inputs: [String]
        var outputs: [String]
        let attributes: [(name: String, value: Attribute)]
    }

    /// What protobuf's readers take at most.
    static let mostBytes = Int(Int32.max)

    var nodes: [Node] = []
    var initializers: [(name: String, tensor: Tensor)] = []
    var inputs: [Wire] = []
    var outputs: [Wire] = []
    /// What flows inside.
    var wires: [Wire] = []
    var opset = 17
    /// How the size of the batch is named.
    var batchName = "batch"
    var name = ""
    var producerVersion = ""
    var metadata: [(key: String, value: String)] = []

    /// Writes the model; the file appears whole or not at all.
    ///
    /// - Throws: `TensorError` where it would be larger than protobuf allows, `FileError` where it cannot be written.
    public func write(to path: String) throws {
        let message = message
        guard message.size <= Self.mostBytes else {
            throw TensorError(
                "the model would take \(message.size) bytes, but an ONNX file holds at most \(Self.mostBytes); save it "
                    + "as safetensors")
        }
        let file = try AtomicFile(path)
        try message.write(to: file)
        try file.commit()
    }

    /// How many nodes of each kind it has, by their names.
    public var nodeCounts: [(kind: String, count: Int)] {
        Dictionary(grouping: nodes, by: \.kind).map { ($0.key, $0.value.count) }.sorted { $0.kind < $1.kind }
    }

    /// `ModelProto`.
    private var message: Message {
        var opset = Message()
        opset.add(1, "")
        opset.add(2, self.opset)
        var model = Message()
        model.add(1, Self.irVersion(self.opset))
        model.add(2, "nightjar")
        model.add(3, producerVersion)
        model.add(7, graph)
        model.add(8, opset)
        for (key, value) in metadata {
            var entry = Message()
            entry.add(1, key)
            entry.add(2, value)
            model.add(14, entry)
        }
        return model
    }

    /// The version of the format that came with a version of the operators
    /// (https://onnx.ai/onnx/repo-docs/Versioning.html).
    private static func irVersion(_ opset: Int) -> Int {
        switch opset {
        case ...18: 8
        case 19...20: 9
        default: 10
        }
    }

    /// `GraphProto`.
    private var graph: Message {
        var graph = Message()
        for node in nodes {
            var message = Message()
            for input in node.inputs { message.add(1, input) }
            for output in node.outputs { message.add(2, output) }
            message.add(3, node.name)
            message.add(4, node.kind)
            for (name, value) in node.attributes { message.add(5, value.message(name)) }
            graph.add(1, message)
        }
        graph.add(2, name)
        for (name, tensor) in initializers {
            // `TensorProto`.
            var message = Message()
            for size in tensor.shape { message.add(1, size) }
            message.add(2, tensor.dtype.onnxType)
            message.add(8, name)
            message.add(9, tensor)
            graph.add(5, message)
        }
        for wire in inputs { graph.add(11, information(wire)) }
        for wire in outputs { graph.add(12, information(wire)) }
        for wire in wires { graph.add(13, information(wire)) }
        return graph
    }

    /// `ValueInfoProto`.
    private func information(_ wire: Wire) -> Message {
        var shape = Message()
        for size in wire.shape {
            var dimension = Message()
            if size.slope == 0 { dimension.add(1, size.base) } else { dimension.add(2, text(size)) }
            shape.add(1, dimension)
        }
        var tensor = Message()
        tensor.add(1, wire.dtype.onnxType)
        tensor.add(2, shape)
        var type = Message()
        type.add(1, tensor)
        var information = Message()
        information.add(1, wire.name)
        information.add(2, type)
        return information
    }

    /// A size that depends on the batch: "batch", "4*batch + 1".
    private func text(_ size: Extent) -> String {
        let product = size.slope == 1 ? batchName : "\(size.slope)*\(batchName)"
        return size.base == 0 ? product : "\(product) + \(size.base)"
    }
}
