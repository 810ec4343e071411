import Archives
import Files
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An archive of these contents, in a scratch directory.
func makeArchive(
    _ contents: [(String, [UInt8])], method: ZipMethod = .stored, prefix: Int = 0, in scratch: ScratchDirectory
) throws -> String {
    var bytes = [UInt8](repeating: 0x58, count: prefix)
    let writer = ZipWriter(startingAt: prefix) { bytes += $0 }
    for (name, content) in contents { try writer.add(name, content, method: method) }
    try writer.finish(comment: Array("a comment".utf8))
    let path = scratch.file("archive.zip")
    try writeFile(path, bytes)
    return path
}

@Suite("ZIP archives") struct ArchiveTests {
    let scratch: ScratchDirectory
    let contents: [(String, [UInt8])] = [
        ("text.txt", Array("hello\n".utf8)), ("empty", []), ("folder/ü.bin", (0..<100_000).map { UInt8($0 % 251) }),
    ]

    init() throws { scratch = try ScratchDirectory() }

    @Test("What is put in comes out", arguments: [ZipMethod.stored, .deflated], [0, 1000])
    func roundTrip(method: ZipMethod, prefix: Int) throws {
        let path = try makeArchive(contents, method: method, prefix: prefix, in: scratch)
        let reader = try ZipReader(ReadableFile(path))
        #expect(reader.entries.map(\.name) == contents.map(\.0))
        #expect(reader.start == prefix)
        #expect(reader.comment == Array("a comment".utf8))
        for (name, content) in contents {
            let entry = try #require(reader.entry(name))
            #expect(try reader.content(of: entry) == content)
            try reader.check(entry)
            #expect((entry.packedSize == entry.size) == (method == .stored || content.isEmpty && entry.packedSize == 0))
        }
        #expect(reader.entry("other") == nil)
    }

    @Test("The same content gives the same bytes, whenever")
    func deterministic() throws {
        let first = try readFile(makeArchive(contents, in: scratch))
        #expect(try readFile(makeArchive(contents, in: scratch)) == first)
        // 1980-01-01, no time of day.
        #expect(Array(first[10..<14]) == [0, 0, 0x21, 0])
    }

    @Test("A file's content goes in piece by piece")
    func fromFile() throws {
        let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try writeFile(scratch.file("large"), content)
        var bytes: [UInt8] = []
        let writer = ZipWriter { bytes += $0 }
        try writer.add("large", file: ReadableFile(scratch.file("large")))
        try writer.finish()
        try writeFile(scratch.file("a.zip"), bytes)
        let reader = try ZipReader(ReadableFile(scratch.file("a.zip")))
        #expect(try reader.content(of: #require(reader.entry("large"))) == content)
    }

    @Test("More entries than 16 bits count, and places beyond 4 GiB, are written as ZIP64")
    func wide() throws {
        var bytes: [UInt8] = []
        let many = ZipWriter { bytes += $0 }
        for number in 0..<70_000 { try many.add("\(number)", []) }
        try many.finish()
        try writeFile(scratch.file("many.zip"), bytes)
        let reader = try ZipReader(ReadableFile(scratch.file("many.zip")))
        #expect(reader.entries.count == 70_000 && reader.entry("69999") != nil)

        // A hole of 5 GiB takes no place on the disk.
        let (path, start) = (scratch.file("far.zip"), 5 << 30)
        let handle = try #require(fopen(path, "w"))
        fseek(handle, start, SEEK_SET)
        let far = ZipWriter(startingAt: start) { fwrite($0.baseAddress, 1, $0.count, handle) }
        try far.add("near", [1, 2])
        try far.add("aligned", head: [1], stored: UnsafeRawBufferPointer(start: nil, count: 0), alignment: 64)
        try far.finish(comment: Array("end".utf8))
        fclose(handle)
        let archive = try ZipReader(ReadableFile(path))
        #expect(archive.start == start && archive.entries.map(\.name) == ["near", "aligned"])
        #expect(try archive.content(of: #require(archive.entry("near"))) == [1, 2])
        #expect(archive.entry("aligned").map { $0.start % 64 } == 0)
        if python != nil {
            let script =
                "import sys, zipfile\nprint(*[len(zipfile.ZipFile(p).namelist()) for p in sys.argv[1:]], end='')"
            #expect(try runPython(script, [scratch.file("many.zip"), path]) == "70000 2")
        }
    }

    @Test("Names that Unicode calls equal are two names")
    func exactNames() throws {
        var bytes: [UInt8] = []
        let writer = ZipWriter { bytes += $0 }
        try writer.add("\u{e9}", [1])
        try writer.add("e\u{301}", [2])
        try writer.finish()
        try writeFile(scratch.file("a.zip"), bytes)
        let reader = try ZipReader(ReadableFile(scratch.file("a.zip")))
        #expect(try reader.content(of: #require(reader.entry("\u{e9}"))) == [1])
        #expect(try reader.content(of: #require(reader.entry("e\u{301}"))) == [2])
    }

    @Test("One name, one file; no nameless ones")
    func names() throws {
        let writer = ZipWriter { _ in }
        try writer.add("a", [])
        #expect(
            message { try writer.add("a", []) } == "cannot put into the archive 'a': another file of that name is in it"
        )
        #expect(message { try writer.add("", []) } == "cannot put into the archive '': a name has 1 to 65535 bytes")
    }

    @Test("Python reads it, and it reads what Python writes", .enabled(if: python != nil, "there is no python3"))
    func withPython() throws {
        let path = try makeArchive(contents, method: .deflated, in: scratch)
        let script = """
            import sys, zipfile
            with zipfile.ZipFile(sys.argv[1]) as a:
                assert a.testzip() is None
                assert a.namelist() == ["text.txt", "empty", "folder/\u{fc}.bin"], a.namelist()
                assert a.read("text.txt") == b"hello\\n"
            with zipfile.ZipFile(sys.argv[2], "w") as a:
                a.writestr("stored", b"x" * 1000)
                a.writestr("deflated", b"y" * 1000, zipfile.ZIP_DEFLATED)
                with a.open(zipfile.ZipInfo("wide"), "w", force_zip64=True) as f: f.write(b"z" * 10)
            class Pipe:
                def __init__(self, f): self.f = f
                def write(self, b): return self.f.write(b)
                def flush(self): self.f.flush()
            with open(sys.argv[3], "wb") as f, zipfile.ZipFile(Pipe(f), "w") as a:
                a.writestr("streamed", b"w" * 1000, zipfile.ZIP_DEFLATED)
            """
        let other = scratch.file("python.zip"), streamed = scratch.file("streamed.zip")
        #expect(try runPython(script, [path, other, streamed]) == "")
        let reader = try ZipReader(ReadableFile(other))
        #expect(reader.entries.map(\.name) == ["stored", "deflated", "wide"])
        for (name, byte, count) in [("stored", "x", 1000), ("deflated", "y", 1000), ("wide", "z", 10)] {
            let content = try reader.content(of: #require(reader.entry(name)))
            #expect(content == Array(String(repeating: byte, count: count).utf8))
        }
        let second = try ZipReader(ReadableFile(streamed))
        #expect(try second.content(of: #require(second.entry("streamed"))).count == 1000)
    }
}

/// The message of the error that the body ends with.
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch { return "\(error)" }
}
