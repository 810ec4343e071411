import TestSupport
import Testing

@testable import Files

@Suite("Names that are not UTF-8")
struct SystemTextTests {
    @Test(
        "come back byte for byte",
        arguments: [
            [], [0xFF], Array("caf".utf8) + [0xE9], [0x80, 0xBF, 0xC0, 0xF5, 0xFF], [0xC3], [0xE2, 0x82],
            [0xF0, 0x9F, 0x98],
            [0xED, 0xA0, 0x80],  // a surrogate
            [0xF4, 0x90, 0x80, 0x80],  // past the last code point
            [0xC0, 0xAF],  // a slash in two bytes
            [0xEF, 0xB7, 0x98, 0xEF, 0xB7, 0xA0],  // the noncharacters that stand for a byte
            [0xEF, 0xB7, 0xA0, 0xFF, 0xEF, 0xB7, 0x98], [0xEF, 0xB7], [0xEF, 0xB7, 0x8F], [0xEF],
            Array("näme 🌙 \u{0301}".utf8), [0, 1, 0xFE, 0],
        ] as [[UInt8]])
    func roundTrip(bytes: [UInt8]) {
        let text = String(systemBytes: bytes)
        #expect(text.systemBytes == bytes)
        #expect(String(systemBytes: text.systemBytes) == text)
    }

    @Test("come back byte for byte whatever the bytes")
    func random() {
        var generator = SystemRandomNumberGenerator()
        let pool: [UInt8] = [0xEF, 0xB7, 0x98, 0xA0, 0xAF, 0x90, 0x41, 0xC3, 0xA9, 0xFF, 0x80, 0xF0, 0x2F]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...12)).map { _ in pool.randomElement(using: &generator) ?? 0 }
            #expect(String(systemBytes: bytes).systemBytes == bytes, "\(bytes)")
        }
    }

    @Test("UTF-8 is itself, and one byte after another joins to UTF-8")
    func plain() {
        #expect(String(systemBytes: Array("näme".utf8)) == "näme")
        #expect((String(systemBytes: [0xC3]) + String(systemBytes: [0xA9])).systemBytes == Array("é".utf8))
        #expect(baseName(String(systemBytes: [0xFF, 0x2F, 0xFE])).systemBytes == [0xFE])
        #expect(directoryName(String(systemBytes: [0xFF, 0x2F, 0xFE])).systemBytes == [0xFF])
        #expect(baseName("a/\u{0301}b") == "\u{0301}b")
        #expect(directoryName("a/\u{0301}b") == "a")
    }

    @Test("files are written, listed, matched, read and removed under them")
    func files() throws {
        let scratch = try ScratchDirectory()
        let name = String(systemBytes: Array("caf".utf8) + [0xE9] + Array(".txt".utf8))
        let path = scratch.file(name)
        try writeFile(path, "content")
        #expect(try directoryEntries(scratch.path) == [name])
        #expect(try expandGlob(scratch.file("*.txt")) == [path])
        #expect(try expandGlob(path) == [path])
        #expect(try readText(path) == "content")
        #expect(FileStatus(of: path)?.size == 7)
        let directory = scratch.file(String(systemBytes: [0xFE]))
        try makeDirectory(directory)
        try renameFile(path, joinPath(directory, name))
        #expect(try directoryEntries(directory) == [name])
        try removeFile(joinPath(directory, name))
        try removeEmptyDirectory(directory)
        #expect(try directoryEntries(scratch.path).isEmpty)
    }

    @Test("A NUL byte does not end a path")
    func nul() throws {
        let path = try ScratchDirectory().file("a\0b")
        let actions: [(String, (String) throws -> Void)] = [
            ("open", { _ = try readFile($0) }), ("write", { try writeFile($0, "") }),
            ("list", { _ = try directoryEntries($0) }), ("expand", { _ = try expandGlob($0) }),
            ("remove", { try removeFile($0) }), ("make the directory", { try makeDirectory($0) }),
        ]
        for (action, body) in actions {
            #expect(throws: FileError(path: path, action: action, reason: "a file's name cannot hold a NUL byte")) {
                try body(path)
            }
        }
        #expect(FileStatus(of: "/\0") == nil)
    }
}
