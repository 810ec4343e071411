import Files

/// Bytes that come one after the other.
protocol ByteSource {
    /// Puts the next bytes into `buffer`; fewer than it holds only at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

extension ReadableFile: ByteSource {}

extension ByteSource {
    /// Fills a buffer. - Throws: `Malformed` where the bytes end before.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) throws {
        guard try read(into: buffer) == buffer.count else { throw Malformed("it became shorter while it was read") }
    }

    /// Reads elements into memory for as many of the type that they become.
    ///
    /// - Parameter isBigEndian: whether their highest bytes come first.
    /// - Throws: `Malformed` where the bytes end before, or for a number that the type does not have.
    func readElements(
        _ stored: StoredType, count: Int, isBigEndian: Bool = false, into target: UnsafeMutableRawBufferPointer
    ) throws {
        guard let base = target.baseAddress, count > 0 else { return }
        let size = stored.bits / 8
        if stored.isStoredAsHeld {
            let whole = UnsafeMutableRawBufferPointer(rebasing: target[..<(count * size)])
            try fill(whole)
            if isBigEndian { reverseBytes(of: whole, size: size) }
            return
        }
        let heldSize = target.count / count
        let room = 64 << 10
        try withUnsafeTemporaryAllocation(byteCount: room, alignment: 16) { buffer in
            var done = 0
            while done < count {
                let some = min(count - done, room / size)
                let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(some * size)])
                try fill(part)
                if isBigEndian { reverseBytes(of: part, size: size) }
                try stored.convert(UnsafeRawBufferPointer(part), into: base + done * heldSize)
                done += some
            }
        }
    }
}

/// Turns the bytes of every element round.
private func reverseBytes(of buffer: UnsafeMutableRawBufferPointer, size: Int) {
    func each<Bits: FixedWidthInteger>(_: Bits.Type) {
        for place in stride(from: 0, to: buffer.count, by: size) {
            let bits = buffer.loadUnaligned(fromByteOffset: place, as: Bits.self)
            buffer.storeBytes(of: bits.byteSwapped, toByteOffset: place, as: Bits.self)
        }
    }
    switch size {
    case 2: each(UInt16.self)
    case 4: each(UInt32.self)
    case 8: each(UInt64.self)
    default: break
    }
}
