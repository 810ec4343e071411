import Files
import TestSupport
import Testing

@testable import Registry

@Suite("Pulling without a registry")
struct OfflineTests {
    private let shop: PullShop

    init() throws { shop = try PullShop() }

    @Test("offline the newest cached version that fits is taken, and that is said; nothing is asked")
    func offline() throws {
        try shop.publish("1.0.0", "1.1.0", "2.0.0")
        for version in ["1.0.0", "1.1.0"] { try shop.pull("mnist-cnn@\(version)") }
        shop.options.isOffline = true
        let requests = try shop.requests { () throws -> Void in
            #expect(try shop.pull("mnist-cnn").version.text == "1.1.0")
            #expect(shop.notes == ["offline: mnist-cnn 1.1.0 is taken, the newest in the cache that fits latest"])
            #expect(try shop.pull("mnist-cnn@~1.0").version.text == "1.0.0")
            #expect(shop.notes == ["offline: mnist-cnn 1.0.0 is taken, the newest in the cache that fits ~1.0"])
            // Exactly what was asked for needs no words.
            #expect(try shop.pull("mnist-cnn@1.0.0").version.text == "1.0.0")
            #expect(shop.notes == [])
        }
        #expect(requests == [])
        #expect(
            failure { try shop.pull("mnist-cnn@^2") } == "offline: no version that fits ^2 of mnist-cnn is in the cache"
        )
        #expect(
            failure { try shop.pull("mnist-cnn@prod") }
                == "offline: neither channel nor version 'prod' of mnist-cnn is in the cache")
    }

    @Test("a channel is where it was last seen, with the time, and never another version")
    func channel() throws {
        try shop.publish("1.0.0", "1.1.0")
        let prod = try PackageVersion("prod")
        let channels = try Channels(of: shop.name, in: shop.gitlab)
        _ = try channels.move(prod, to: PackageVersion("1.0.0"))
        try shop.pull("mnist-cnn@prod")
        try shop.pull("mnist-cnn@1.1.0")
        _ = try channels.move(prod, to: PackageVersion("1.1.0"))
        shop.options.isOffline = true
        #expect(try shop.pull("mnist-cnn@prod").version.text == "1.0.0")
        let cache = PackageCache(shop.scratch.file("cache"), of: shop.gitlab)
        let asked = try #require(cache.channel(prod, of: shop.name)).asked
        #expect(
            shop.notes == [
                "offline: mnist-cnn 1.0.0 is taken, where channel prod was when last asked for, \(asked)"
            ])
        shop.options.isOffline = false
        #expect(try shop.pull("mnist-cnn@prod").version.text == "1.1.0")
    }

    @Test("a registry that gives no answer is asked once where the cache has what fits")
    func unreachable() throws {
        try shop.publish("1.0.0")
        try shop.pull("mnist-cnn")
        for (fault, reason) in [
            (FakeGitLab.Fault.answer(503), "the server answered 503 Service Unavailable"),
            (.cut, "\(shop.server.url)/api/v4/projects/group%2Fapp/packages?...: "),
        ] {
            shop.server.fail("GET packages", fault)
            let requests = try shop.requests { () throws -> Void in
                #expect(try shop.pull("mnist-cnn").version.text == "1.0.0")
            }
            #expect(requests == ["GET packages"])
            let note = try #require(shop.notes.first)
            #expect(
                note.hasPrefix("the registry cannot be reached (listing the versions of mnist-cnn: \(reason)"),
                "\(note)")
            #expect(note.hasSuffix("): mnist-cnn 1.0.0 is taken, the newest in the cache that fits latest"), "\(note)")
            #expect(shop.notes.count == 1)
        }
        #expect(shop.clock.waits == [])
        // What the cache has not is asked for again and again.
        shop.server.fail("GET manifest.json", .answer(503))
        #expect(failure { try shop.pull("mnist-cnn@3.0.0") }.hasPrefix("there is no mnist-cnn 3.0.0"))
        #expect(shop.clock.waits == [1])
    }

    @Test("a refusal is no reason to take what is in the cache")
    func refused() throws {
        try shop.publish("1.0.0")
        try shop.pull("mnist-cnn")
        let registry = shop.gitlab
        shop.server.change { $0.token = "another" }
        #expect(failure { try shop.pull("mnist-cnn", from: registry) }.contains("401 Unauthorized"))
    }

    @Test("what was cached from one registry is not taken for another's")
    func apart() throws {
        try shop.publish("1.0.0")
        try shop.pull("mnist-cnn")
        shop.options.isOffline = true
        #expect(
            failure { try shop.pull("mnist-cnn", from: shop.directory) }
                == "offline: no version that fits latest of mnist-cnn is in the cache")
        try makeDirectory(shop.scratch.file("a"))
        try makeDirectory(shop.scratch.file("b"))
        let there = DirectoryRegistry(shop.scratch.file("a")).identity
        #expect(there == DirectoryRegistry(shop.scratch.file("b/../a/")).identity)
        #expect(there != DirectoryRegistry(shop.scratch.file("b")).identity)
    }

    @Test("without a place for a cache that is said")
    func noCache() throws {
        shop.options.cache = nil
        #expect(
            failure { try shop.pull("mnist-cnn") }
                == "there is no place for fetched packages: set XDG_CACHE_HOME or HOME")
    }
}
