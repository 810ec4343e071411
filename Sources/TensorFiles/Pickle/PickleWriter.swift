import Files

/// Writes plain values as a pickle of protocol 2, the one that `torch.load` expects.
struct PickleWriter {
    private(set) var bytes: [UInt8] = [PickleOpcode.proto.rawValue, 2]

    mutating func put(_ opcode: PickleOpcode) { bytes.append(opcode.rawValue) }

    mutating func putNone() { put(.none) }
    mutating func put(_ truth: Bool) { put(truth ? .newTrue : .newFalse) }

    mutating func put(_ integer: Int) {
        if let small = UInt8(exactly: integer) {
            put(.binInt1)
            bytes.append(small)
        } else if let medium = Int32(exactly: integer) {
            put(.binInt)
            append(little: medium)
        } else {
            put(.long1)
            bytes.append(8)
            append(little: integer)
        }
    }

    mutating func put(_ number: Double) {
        put(.binFloat)
        append(little: number.bitPattern.byteSwapped)
    }

    /// - Throws: `Malformed` for more than 4 GiB.
    mutating func put(_ text: String) throws {
        guard let count = UInt32(exactly: text.utf8.count) else { throw Malformed("a text has more than 4 GiB") }
        put(.binUnicode)
        append(little: count)
        bytes += text.utf8
    }

    mutating func put(global module: String, _ name: String) {
        put(.global)
        bytes += Array("\(module)\n\(name)\n".utf8)
    }

    /// A tuple of what `items` puts.
    mutating func putTuple(_ items: (inout PickleWriter) throws -> Void) rethrows {
        put(.mark)
        try items(&self)
        put(.tuple)
    }

    private mutating func append(little value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
