import Files
import Protobuf
import Tensors

/// A message in protobuf's encoding (https://protobuf.dev/programming-guides/encoding/), as a list of numbered fields in
/// the order in which they are written: as much of it as ONNX needs.
struct Message {
    private indirect enum Content {
        case varint(UInt64)
        case float(Float)
        case bytes([UInt8])
        case message(Message)
        /// The elements of a tensor in row-major order.
        case elements(Tensor)

        /// How many bytes it takes, where that is written before it.
        var length: Int {
            switch self {
            case .varint, .float: 0
            case .bytes(let bytes): bytes.count
            case .message(let message): message.size
            case .elements(let tensor): tensor.count * tensor.dtype.size
            }
        }
    }

    private var fields: [(number: Int, content: Content)] = []
    /// How many bytes all fields take.
    private(set) var size = 0

    mutating func add(_ number: Int, _ value: Int) { append(number, .varint(UInt64(bitPattern: Int64(value)))) }
    mutating func add(_ number: Int, _ value: Float) { append(number, .float(value)) }
    mutating func add(_ number: Int, _ text: String) { append(number, .bytes(Array(text.utf8))) }
    mutating func add(_ number: Int, _ message: Message) { append(number, .message(message)) }
    mutating func add(_ number: Int, _ tensor: Tensor) { append(number, .elements(tensor)) }

    private mutating func append(_ number: Int, _ content: Content) {
        fields.append((number, content))
        size += Message.length(UInt64(number) << 3)
        switch content {
        case .varint(let value): size += Message.length(value)
        case .float: size += 4
        case .bytes, .message, .elements:
            let length = content.length
            size += Message.length(UInt64(length)) + length
        }
    }

    /// Appends the message to a file.
    ///
    /// - Throws: `FileError`, and `TensorError` where elements cannot be brought into order.
    func write(to file: AtomicFile) throws {
        for (number, content) in fields {
            var head: [UInt8] = []
            switch content {
            case .varint(let value):
                head.append(tag: number, .varint)
                head.append(varint: value)
                try file.write(head)
            case .float(let value):
                head.append(tag: number, .fourBytes)
                head.append(littleEndian: value.bitPattern)
                try file.write(head)
            case .bytes, .message, .elements:
                head.append(tag: number, .lengthDelimited)
                head.append(varint: UInt64(content.length))
                try file.write(head)
                switch content {
                case .bytes(let bytes): try file.write(bytes)
                case .message(let message): try message.write(to: file)
                case .elements(let tensor): try tensor.withUnsafeBytes { try file.write($0) }
                case .varint, .float: break
                }
            }
        }
    }

    /// How many bytes a varint takes.
    private static func length(_ value: UInt64) -> Int { max(1, (64 - value.leadingZeroBitCount + 6) / 7) }
}
