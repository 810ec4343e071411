import Files
import TestSupport
import Testing

@testable import Registry

@Suite("Packages in a directory")
struct DirectoryTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func package(_ model: String) throws -> MeasuredPackage {
        let details = ManifestDetails(created: "2026-01-31T12:00:00Z", tool: "nightjar 1")
        return try Package(
            name: "p", version: "1",
            files: [PackageFile("model.bin", .path(model)), PackageFile("INSTRUCTION.md", .text("# How"))]
        ).measured(manifest: details)
    }

    @Test("the same files are written; others stay, and a file may be its own source")
    func write() throws {
        let model = try scratch.write("model.bin", "weights")
        _ = try scratch.write("INSTRUCTION.md", "old")
        _ = try scratch.write("notes", "mine")
        let paths = try package(model).write(toDirectory: scratch.path)
        #expect(paths == ["model.bin", "INSTRUCTION.md", "manifest.json"].map { scratch.file($0) })
        #expect(scratch.names == ["INSTRUCTION.md", "manifest.json", "model.bin", "notes"])
        #expect(try readText(scratch.file("INSTRUCTION.md")) == "# How")
        #expect(try readText(model) == "weights")
        let manifest = try Manifest(decoding: readFile(scratch.file("manifest.json")))
        #expect(manifest.files.map(\.name) == ["model.bin", "INSTRUCTION.md"])
    }

    @Test("a directory that is missing is made")
    func missing() throws {
        let model = try scratch.write("model", "weights")
        let target = scratch.file("a/b")
        try package(model).write(toDirectory: target)
        #expect(FileStatus(of: target + "/manifest.json") != nil)
    }

    @Test("what fails leaves the directory as it was")
    func failures() throws {
        let model = try scratch.write("model", "weights")
        let measured = try package(model)
        _ = try scratch.write("model", "weighty")
        let target = scratch.file("dist")
        try makeDirectory(target)
        try writeFile(target + "/INSTRUCTION.md", "old")
        #expect(
            failure { try measured.write(toDirectory: target) } == "'\(model)' changed while it was being copied")
        #expect(try readText(target + "/INSTRUCTION.md") == "old")
        try makeDirectory(target + "/manifest.json")
        #expect(
            failure { try package(model).write(toDirectory: target) }
                == "cannot write '\(target)/manifest.json': Is a directory")
        #expect(try readText(target + "/INSTRUCTION.md") == "old")
        #expect(try expandGlob(target + "/.nightjar*") == [])
        #expect(try expandGlob(target + "/model.bin") == [])
    }

    @Test("the plan says what would be written")
    func plan() throws {
        let model = try scratch.write("model", "weights")
        #expect(
            try package(model).plan(forDirectory: "dist")[0...1] == [
                "p 1 -> dist", "  dist/model.bin: 7 bytes, SHA-256 \(SHA256.hexDigest(of: Array("weights".utf8)))",
            ])
    }
}
