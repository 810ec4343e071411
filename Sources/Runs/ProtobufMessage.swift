import Protobuf

/// A message in the wire format of protocol buffers, written field by field
/// (https://protobuf.dev/programming-guides/encoding).
struct ProtobufMessage {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ field: Int, double: Double) {
        bytes.append(tag: field, .eightBytes)
        bytes.append(littleEndian: double.bitPattern)
    }

    mutating func add(_ field: Int, float: Float) {
        bytes.append(tag: field, .fourBytes)
        bytes.append(littleEndian: float.bitPattern)
    }

    mutating func add(_ field: Int, integer: Int) {
        bytes.append(tag: field, .varint)
        bytes.append(varint: UInt64(bitPattern: Int64(integer)))
    }

    mutating func add(_ field: Int, string: String) { add(field, content: Array(string.utf8)) }

    mutating func add(_ field: Int, message: ProtobufMessage) { add(field, content: message.bytes) }

    /// Bytes as they are.
    mutating func add(_ field: Int, content: [UInt8]) {
        bytes.append(tag: field, .lengthDelimited)
        bytes.append(varint: UInt64(content.count))
        bytes += content
    }

    /// A repeated field of numbers, packed.
    mutating func add(_ field: Int, packed numbers: [Double]) {
        var content: [UInt8] = []
        content.reserveCapacity(numbers.count * 8)
        for number in numbers { content.append(littleEndian: number.bitPattern) }
        add(field, content: content)
    }
}
