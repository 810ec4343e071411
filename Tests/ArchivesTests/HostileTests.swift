import Archives
import Files
import TestSupport
import Testing

/// Archives from anywhere: each gives an error, none takes the program or the machine down.
@Suite("Damaged and hostile archives") struct HostileTests {
    let scratch: ScratchDirectory
    let path: String
    let sound: [UInt8]

    init() throws {
        scratch = try ScratchDirectory()
        path = try makeArchive(
            [("first", Array("some text".utf8)), ("second", [UInt8](repeating: 7, count: 500))], method: .stored,
            in: scratch)
        sound = try readFile(path)
    }

    /// What reading these bytes ends with: all entries are opened.
    private func reading(_ bytes: [UInt8]) throws -> String {
        try writeFile(path, bytes)
        return message {
            let reader = try ZipReader(ReadableFile(path))
            for entry in reader.entries { _ = try reader.content(of: entry, limit: 1 << 20) }
        }.replacing(path, with: "A")
    }

    /// The place of the list's first record, of its second, of the end.
    private var places: (first: Int, second: Int, end: Int) {
        let end = sound.count - 22 - 9
        return (end - 2 * 46 - 11, end - 46 - 6, end)
    }

    private func changed(_ place: Int, _ bytes: [UInt8]) -> [UInt8] {
        var copy = sound
        copy.replaceSubrange(place..<(place + bytes.count), with: bytes)
        return copy
    }

    @Test("What is wrong is said")
    func messages() throws {
        let unsound = "cannot read 'A': it is not a sound ZIP archive: "
        let (first, second, end) = places
        for (bytes, expected) in [
            ([], unsound + "its end is missing"),
            (Array("no archive".utf8), unsound + "its end is missing"),
            (Array(sound.dropLast()), unsound + "its end is missing"),
            (changed(end + 4, [1, 0]), unsound + "it is a part of an archive in several files"),
            (changed(end + 8, [9, 0, 9, 0]), unsound + "it announces 9 files and lists 2"),
            (changed(end + 12, [1]), unsound + "its list of files is not where it should be"),
            (changed(end + 16, [0xFF, 0xFF, 0xFF, 0x7F]), unsound + "its list of files is not where it should be"),
            (changed(end + 16, [0xFF, 0xFF, 0xFF, 0xFF]), unsound + "its end is damaged"),
            (changed(first, [0]), unsound + "its list of files is damaged"),
            (changed(first + 28, [200]), unsound + "its list of files is damaged"),
            (changed(first + 8, [1]), unsound + "'first' is encrypted"),
            (
                changed(first + 10, [12]),
                unsound + "'first' is packed by method 12; 0 (stored) and 8 (deflated) are known"
            ),
            (changed(first + 20, [0xFF, 0xFF, 0xFF, 0xFF]), unsound + "the sizes of 'first' are missing"),
            (changed(first + 24, [200]), unsound + "'first' is listed otherwise than it is"),
            (changed(first + 46, [0x46]), unsound + "'First' is listed otherwise than it is"),
            (changed(second + 42, [0xFF, 0xFF]), unsound + "'second' is not in the file"),
            (changed(second + 42, [0, 0]), unsound + "'second' is listed otherwise than it is"),
            (changed(35, [0x53]), "cannot read 'A': 'first' in it: it is damaged: its checksum is another"),
        ] as [([UInt8], String)] {
            #expect(try reading(bytes) == expected)
        }
    }

    @Test("Two entries with one name, or sharing bytes, are refused")
    func twice() throws {
        var bytes: [UInt8] = []
        let writer = ZipWriter { bytes += $0 }
        try writer.add("a", [1])
        try writer.add("b", [2])
        try writer.finish()
        // Both become "a", in the headers and in the list.
        for place in bytes.indices where bytes[place] == UInt8(ascii: "b") { bytes[place] = UInt8(ascii: "a") }
        #expect(try reading(bytes) == "cannot read 'A': it is not a sound ZIP archive: it has two files 'a'")
        // The first entry claims the second's header as its bytes.
        let (first, second) = (Array("PK\u{3}\u{4}".utf8), sound)
        let next = try #require((1..<second.count).first { second[$0...].starts(with: first) })
        let size = UInt8(next - 35 + 5)
        var overlapping = sound
        for place in [18, 22, places.first + 20, places.first + 24] { overlapping[place] = size }
        #expect(
            try reading(overlapping) == "cannot read 'A': it is not a sound ZIP archive: 'first' and 'second' overlap")
    }

    @Test("What unpacks to more than it says, or says more than it can, is refused")
    func bombs() throws {
        let zeros = [UInt8](repeating: 0, count: 10_000)
        let sound = try readFile(makeArchive([("zeros", zeros)], method: .deflated, in: scratch))
        let list = sound.count - 22 - 9 - 46 - 5
        func announced(_ size: UInt32) -> [UInt8] {
            var copy = sound
            for place in [22, list + 24] {
                withUnsafeBytes(of: size.littleEndian) { copy.replaceSubrange(place..<(place + 4), with: $0) }
            }
            return copy
        }
        #expect(
            try reading(announced(100))
                == "cannot read 'A': 'zeros' in it: it is damaged: it unpacks to more than 100 bytes")
        #expect(
            try reading(announced(10_001))
                == "cannot read 'A': 'zeros' in it: it is damaged: it unpacks to 10000 bytes, not 10001")
        #expect(
            try reading(announced(4_000_000_000))
                == "cannot read 'A': it is not a sound ZIP archive: 'zeros' cannot have 4000000000 bytes")
        let reader = try ZipReader(ReadableFile(makeArchive([("zeros", zeros)], method: .deflated, in: scratch)))
        #expect(
            message { _ = try reader.content(of: reader.entries[0], limit: 9_999) }.replacing(path, with: "A")
                == "cannot read 'A': 'zeros' in it: it has 10000 bytes, at most 9999 are taken")
    }

    @Test("No flipped bit and no cut goes through with other content", arguments: [ZipMethod.stored, .deflated])
    func flipped(method: ZipMethod) throws {
        let contents = [("a.txt", Array("some text, some text".utf8)), ("b", [UInt8](repeating: 9, count: 64))]
        let sound = try readFile(makeArchive(contents, method: method, in: scratch))
        for place in sound.indices {
            for bit in [0, 3, 7] {
                var bytes = sound
                bytes[place] ^= 1 << bit
                try writeFile(path, bytes)
                guard let reader = try? ZipReader(ReadableFile(path)) else { continue }
                for (name, content) in contents {
                    guard let entry = reader.entry(name), let found = try? reader.content(of: entry) else { continue }
                    #expect(found == content, "byte \(place), bit \(bit)")
                }
            }
        }
        for length in sound.indices {
            #expect(try reading(Array(sound[..<length])) != "no error", "cut to \(length)")
        }
    }
}
