import Files
import TestSupport
import Testing

@testable import Registry

@Suite("Packages fetched")
struct DownloadTests {
    private let scratch: ScratchDirectory
    private let name: PackageName
    private let version: PackageVersion

    init() throws {
        scratch = try ScratchDirectory()
        name = try PackageName("mnist-cnn")
        version = try PackageVersion("1.0.0")
    }

    @Test("what was published comes back, by the manifest or by the listing, and once")
    func roundTrip() throws {
        for hasManifest in [true, false] {
            var shop = try Workshop()
            if !hasManifest { shop.details = nil }
            try shop.publish()
            let target = scratch.file("\(hasManifest)")
            let paths = try shop.registry.download(name, version, toDirectory: target)
            #expect(Set(paths) == [target + "/model.bin", target + "/INSTRUCTION.md"])
            #expect(try readText(target + "/model.bin") == "weights")
            try shop.registry.download(name, version, toDirectory: target)
            #expect(shop.server.log.filter { $0 == "GET model.bin" }.count == 1)
        }
    }

    @Test("wrong bytes, wrong names and a missing package are refused, and nothing is left")
    func refusals() throws {
        let shop = try Workshop()
        func fetch() -> String {
            failure { try shop.registry.download(name, version, toDirectory: scratch.path) }
        }
        #expect(
            fetch() == "there is no package mnist-cnn 1.0.0 in project group/app at \(shop.server.url)/api/v4")
        func manifest(_ file: String, _ size: Int) {
            shop.server.add(
                "manifest.json",
                """
                {"name":"mnist-cnn","version":"1.0.0","created":"","tool":"","provenance":{},
                 "files":[{"name":"\(file)","size":\(size),"sha256":"00"}]}
                """)
        }
        shop.server.add("model.bin", "weights")
        manifest("model.bin", 7)
        #expect(
            fetch()
                == "fetching 'model.bin': 7 bytes with SHA-256 \(SHA256.hexDigest(of: Array("weights".utf8))) came, "
                + "expected were 7 bytes with SHA-256 00")
        manifest("model.bin", 3)
        #expect(fetch() == "fetching 'model.bin': more than the expected 3 bytes came")
        manifest("../evil", 7)
        #expect(
            fetch()
                == "the file name '../evil' has '/': only the letters a to z and A to Z, digits and . _ - + are allowed"
        )
        shop.server.add("manifest.json", "[]")
        #expect(fetch() == "fetching 'manifest.json' of mnist-cnn 1.0.0: it is no manifest of this package")
        #expect(scratch.names == [])
    }
}
