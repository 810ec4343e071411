import CZlib

/// The records of a ZIP archive (PKWARE's APPNOTE 6.3.10): their signatures, their sizes without what varies.
enum ZipRecord {
    static let local: (signature: UInt32, size: Int) = (0x0403_4b50, 30)
    static let central: (signature: UInt32, size: Int) = (0x0201_4b50, 46)
    static let end: (signature: UInt32, size: Int) = (0x0605_4b50, 22)
    static let end64: (signature: UInt32, size: Int) = (0x0606_4b50, 56)
    static let locator64: (signature: UInt32, size: Int) = (0x0706_4b50, 20)
    /// The extra field that holds sizes and places of 64 bits.
    static let extra64: UInt16 = 1
    /// The extra field that nothing stands in, as PyTorch writes it ("FB").
    static let extraFilling: UInt16 = 0x4246

    /// 1980-01-01 00:00:00, the earliest time that the format can say: archives of one content are one.
    static let date: UInt16 = 0x21
}

/// How an entry's bytes are kept.
public enum ZipMethod: UInt16, Sendable {
    case stored = 0
    case deflated = 8
}

extension [UInt8] {
    /// Appends an integer, its lowest byte first.
    mutating func append(little value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// The integer at a place, its lowest byte first. The place is known to be there.
    func little<Value: FixedWidthInteger>(_ type: Value.Type, at place: Int) -> Value {
        withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: type)) }
    }
}

/// The checksum of ZIP and PNG (CRC-32, ISO 3309), fed piece by piece.
public struct CRC32: Sendable {
    public private(set) var value: UInt32 = 0

    public init() {}

    /// Takes the next bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        value = UInt32(
            truncatingIfNeeded: crc32_z(UInt(value), bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
    }
}
