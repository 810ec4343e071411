import Files
import Tensors

/// A protobuf message as it was read: its fields in order.
public struct ReadMessage {
    public enum Content {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
        case float(Float)
    }

    public private(set) var fields: [(number: Int, content: Content)] = []

    public init(_ bytes: ArraySlice<UInt8>) throws {
        var rest = bytes
        func varint() throws -> UInt64 {
            var (value, shift) = (UInt64(0), UInt64(0))
            while let byte = rest.popFirst() {
                value |= UInt64(byte & 0x7f) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
            throw TensorError("a number that ends too soon")
        }
        while !rest.isEmpty {
            let tag = try varint()
            let number = Int(tag >> 3)
            switch tag & 7 {
            case 0: fields.append((number, .number(try varint())))
            case 2:
                let length = Int(try varint())
                guard length <= rest.count else { throw TensorError("field \(number) ends too soon") }
                fields.append((number, .bytes(rest.prefix(length))))
                rest = rest.dropFirst(length)
            case 5:
                let bits = rest.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                fields.append((number, .float(Float(bitPattern: bits))))
                rest = rest.dropFirst(4)
            default: throw TensorError("field \(number) has type \(tag & 7)")
            }
        }
    }

    public func numbers(_ number: Int) -> [Int] {
        fields.compactMap {
            if $0.number == number, case .number(let value) = $0.content { Int(Int64(bitPattern: value)) } else { nil }
        }
    }

    public func bytes(_ number: Int) -> [ArraySlice<UInt8>] {
        fields.compactMap { if $0.number == number, case .bytes(let value) = $0.content { value } else { nil } }
    }

    public func texts(_ number: Int) -> [String] { bytes(number).map { String(decoding: $0, as: UTF8.self) } }
    public func messages(_ number: Int) throws -> [ReadMessage] { try bytes(number).map { try ReadMessage($0) } }
    public func message(_ number: Int) throws -> ReadMessage { try messages(number).first ?? ReadMessage([]) }
}

/// An ONNX file as it was read.
public struct ReadModel {
    public struct Node {
        public let kind: String
        public let name: String
        public let inputs: [String]
        public let outputs: [String]
        /// Integers by name.
        public let attributes: [String: [Int]]
        /// Those of all other attributes.
        let others: [Int]
    }

    public let model: ReadMessage
    public let nodes: [Node]
    public let constants: [String: Tensor]
    /// As "name: float [batch, 3]".
    public let inputs: [String], outputs: [String]

    public init(_ path: String) throws {
        model = try ReadMessage(try readFile(path)[...])
        let graph = try model.message(7)
        nodes = try graph.messages(1).map { node in
            let attributes = try node.messages(5).map { ($0.texts(1)[0], $0.numbers(3) + $0.numbers(8)) }
            // Floats as their bits, texts as their bytes: what stays the same to the last digit.
            let others = try node.messages(5).flatMap { attribute in
                attribute.fields.compactMap { number, content -> Int? in
                    if case .float(let value) = content { Int(value.bitPattern) } else { nil }
                } + attribute.bytes(4).flatMap { $0.map { Int($0) } }
            }
            return Node(
                kind: node.texts(4)[0], name: node.texts(3)[0], inputs: node.texts(1), outputs: node.texts(2),
                attributes: Dictionary(attributes) { first, _ in first }, others: others)
        }
        var constants: [String: Tensor] = [:]
        for tensor in try graph.messages(5) {
            let dtype = ReadModel.types[tensor.numbers(2)[0]] ?? .float32
            let made = try Tensor(uninitialized: Shape(tensor.numbers(1)), dtype: dtype)
            let data = Array(tensor.bytes(9)[0])
            guard data.count == made.count * dtype.size else { throw TensorError("\(tensor.texts(8)) has other bytes") }
            try made.withUnsafeMutableBytes { $0.copyBytes(from: data) }
            constants[tensor.texts(8)[0]] = made
        }
        self.constants = constants
        inputs = try graph.messages(11).map(ReadModel.describe)
        outputs = try graph.messages(12).map(ReadModel.describe)
    }

    private static let types: [Int: DType] = [
        1: .float32, 2: .uint8, 3: .int8, 5: .int16, 6: .int32, 7: .int64, 9: .bool, 11: .float64,
    ]

    private static func describe(_ value: ReadMessage) throws -> String {
        let tensor = try value.message(2).message(1)
        let sizes = try tensor.message(2).messages(1).map { $0.numbers(1).first.map { "\($0)" } ?? $0.texts(2)[0] }
        let type = types[tensor.numbers(1)[0]] ?? .float32
        return "\(value.texts(1)[0]): \(type.rawValue) [\(sizes.joined(separator: ", "))]"
    }

    /// All that says what is calculated but for the weights: nodes with their attributes and wires, inputs, outputs, and
    /// the constants of int64, which are sizes and places.
    public var summary: String {
        let nodes = nodes.map { node in
            let settings = node.attributes.sorted { $0.key < $1.key }.map { "\($0.key)\($0.value)" }
            return "\(node.kind)(\(node.inputs)) -> \(node.outputs) \(settings) \(node.others)"
        }
        let places = constants.filter { $0.value.dtype == .int64 }.sorted { $0.key < $1.key }.map { name, tensor in
            "\(name) \(tensor.shape) \((try? tensor.int64Array()) ?? [])"
        }
        return (inputs + nodes + places + outputs).joined(separator: "\n")
    }

    /// The kinds of all nodes in order.
    public var kinds: [String] { nodes.map(\.kind) }

    /// Runs the graph, which may have nodes that change no elements only, for one input.
    public func callAsFunction(_ input: Tensor) throws -> [Tensor] {
        var values = constants
        values["input"] = input
        for node in nodes {
            let x = try node.inputs.map { name in
                guard let value = values[name] else { throw TensorError("\(node.name): nothing has made \(name)") }
                return value
            }
            values[node.outputs[0]] = try run(node, x)
        }
        return outputs.compactMap { values[String($0.prefix { $0 != ":" })] }
    }

    private func run(_ node: Node, _ x: [Tensor]) throws -> Tensor {
        func integers(_ i: Int) throws -> [Int] { try x[i].int64Array().map(Int.init) }
        switch node.kind {
        case "Identity": return x[0]
        case "Reshape": return try x[0].reshape(Shape(integers(1)))
        case "Transpose": return try x[0].permute(Shape(node.attributes["perm"] ?? []))
        case "Slice":
            let (starts, ends, axes, steps) = (try integers(1), try integers(2), try integers(3), try integers(4))
            return try axes.indices.reduce(x[0]) {
                try $0.slice(axes[$1], starts[$1], ends[$1], step: steps[$1])
            }
        case "Expand":
            // ONNX repeats either to the other.
            let target = try integers(1)
            let added = target.count - x[0].dim
            return try x[0].expand(
                Shape(target.indices.map { $0 >= added && target[$0] == 1 ? x[0].shape[$0 - added] : target[$0] }))
        case "Gather":
            let axis = (node.attributes["axis"] ?? [0])[0]
            let found = try x[0].indexSelect(axis, x[1].reshape([-1]))
            return try found.reshape(Shape(x[0].shape[..<axis]) + x[1].shape + Shape(x[0].shape[(axis + 1)...]))
        case "Shape":
            let (start, end) = ((node.attributes["start"] ?? [0])[0], (node.attributes["end"] ?? [x[0].dim])[0])
            return try Tensor(x[0].shape[start..<end].map { Int64($0) }, [end - start])
        case "Concat": return try .cat(x, (node.attributes["axis"] ?? [0])[0])
        case "Mul": return try Tensor(zip(integers(0), integers(1)).map { Int64($0 * $1) }, [1])
        case "Add": return try Tensor(zip(integers(0), integers(1)).map { Int64($0 + $1) }, [1])
        default: throw TensorError("\(node.kind) is not for this")
        }
    }
}
