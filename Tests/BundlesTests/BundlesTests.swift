import Archives
import Bundles
import Files
import Foundation
import TestSupport
import Testing

/// Executables with files in them. The command here is a stand-in: what it does when it runs is tested with scripts.
@Suite("Executables with files in them", .serialized) struct ExecutableBundleTests {
    let scratch: ScratchDirectory
    let host: String
    let made: String

    init() throws {
        scratch = try ScratchDirectory()
        // As an ELF executable: 64 bytes of header, of which section headers of no size end at 200.
        var command = [UInt8](repeating: 1, count: 200)
        command.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
        command.replaceSubrange(40..<48, with: [200, 0, 0, 0, 0, 0, 0, 0])
        command.replaceSubrange(58..<62, with: [64, 0, 0, 0])
        host = scratch.file("host")
        made = scratch.file("made")
        try writeFile(host, command)
        try writeFile(scratch.file("model.bin"), (0..<5000).map { UInt8($0 % 251) })
        try ExecutableBundle.write(
            to: made, script: ("main.lua", Array("print(1)".utf8)), files: [("model.bin", scratch.file("model.bin"))],
            host: host)
    }

    private func problem(_ bytes: [UInt8]) throws -> String {
        let path = try write(bytes)
        do {
            return try ExecutableBundle(of: ReadableFile(path)) == nil ? "plain" : "whole"
        } catch { return "\(error)".replacing(path, with: "B") }
    }

    private func write(_ bytes: [UInt8]) throws -> String {
        let path = scratch.file("other")
        try writeFile(path, bytes)
        return path
    }

    @Test("The command comes first, as it is; the files after it are read in place")
    func contents() throws {
        let bytes = try readFile(made)
        #expect(Array(bytes.prefix(200)) == (try readFile(host)))
        let bundle = try #require(try ExecutableBundle(of: ReadableFile(made)))
        #expect(bundle.script == "main.lua")
        #expect(bundle.hostSize == 200)
        bundle.install()
        defer { BundledFiles.remove() }
        #expect(BundledFiles.path(of: "model.bin") == "bundle:/model.bin")
        #expect(BundledFiles.path(of: "other") == nil)
        #expect(try readText("bundle:/main.lua") == "print(1)")
        #expect(try readFile("bundle:/model.bin") == readFile(scratch.file("model.bin")))
        #expect(
            try SHA256.hexDigest(ofFile: "bundle:/model.bin") == SHA256.hexDigest(ofFile: scratch.file("model.bin")))
        #expect(FileStatus(of: "bundle:/model.bin")?.size == 5000)
        #expect(FileStatus(of: "bundle:/model.bin")?.isRegularFile == true)
        #expect(FileStatus(of: "bundle:/other") == nil)
        #expect(try expandGlob("bundle:/model.bin") == ["bundle:/model.bin"])
        #expect(
            message { _ = try readFile("bundle:/other") } == "cannot open 'bundle:/other': No such file or directory")
        // Places are the file's own, and it ends where it ends.
        let file = try ReadableFile("bundle:/model.bin")
        try file.seek(to: 4990)
        var rest = [UInt8](repeating: 0, count: 100)
        #expect(try rest.withUnsafeMutableBytes { try file.read(into: $0) } == 10)
        #expect(rest[0] == UInt8(4990 % 251))
        #expect(try rest.withUnsafeMutableBytes { try file.read(into: $0, at: 6000) } == 0)
    }

    @Test("Without files in the program such a path is one like any other")
    func plain() throws {
        #expect(try problem(readFile(host)) == "plain")
        #expect(message { _ = try readFile("bundle:/x") } == "cannot open 'bundle:/x': No such file or directory")
        #expect(BundledFiles.path(of: "x") == nil)
    }

    @Test("The same content gives the same bytes, and it can be run")
    func deterministic() throws {
        try ExecutableBundle.write(
            to: scratch.file("again"), script: ("main.lua", Array("print(1)".utf8)),
            files: [("model.bin", scratch.file("model.bin"))], host: host)
        #expect(try readFile(scratch.file("again")) == readFile(made))
        #expect(FileManager.default.isExecutableFile(atPath: made))
    }

    @Test("Made from one with files, none of those are in it")
    func again() throws {
        try ExecutableBundle.write(
            to: scratch.file("again"), script: ("other.lua", []), files: [], host: made)
        let bundle = try #require(try ExecutableBundle(of: ReadableFile(scratch.file("again"))))
        #expect(bundle.hostSize == 200)
        #expect(bundle.script == "other.lua")
        #expect(try ZipReader(ReadableFile(scratch.file("again"))).entries.map(\.name) == ["other.lua"])
    }

    @Test("Two files of one name are refused, and nothing is left")
    func twice() throws {
        let path = scratch.file("model.bin")
        #expect(
            message {
                try ExecutableBundle.write(
                    to: scratch.file("no"), script: ("a.lua", []), files: [("m", path), ("m", path)], host: host)
            } == "cannot put into the archive 'm': another file of that name is in it")
        #expect(!scratch.names.contains { $0.hasPrefix("no") })
    }

    @Test("Damaged, cut off or changed, it says so")
    func damaged() throws {
        let whole = try readFile(made)
        let end = "cannot run 'B': the executable is damaged ("
        let advice = "): fetch it or make it again"
        #expect(try problem(whole) == "whole")
        for length in [204, 300, whole.count - 1] {
            #expect(
                try problem(Array(whole.prefix(length))) == end + "the end of the bundled files is missing" + advice)
        }
        #expect(try problem(Array(whole.prefix(200))) == "plain")
        // The list of files: its signature, a name.
        var bytes = whole
        let list = try #require((200..<whole.count).last { whole[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
        bytes[list] = 0
        #expect(
            try problem(bytes) == end + "it is not a sound ZIP archive: its list of files is damaged" + advice)
        bytes = whole
        bytes[list + 46] ^= 1
        #expect(
            try problem(bytes) == end
                + "it is not a sound ZIP archive: 'lodel.bin' is listed otherwise than it is" + advice)
        // A file's content is checked when it is opened.
        bytes = whole
        bytes[200 + 30 + 8] ^= 1
        let bundle = try #require(try ExecutableBundle(of: ReadableFile(write(bytes))))
        bundle.install()
        defer { BundledFiles.remove() }
        #expect(
            message { _ = try readFile("bundle:/main.lua") }
                == "cannot read '\(scratch.file("other"))': 'main.lua' in it: it is damaged: its checksum is another")
        #expect(try readFile("bundle:/model.bin").count == 5000)
    }
}

private func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch { return "\(error)" }
}
