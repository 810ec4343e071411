/// A message in the wire format of protocol buffers, written field by field
/// (https://protobuf.dev/programming-guides/encoding).
struct ProtobufMessage {
    private(set) var bytes: [UInt8] = []

    /// How the value of a field is written.
    private enum WireType: UInt64 {
        case varint = 0
        case eightBytes = 1
        case lengthDelimited = 2
        case fourBytes = 5
    }

    mutating func add(_ field: Int, double: Double) {
        begin(field, .eightBytes)
        bytes.append(littleEndian: double.bitPattern)
    }

    mutating func add(_ field: Int, float: Float) {
        begin(field, .fourBytes)
        bytes.append(littleEndian: float.bitPattern)
    }

    mutating func add(_ field: Int, integer: Int) {
        begin(field, .varint)
        append(varint: UInt64(bitPattern: Int64(integer)))
    }

    mutating func add(_ field: Int, string: String) { add(field, content: Array(string.utf8)) }

    mutating func add(_ field: Int, message: ProtobufMessage) { add(field, content: message.bytes) }

    /// Bytes as they are.
    mutating func add(_ field: Int, content: [UInt8]) {
        begin(field, .lengthDelimited)
        append(varint: UInt64(content.count))
        bytes += content
    }

    /// A repeated field of numbers, packed.
    mutating func add(_ field: Int, packed numbers: [Double]) {
        var content: [UInt8] = []
        content.reserveCapacity(numbers.count * 8)
        for number in numbers { content.append(littleEndian: number.bitPattern) }
        add(field, content: content)
    }

    private mutating func begin(_ field: Int, _ type: WireType) { append(varint: UInt64(field) << 3 | type.rawValue) }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

extension [UInt8] {
    /// Appends an integer's bytes, the lowest first.
    mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
