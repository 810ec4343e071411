import Files

/// The list of an archive's entries, checked.
struct ZipDirectory {
    /// The longest list that is taken: of a million files, and more.
    private static let mostBytes = 128 << 20

    let entries: [ZipEntry]
    let comment: [UInt8]
    let start: Int

    init(_ file: ReadableFile) throws {
        let end = try ZipEnd(file)
        comment = end.comment
        guard end.size <= Self.mostBytes, end.start >= 0, end.start <= end.place, end.size == end.place - end.start
        else { throw Unsound("its list of files is not where it should be") }
        let list = try file.bytes(at: end.start, count: end.size)
        guard list.count == end.size else { throw Unsound("it ends too early") }
        let drafts = try Self.drafts(list, count: end.count)
        entries = try drafts.map { try Self.placed($0, end.start, file) }
        try Self.checkNames(entries)
        start = try Self.checkPlaces(entries, end: end.start)
    }

    /// An entry as the list has it.
    private struct Draft {
        let name: [UInt8]
        let flags: UInt16
        let method: UInt16
        let crc: UInt32
        var packedSize: Int
        var size: Int
        var header: Int
    }

    private static func drafts(_ list: [UInt8], count: Int) throws -> [Draft] {
        var drafts: [Draft] = []
        var place = 0
        while place < list.count {
            let fixed = ZipRecord.central.size
            guard list.count - place >= fixed, list.little(UInt32.self, at: place) == ZipRecord.central.signature else {
                throw Unsound("its list of files is damaged")
            }
            let lengths = [28, 30, 32].map { Int(list.little(UInt16.self, at: place + $0)) }
            let next = place + fixed + lengths.reduce(0, +)
            guard next <= list.count else { throw Unsound("its list of files is damaged") }
            let name = Array(list[(place + fixed)..<(place + fixed + lengths[0])])
            var draft = Draft(
                name: name, flags: list.little(UInt16.self, at: place + 8),
                method: list.little(UInt16.self, at: place + 10), crc: list.little(UInt32.self, at: place + 16),
                packedSize: Int(list.little(UInt32.self, at: place + 20)),
                size: Int(list.little(UInt32.self, at: place + 24)),
                header: Int(list.little(UInt32.self, at: place + 42)))
            let extra = Array(list[(place + fixed + lengths[0])..<(place + fixed + lengths[0] + lengths[1])])
            try widen(&draft, by: extra)
            drafts.append(draft)
            place = next
        }
        guard drafts.count == count else {
            throw Unsound("it announces \(count) files and lists \(drafts.count)")
        }
        return drafts
    }

    /// Takes the sizes and places that need more than 32 bits from the extra field.
    private static func widen(_ draft: inout Draft, by extra: [UInt8]) throws {
        let mark = Int(UInt32.max)
        guard draft.size == mark || draft.packedSize == mark || draft.header == mark else { return }
        var place = 0
        while place + 4 <= extra.count {
            let length = Int(extra.little(UInt16.self, at: place + 2))
            guard place + 4 + length <= extra.count else { break }
            if extra.little(UInt16.self, at: place) == ZipRecord.extra64 {
                var (at, end) = (place + 4, place + 4 + length)
                func take(_ value: inout Int) throws {
                    guard value == mark else { return }
                    guard at + 8 <= end, let wide = Int(exactly: extra.little(UInt64.self, at: at)) else {
                        throw Unsound("the sizes of \(quoted(draft.name)) are damaged")
                    }
                    value = wide
                    at += 8
                }
                try take(&draft.size)
                try take(&draft.packedSize)
                try take(&draft.header)
                end = at
                return
            }
            place += 4 + length
        }
        throw Unsound("the sizes of \(quoted(draft.name)) are missing")
    }

    /// The entry with the place of its bytes, which its own header tells.
    private static func placed(_ draft: Draft, _ end: Int, _ file: ReadableFile) throws -> ZipEntry {
        let name = quoted(draft.name)
        guard draft.flags & 1 == 0 else { throw Unsound("\(name) is encrypted") }
        guard let method = ZipMethod(rawValue: draft.method) else {
            throw Unsound("\(name) is packed by method \(draft.method); 0 (stored) and 8 (deflated) are known")
        }
        let fixed = ZipRecord.local.size
        guard draft.header <= end - fixed - draft.name.count else { throw Unsound("\(name) is not in the file") }
        let head = try file.bytes(at: draft.header, count: fixed + draft.name.count)
        guard head.count == fixed + draft.name.count,
            head.little(UInt32.self, at: 0) == ZipRecord.local.signature,
            head.little(UInt16.self, at: 6) == draft.flags, head.little(UInt16.self, at: 8) == draft.method,
            Int(head.little(UInt16.self, at: 26)) == draft.name.count, Array(head[fixed...]) == draft.name
        else { throw Unsound("\(name) is listed otherwise than it is") }
        // With flag 8 these follow the bytes; with ZIP64 they are elsewhere, too.
        if draft.flags & 8 == 0 {
            let sizes = [18, 22].map { Int(head.little(UInt32.self, at: $0)) }
            let agree = zip(sizes, [draft.packedSize, draft.size]).allSatisfy { $0 == $1 || $0 == Int(UInt32.max) }
            guard agree, head.little(UInt32.self, at: 14) == draft.crc else {
                throw Unsound("\(name) is listed otherwise than it is")
            }
        }
        let start = draft.header + head.count + Int(head.little(UInt16.self, at: 28))
        guard start <= end, draft.packedSize <= end - start else { throw Unsound("\(name) is not whole") }
        // Deflate packs at most 1032 bytes in one.
        let most = method == .stored ? draft.packedSize : draft.packedSize.multipliedReportingOverflow(by: 1032).0
        guard method == .stored ? draft.size == most : draft.size <= most else {
            throw Unsound("\(name) cannot have \(draft.size) bytes")
        }
        return ZipEntry(
            name: String(systemBytes: draft.name), method: method, size: draft.size, packedSize: draft.packedSize,
            crc: draft.crc, start: start, header: draft.header)
    }

    private static func checkNames(_ entries: [ZipEntry]) throws {
        var names: Set<ExactName> = []
        for entry in entries where !names.insert(ExactName(entry.name)).inserted {
            throw Unsound("it has two files '\(entry.name)'")
        }
    }

    /// Where the first entry begins, if no two share a byte.
    private static func checkPlaces(_ entries: [ZipEntry], end: Int) throws -> Int {
        let sorted = entries.sorted { $0.header < $1.header }
        for (entry, next) in zip(sorted, sorted.dropFirst()) where next.header < entry.start + entry.packedSize {
            throw Unsound("'\(entry.name)' and '\(next.name)' overlap")
        }
        return sorted.first?.header ?? end
    }
}

private func quoted(_ name: [UInt8]) -> String { "'\(String(systemBytes: name))'" }
