/// The checksum CRC-32C (Castagnoli's polynomial, RFC 3720), taken piece by piece.
struct CRC32C {
    private var register: UInt32

    /// Of nothing yet; or of the bytes whose checksum is known, so that what follows them can be added.
    init(continuing value: UInt32 = 0) { register = ~value }

    /// The checksum of all that was added.
    var value: UInt32 { ~register }

    /// As TensorFlow's record files keep it: rotated and moved, for a checksum of bytes that hold their own checksum
    /// says little.
    var masked: UInt32 { (value >> 15 | value << 17) &+ 0xa282_ead8 }

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { register = Self.table[Int(UInt8(truncatingIfNeeded: register) ^ byte)] ^ (register >> 8) }
    }

    /// The checksum of some bytes.
    static func of(_ bytes: some Sequence<UInt8>) -> CRC32C {
        var checksum = CRC32C()
        checksum.add(bytes)
        return checksum
    }

    /// What each byte does to the register: the polynomial's reflected form is 0x82F63B78.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 0 ? value >> 1 : 0x82f6_3b78 ^ (value >> 1) }
    }
}
