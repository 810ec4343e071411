import Files
import TestSupport
import Testing

@testable import Registry

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite("What is pulled is what was published")
struct PullIntegrityTests {
    private let shop: PullShop

    init() throws {
        shop = try PullShop()
        try shop.publish("1.0.0")
        shop.options.target = shop.scratch.file("out")
    }

    private func content(_ name: String) throws -> String {
        String(decoding: try #require(shop.server.files.first { $0.name == name }).content, as: UTF8.self)
    }

    /// Nothing was brought into the cache or to the user.
    private func expectNothing(_ what: String) throws {
        #expect(try shop.cached() == [], "\(what)")
        #expect(shop.scratch.names.filter { $0 != "cache" } == ["registry"], "\(what)")
    }

    @Test("any byte flipped on the way, of any file, is refused and nothing appears")
    func flips() throws {
        for name in ["manifest.json", "model.bin", "INSTRUCTION.md"] {
            let bytes = Array(try content(name).utf8)
            for index in bytes.indices {
                var flipped = bytes
                flipped[index] ^= 1
                shop.server.fail("GET \(name)", .answer(200, [:], String(decoding: flipped, as: UTF8.self)))
                #expect(failure { try shop.pull("mnist-cnn") } != "no error", "\(name), byte \(index)")
                try expectNothing("\(name), byte \(index)")
            }
        }
        #expect(try shop.pull("mnist-cnn").isNew)
    }

    @Test("what is shorter, longer, empty or gone is refused")
    func lengths() throws {
        shop.options.retry.attempts = 1
        for (name, what) in [("manifest.json", "the registry has"), ("model.bin", "expected were")] {
            let whole = try content(name)
            for other in [String(whole.dropLast()), whole + "x", "", whole + whole] {
                shop.server.fail("GET \(name)", .answer(200, [:], other))
                let message = failure { try shop.pull("mnist-cnn") }
                // What is too long is broken off before it fills the disk.
                let isFile = name == "model.bin" && other.count > whole.count
                #expect(message.contains(isFile ? "more than the expected 16 bytes came" : what), "\(message)")
                try expectNothing(message)
            }
            shop.server.fail("GET \(name)", .cut)
            #expect(failure { try shop.pull("mnist-cnn") }.contains("closed"), "\(name)")
            try expectNothing("cut")
        }
        shop.server.fail("GET model.bin", .answer(404))
        #expect(
            failure { try shop.pull("mnist-cnn") }
                == "fetching 'model.bin' of mnist-cnn 1.0.0: the manifest lists it, but it is not there")
        try expectNothing("404")
    }

    @Test("where the registry shows no digests, a manifest that differs from fetch to fetch is refused")
    func unlisted() throws {
        shop.server.change { $0.canList = false }
        let flipped = try content("manifest.json").replacing("nightjar 1", with: "nightjar 2")
        shop.options.retry.attempts = 1
        shop.server.fail("GET manifest.json", .answer(200, [:], flipped))
        #expect(
            failure { try shop.pull("mnist-cnn@1.0.0") }
                == "fetching 'manifest.json' of mnist-cnn 1.0.0 twice brought different bytes")
        try expectNothing("flipped")
        shop.server.change { ($0.canList, $0.listsDigests) = (true, false) }
        shop.server.fail("GET manifest.json", .answer(200, [:], flipped))
        #expect(failure { try shop.pull("mnist-cnn") }.hasPrefix("fetching 'manifest.json' of mnist-cnn 1.0.0: "))
        try expectNothing("flipped")
        #expect(try shop.pull("mnist-cnn").isNew)
    }

    @Test("a token that may not list still verifies an exact version")
    func deployToken() throws {
        shop.server.change { $0.canList = false }
        #expect(try shop.pull("mnist-cnn@1.0.0").isNew)
    }

    @Test("a manifest that is not sound is refused, whatever the registry says of it")
    func manifests() throws {
        let digest = String(repeating: "0", count: 64)
        func manifest(_ files: String, name: String = "mnist-cnn", version: String = "2.0.0") -> String {
            #"{"name":"\#(name)","version":"\#(version)","created":"","tool":"","provenance":{},"files":[\#(files)]}"#
        }
        func file(_ name: String, _ size: Int = 1, _ sha256: String? = nil) -> String {
            #"{"name":"\#(name)","size":\#(size),"sha256":"\#(sha256 ?? digest)"}"#
        }
        let names = "only the letters a to z and A to Z, digits and . _ - + are allowed"
        for (text, reason) in [
            ("[]", "no object"), (manifest(""), "it lists no files"),
            (manifest(file("a"), name: "other"), "it is of 'other'"),
            (manifest(file("a"), version: "2.0.1"), "it is of version '2.0.1'"),
            (manifest(file("../evil")), "the file name '../evil' has '/': \(names)"),
            (manifest(file("/etc/passwd")), "the file name '/etc/passwd' has '/': \(names)"),
            (manifest(file("..")), "the file name '..' is a step in a path and no name"),
            (manifest(file("a\\u0000b")), "the file name 'a b' has a control character: \(names)"),
            (manifest(file("a") + "," + file("a")), "it lists 'a' twice"),
            (manifest(file("manifest.json")), "it lists 'manifest.json' twice"),
            (manifest(file("a", -1)), "it has no size or SHA-256 for 'a'"),
            (manifest(file("a", 1, "00")), "it has no size or SHA-256 for 'a'"),
            (manifest(file("a", 1, digest.dropLast() + "G")), "it has no size or SHA-256 for 'a'"),
        ] {
            shop.server.add("manifest.json", text, version: "2.0.0")
            #expect(
                failure { try shop.pull("mnist-cnn@2.0.0") }
                    == "the manifest of mnist-cnn 2.0.0 cannot be trusted: \(reason)")
            #expect(shop.scratch.names == ["registry"])
        }
        shop.server.add("a", "x", version: "2.0.0")
        shop.server.add("manifest.json", manifest(file("a")), version: "2.0.0")
        #expect(
            failure { try shop.pull("mnist-cnn@2.0.0") }
                == "the manifest of mnist-cnn 2.0.0 cannot be trusted: it has 1 bytes with SHA-256 \(digest) as 'a', "
                + "the registry 1 bytes with SHA-256 \(SHA256.hexDigest(of: [0x78]))")
    }

    @Test("a cached copy that changed is told of and fetched again; offline it is not taken")
    func damagedCache() throws {
        shop.options.target = nil
        let folder = try shop.pull("mnist-cnn").folder
        for (name, content, reason) in [
            ("model.bin", "Weights of 1.0.0", "'model.bin' in it is not as it was published"),
            ("model.bin", "", "'model.bin' in it is not as it was published"),
            (
                "manifest.json", try content("manifest.json").replacing("nightjar 1", with: "nightjar 2"),
                "'manifest.json' in it is not as it was published"
            ), ("more", "x", "it has 'more', which is not of the package"),
        ] {
            try writeFile(joinPath(folder, name), content)
            let note = "the cached copy of mnist-cnn 1.0.0 in '\(folder)' is damaged: \(reason)"
            shop.options.isOffline = true
            #expect(
                failure { try shop.pull("mnist-cnn") }
                    == "offline: no version that fits latest of mnist-cnn is in the cache")
            #expect(shop.notes == [note])
            shop.options.isOffline = false
            #expect(try shop.pull("mnist-cnn").isNew)
            #expect(shop.notes == [note])
            #expect(try !shop.pull("mnist-cnn").isNew)
        }
        #expect(try shop.cached() == ["1.0.0", "1.0.0~sha256"])
    }

    @Test("what a broken-off pull left long ago is removed, what is new stays")
    func leftovers() throws {
        shop.options.target = nil
        try shop.pull("mnist-cnn")
        let parent = PackageCache(shop.scratch.file("cache"), of: shop.gitlab).path + "/mnist-cnn"
        for name in ["~old", "~new"] {
            try makeDirectory(joinPath(parent, name))
            try writeFile(joinPath(parent, name) + "/model.bin", "x")
        }
        var times = [timeval(tv_sec: 1000, tv_usec: 0), timeval(tv_sec: 1000, tv_usec: 0)]
        utimes(joinPath(parent, "~old"), &times)
        try shop.publish("1.1.0")
        try shop.pull("mnist-cnn")
        #expect(try shop.cached() == ["1.0.0", "1.0.0~sha256", "1.1.0", "1.1.0~sha256", "~new"])
    }

    @Test("what a signature's check refuses does not appear, also from the cache")
    func verification() throws {
        struct Unsigned: Error {}
        let good = shop.options
        shop.options.verify = { folder, _, _ in
            #expect(try directoryEntries(folder) == ["INSTRUCTION.md", "manifest.json", "model.bin"])
            throw Unsigned()
        }
        #expect(throws: Unsigned.self) { try shop.pull("mnist-cnn") }
        #expect(try shop.cached() == [])
        #expect(!shop.scratch.names.contains("out"))
        let options = shop.options
        shop.options = good
        shop.options.target = nil
        try shop.pull("mnist-cnn")
        shop.options = options
        #expect(throws: Unsigned.self) { try shop.pull("mnist-cnn") }
        shop.options.isOffline = true
        #expect(throws: Unsigned.self) { try shop.pull("mnist-cnn") }
        #expect(!shop.scratch.names.contains("out"))
    }
}
