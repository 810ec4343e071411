/// How a field's value is written in protobuf's encoding (https://protobuf.dev/programming-guides/encoding/).
public enum WireType: UInt64, Sendable {
    case varint = 0
    case eightBytes = 1
    case lengthDelimited = 2
    case fourBytes = 5
}

extension [UInt8] {
    /// Appends what begins a field: its number and how its value is written.
    public mutating func append(tag field: Int, _ type: WireType) {
        append(varint: UInt64(field) << 3 | type.rawValue)
    }

    /// Appends a number in seven bits a byte, the lowest first; the highest bit says that more follow.
    public mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    /// Appends an integer's bytes, the lowest first.
    public mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
