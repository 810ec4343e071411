import Files

/// What is said of an entry that is written: in its own header and in the archive's list.
struct ZipDraft {
    let name: String
    let nameBytes: [UInt8]
    private let method: ZipMethod
    private let crc: UInt32
    private let packedSize: Int
    private let size: Int

    init(_ name: String, _ method: ZipMethod, crc: UInt32, packedSize: Int, size: Int) {
        self.name = name
        nameBytes = name.systemBytes
        (self.method, self.crc, self.packedSize, self.size) = (method, crc, packedSize, size)
    }

    private var needsWideSizes: Bool { max(packedSize, size) >= zipMark }

    /// The header before the entry's bytes.
    ///
    /// - Parameter alignment: the bytes begin at a multiple of it, behind an extra field of what is missing to that.
    func local(at place: Int, alignment: Int) -> [UInt8] {
        var extra: [UInt8] = []
        if needsWideSizes { extra = wide([size, packedSize]) }
        let start = place + ZipRecord.local.size + nameBytes.count + extra.count
        if alignment > 1, start % alignment != 0 {
            // The field itself takes four bytes.
            let filling = (alignment - (start + 4) % alignment) % alignment
            extra.append(little: ZipRecord.extraFilling)
            extra.append(little: UInt16(filling))
            extra += [UInt8](repeating: 0, count: filling)
        }
        var head: [UInt8] = []
        head.append(little: ZipRecord.local.signature)
        return head + common(isWide: needsWideSizes, extra: extra.count) + nameBytes + extra
    }

    /// The entry's record in the list.
    func central(at place: Int) -> [UInt8] {
        let isFar = place >= zipMark
        let isWide = needsWideSizes || isFar
        let extra = isWide ? wide((needsWideSizes ? [size, packedSize] : []) + (isFar ? [place] : [])) : []
        var record: [UInt8] = []
        record.append(little: ZipRecord.central.signature)
        record.append(little: UInt16(3 << 8) | Self.version(isWide))  // made by a Unix, so that the mode below counts
        record += common(isWide: isWide, extra: extra.count)
        record += [UInt8](repeating: 0, count: 6)
        record.append(little: UInt32(0o100644) << 16)
        record.append(little: UInt32(clamping: place))
        return record + nameBytes + extra
    }

    /// What a reader has to know: 2.0, or 4.5 for sizes of 64 bits.
    private static func version(_ isWide: Bool) -> UInt16 { isWide ? 45 : 20 }

    private func common(isWide: Bool, extra: Int) -> [UInt8] {
        var common: [UInt8] = []
        common.append(little: Self.version(isWide))
        common.append(little: UInt16(1 << 11))  // the name is UTF-8
        common.append(little: method.rawValue)
        common.append(little: UInt16(0))
        common.append(little: ZipRecord.date)
        common.append(little: crc)
        common.append(little: needsWideSizes ? .max : UInt32(packedSize))
        common.append(little: needsWideSizes ? .max : UInt32(size))
        common.append(little: UInt16(nameBytes.count))
        common.append(little: UInt16(extra))
        return common
    }

    private func wide(_ values: [Int]) -> [UInt8] {
        var extra: [UInt8] = []
        extra.append(little: ZipRecord.extra64)
        extra.append(little: UInt16(8 * values.count))
        for value in values { extra.append(little: UInt64(value)) }
        return extra
    }
}

/// What stands for a size or place that needs 64 bits.
let zipMark = Int(UInt32.max)

/// The records that an archive ends with.
struct ZipEndDraft {
    let count: Int
    /// Size and place of the list.
    let size: Int
    let start: Int
    let comment: [UInt8]

    var bytes: [UInt8] {
        var end: [UInt8] = []
        if count >= Int(UInt16.max) || max(size, start) >= zipMark {
            end.append(little: ZipRecord.end64.signature)
            end.append(little: UInt64(ZipRecord.end64.size - 12))
            end.append(little: UInt16(3 << 8 | 45))
            end.append(little: UInt16(45))
            end.append(little: UInt64(0))
            for _ in 0..<2 { end.append(little: UInt64(count)) }
            end.append(little: UInt64(size))
            end.append(little: UInt64(start))
            end.append(little: ZipRecord.locator64.signature)
            end.append(little: UInt32(0))
            end.append(little: UInt64(start + size))
            end.append(little: UInt32(1))
        }
        end.append(little: ZipRecord.end.signature)
        end.append(little: UInt32(0))
        for _ in 0..<2 { end.append(little: UInt16(clamping: count)) }
        end.append(little: UInt32(clamping: size))
        end.append(little: UInt32(clamping: start))
        end.append(little: UInt16(comment.count))
        return end + comment
    }
}
