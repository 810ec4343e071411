import Files
import TestSupport
import Testing

@testable import Registry

@Suite("Content and run")
struct ContentTests {
    /// A stand-in for a signature: other bytes each time, which hold for the content that they name.
    private func runFile(_ name: String, _ serial: Int) throws -> RunFile {
        try RunFile(
            name,
            make: { content in Array("\(serial) \(content.map(\.sha256).joined(separator: " "))".utf8) },
            verifies: { bytes, content in
                String(decoding: bytes, as: UTF8.self).hasSuffix(content.map(\.sha256).joined(separator: " "))
            })
    }

    private func shop(_ serial: Int, on other: Workshop? = nil) throws -> Workshop {
        var shop = try other ?? Workshop()
        shop.package = try Package(
            name: "mnist-cnn", version: "1.0.0", files: shop.package.files,
            runFiles: [runFile("provenance.json", serial), runFile("model.sig", serial)])
        shop.details = ManifestDetails(created: "\(serial)", tool: "nightjar 1", provenance: ["job_url": "\(serial)"])
        return shop
    }

    private var all: [String] { ["model.bin", "INSTRUCTION.md", "provenance.json", "model.sig", "manifest.json"] }

    @Test("run files go after the content, and the manifest lists them as they are")
    func order() throws {
        let shop = try shop(1)
        #expect(try shop.publish().uploaded == all)
        #expect(shop.server.names.suffix(3) == ["provenance.json", "model.sig", "manifest.json"])
        let manifest = try Manifest(decoding: try #require(shop.server.files.last).content)
        #expect(manifest.files.map(\.isRun) == [false, false, true, true])
        let signature = try #require(shop.server.files.first { $0.name == "model.sig" })
        #expect(manifest.files[3].sha256 == signature.sha256)
    }

    @Test("run files of an earlier try that hold are kept, whatever this run would make")
    func kept() throws {
        let first = try shop(1)
        first.server.fail("PUT manifest.json", .answer(403))
        #expect(failure { try first.publish() }.contains("403"))
        let second = try shop(2, on: first)
        let report = try second.publish()
        #expect(report.uploaded == ["manifest.json"])
        #expect(first.server.names.sorted() == all.sorted())
        let manifest = try Manifest(
            decoding: try #require(first.server.files.last { $0.name == "manifest.json" }).content)
        #expect(manifest.created == "2")
        #expect(manifest.files[2].sha256 == first.server.files.first { $0.name == "provenance.json" }?.sha256)
    }

    @Test("a run file that does not hold is made anew")
    func foreign() throws {
        let shop = try shop(1)
        shop.server.add("model.sig", "of something else")
        try shop.publish()
        #expect(shop.server.names.count { $0 == "model.sig" } == 2)
        let manifest = try Manifest(
            decoding: try #require(shop.server.files.last { $0.name == "manifest.json" }).content)
        #expect(manifest.files[3].sha256 == shop.server.files.last { $0.name == "model.sig" }?.sha256)
    }

    @Test("complete with the same content is published, whatever the run; with other content nothing is touched")
    func complete() throws {
        let first = try shop(1)
        try first.publish()
        #expect(try shop(2, on: first).publish().wasPublished)
        var other = try shop(3, on: first)
        other.package = try Package(
            name: "mnist-cnn", version: "1.0.0",
            files: [PackageFile("model.bin", .text("weighty")), PackageFile("INSTRUCTION.md", .text("# How"))])
        let before = first.server.files.count
        let error = #expect(throws: RegistryError.self) { try other.publish() }
        #expect(error?.exitCode == 73)
        #expect(first.server.files.count == before)
        // A file more or less is other content, too.
        other.package = try Package(
            name: "mnist-cnn", version: "1.0.0", files: [PackageFile("model.bin", .text("weights"))])
        #expect(#expect(throws: RegistryError.self) { try other.publish() }?.exitCode == 73)
        #expect(try other.package.measured(manifest: other.details).state(in: other.registry) == .taken)
        #expect(first.server.files.count == before)
    }

    @Test("what a registry has of a version in a word")
    func states() throws {
        let shop = try shop(1)
        let measured = try shop.package.measured(manifest: shop.details)
        #expect(try measured.state(in: shop.registry) == .absent)
        shop.server.add("model.bin", "weights")
        #expect(try measured.state(in: shop.registry) == .begun)
        try shop.publish()
        #expect(try measured.state(in: shop.registry) == .published)
        shop.server.add("model.bin", "other", version: "2")
        let other = try Package(name: "mnist-cnn", version: "2", files: shop.package.files).measured()
        #expect(try other.state(in: shop.registry) == .differs)
    }

    @Test("the next version after the newest, complete or not, whatever else there is")
    func versions() throws {
        func next(_ versions: [String], _ part: SemanticVersion.Part = .patch) throws -> String {
            nextVersion(after: try versions.map { try PackageVersion($0) }, part).next
        }
        #expect(try next(["1.2.9", "1.10.0", "0.99.99", "abc", "2.0", "1.x.0"]) == "1.10.1")
        #expect(try next(["1.2.3"], .minor) == "1.3.0")
        #expect(try next(["1.2.3"], .major) == "2.0.0")
        #expect(try next(["1.2.3-rc.1"]) == "1.2.3")
        #expect(try next(["1.2.3-rc.1", "1.2.3"]) == "1.2.4")
        #expect(try next([], .minor) == "0.1.0")
    }

    @Test("a directory stores nothing in place of another, whole or not at all")
    func directory() throws {
        let scratch = try ScratchDirectory()
        let shop = try shop(1)
        let registry = DirectoryRegistry(scratch.path)
        let measured = try shop.package.measured(manifest: shop.details)
        #expect(try measured.publish(to: registry).uploaded == all)
        #expect(try measured.publish(to: registry).wasPublished)
        let file = try MeasuredFile(PackageFile("model.bin", .text("other")))
        let place = scratch.file("mnist-cnn/1.0.0/model.bin")
        #expect(
            failure {
                try registry.put(file, in: PackageName("mnist-cnn"), PackageVersion("1.0.0"), progress: { _ in })
            }
            .hasPrefix("'\(place)' is there with other content (7 bytes with SHA-256 "))
        #expect(try readText(place) == "weights")
        #expect(try registry.versions(of: PackageName("mnist-cnn")).map(\.text) == ["1.0.0"])
        #expect(try directoryEntries(scratch.file("mnist-cnn")).sorted() == ["1.0.0", "~1.0.0.lock"])
    }
}
