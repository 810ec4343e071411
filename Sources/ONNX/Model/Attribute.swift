import Tensors

/// A setting of a node.
enum Attribute {
    case int(Int)
    case float(Double)
    case string(String)
    case ints([Int])
    case floats([Double])

    /// `AttributeProto`, with the numbers that onnx/onnx.proto gives its fields and types.
    func message(_ name: String) -> Message {
        var message = Message()
        message.add(1, name)
        switch self {
        case .float(let value):
            message.add(2, Float(value))
            message.add(20, 1)
        case .int(let value):
            message.add(3, value)
            message.add(20, 2)
        case .string(let text):
            message.add(4, text)
            message.add(20, 3)
        case .floats(let values):
            for value in values { message.add(7, Float(value)) }
            message.add(20, 6)
        case .ints(let values):
            for value in values { message.add(8, value) }
            message.add(20, 7)
        }
        return message
    }
}
