import Files
import TestSupport
import Testing

@testable import Registry

@Suite("Pulling")
struct PullTests {
    private let shop: PullShop

    init() throws { shop = try PullShop() }

    @Test("the newest complete version comes, whole; where nothing is new one request is enough")
    func latest() throws {
        try shop.publish("1.0.0", "1.10.0", "1.9.0", "2.0.0-rc.1", "1.11.0!")
        let first = try shop.pull("mnist-cnn")
        #expect(first.version.text == "1.10.0" && first.isNew)
        #expect(Set(first.files) == ["model.bin", "INSTRUCTION.md"])
        #expect(try directoryEntries(first.folder) == ["INSTRUCTION.md", "manifest.json", "model.bin"])
        #expect(try shop.model(first) == "weights of 1.10.0")
        #expect(shop.notes == ["mnist-cnn 1.11.0 is not complete (yet): 1.10.0 is taken"])

        try shop.publish("1.12.0")
        try shop.pull("mnist-cnn@latest")
        let requests = try shop.requests {
            let again = try shop.pull("mnist-cnn@latest")
            #expect(!again.isNew && again.version.text == "1.12.0")
        }
        #expect(requests == ["GET packages"])
        #expect(shop.events == [])
    }

    @Test("versions, ranges and channels; an exact version in the cache takes no request")
    func choices() throws {
        try shop.publish("0.3.1", "0.3.2", "0.4.0", "1.2.0", "1.2.3", "1.3.0", "2.0.0-rc.1", "main-1a2b")
        for registry in [shop.gitlab, shop.directory] as [any PackageRegistry] {
            for (choice, version) in [
                ("~1.2", "1.2.3"), ("^1", "1.3.0"), ("^0.3", "0.3.2"), ("1.2.0", "1.2.0"), ("v0.3.1", "0.3.1"),
                ("0", "0.4.0"), ("2.0.0-rc.1", "2.0.0-rc.1"), ("latest", "1.3.0"), ("main-1a2b", "main-1a2b"),
            ] {
                let report = try shop.pull("mnist-cnn@\(choice)", from: registry)
                #expect(report.version.text == version, "\(choice)")
                #expect(try shop.model(report) == "weights of \(version)")
            }
        }
        #expect(try shop.requests { try shop.pull("mnist-cnn@1.2.0") } == [])
        #expect(try shop.requests { try shop.pull("mnist-cnn@~0.3.1") } == ["GET packages"])
    }

    @Test("a channel is followed, with one request where it did not move")
    func channels() throws {
        try shop.publish("1.0.0", "1.1.0")
        let prod = try PackageVersion("prod")
        for registry in [shop.gitlab, shop.directory] as [any PackageRegistry] {
            let channels = try Channels(of: shop.name, in: registry)
            for text in ["1.0.0", "1.1.0", "1.0.0"] {
                _ = try channels.move(prod, to: PackageVersion(text))
                #expect(try shop.pull("mnist-cnn@prod", from: registry).version.text == text)
                #expect(shop.notes == [])
            }
        }
        #expect(try shop.requests { try shop.pull("mnist-cnn@prod") } == ["GET package_files"])
    }

    @Test("a channel's package that was deleted and made again is found again")
    func channelHint() throws {
        try shop.publish("1.0.0")
        let prod = try PackageVersion("prod")
        _ = try Channels(of: shop.name, in: shop.gitlab).move(prod, to: PackageVersion("1.0.0"))
        try shop.pull("mnist-cnn@prod")
        let cache = PackageCache(shop.scratch.file("cache"), of: shop.gitlab)
        let state = try #require(cache.channel(prod, of: shop.name))
        #expect(state.hint == "2")
        try cache.remember(
            .init(number: state.number, version: state.version, asked: state.asked, hint: "99"), prod, of: shop.name)
        let requests = try shop.requests { try shop.pull("mnist-cnn@prod") }
        #expect(requests == ["GET package_files", "GET packages", "GET package_files"])
        #expect(cache.channel(prod, of: shop.name)?.hint == "2")
    }

    @Test("what is not there is said, with what is")
    func missing() throws {
        try shop.publish("1.0.0", "2.0.0!")
        _ = try Channels(of: shop.name, in: shop.gitlab).move(PackageVersion("prod"), to: PackageVersion("1.0.0"))
        let place = "project group/app at \(shop.server.url)/api/v4"
        for (request, message) in [
            ("mnist-cnn@^3", "no version of mnist-cnn fits ^3; there are: 1.0.0, 2.0.0"),
            ("mnist-cnn@^2", "no complete version of mnist-cnn fits ^2; without manifest.json: 2.0.0"),
            ("mnist-cnn@9.0.0", "there is no mnist-cnn 9.0.0 in \(place)"),
            (
                "mnist-cnn@2.0.0",
                "mnist-cnn 2.0.0 is not complete: it has no manifest.json, for it is being published or was broken off"
            ),
            (
                "mnist-cnn@stable",
                "mnist-cnn has neither a channel nor a complete version 'stable' in \(place); channels: prod"
            ),
            ("other", "there is no package other in \(place)"),
        ] { #expect(failure { try shop.pull(request) } == message) }
    }

    @Test("an incomplete version is never taken, the same one is once it is complete")
    func incomplete() throws {
        try shop.publish("1.0.0", "1.1.0!")
        #expect(try shop.pull("mnist-cnn@^1").version.text == "1.0.0")
        try shop.publish("1.1.0")
        #expect(try shop.pull("mnist-cnn@^1").version.text == "1.1.0")
        #expect(
            try shop.gitlab.versions(of: shop.name, includesIncomplete: false, options: shop.options).map(\.text)
                == ["1.1.0", "1.0.0"])
    }

    @Test("versions are listed newest first, complete ones or all")
    func versions() throws {
        try shop.publish("1.0.0", "1.10.0", "1.9.0", "1.11.0!", "main", "1.9.0-rc.1")
        for registry in [shop.gitlab, shop.directory] as [any PackageRegistry] {
            #expect(
                try registry.versions(of: shop.name, includesIncomplete: false, options: shop.options).map(\.text)
                    == ["1.10.0", "1.9.0", "1.9.0-rc.1", "1.0.0", "main"])
            #expect(
                try registry.versions(of: shop.name, includesIncomplete: true, options: shop.options).map(\.text)
                    == ["1.11.0", "1.10.0", "1.9.0", "1.9.0-rc.1", "1.0.0", "main"])
        }
    }

    @Test("several at once into one cache: each gets the whole version, and nothing is left over")
    func concurrent() throws {
        try shop.publish("1.0.0")
        let (gitlab, options, target) = (shop.gitlab, shop.options, shop.scratch.file("out"))
        inParallel(Array(0..<8), threads: 8, hear: { (_: Int) in }) { number, _ in
            var options = options
            options.target = "\(target)-\(number)"
            do {
                let report = try gitlab.pull(PackageRequest("mnist-cnn"), options: options)
                #expect(try readText(joinPath(report.folder, "model.bin")) == "weights of 1.0.0")
            } catch { Issue.record(error) }
        }
        #expect(try shop.cached() == ["1.0.0", "1.0.0~sha256"])
        #expect(shop.scratch.names == ["cache"] + (0..<8).map { "out-\($0)" } + ["registry"])
    }

    @Test("files come several at a time where the registry allows, and one failure stops the others")
    func parallel() throws {
        let files = try (0..<20).map { try PackageFile("part-\($0)", .text("content \($0)")) }
        let package = try Package(name: "mnist-cnn", version: "1.0.0", files: files).measured()
        for file in try package.allFiles() {
            _ = try shop.directory.put(file, in: shop.name, PackageVersion("1.0.0"), progress: { _ in })
        }
        #expect(
            try shop.pull("mnist-cnn", from: Watched(base: shop.directory, parallelTransfers: 4) { _ in }).files.count
                == 20)
        #expect(shop.events.filter { if case .fetched = $0 { true } else { false } }.count == 20)
        let started = FakeClock()
        shop.options.cache = shop.scratch.file("other")
        let failing = Watched(base: shop.directory, parallelTransfers: 4) { call in
            guard call.hasPrefix("GET part") else { return }
            started.clock.sleep(1) { false }
            throw RegistryError(.noAnswer, "\(call): no")
        }
        #expect(failure { try shop.pull("mnist-cnn", from: failing) }.hasPrefix("GET part-"))
        #expect(started.waits.count <= 4)
    }

    @Test("a request that fails in passing is repeated, of files too")
    func retries() throws {
        try shop.publish("1.0.0")
        shop.server.fail("GET packages", .answer(503))
        shop.server.fail("GET manifest.json", .answer(502), .drop(stores: false))
        shop.server.fail("GET model.bin", .cut, .answer(429, ["Retry-After": "7"]))
        #expect(try shop.model(shop.pull("mnist-cnn")) == "weights of 1.0.0")
        #expect(shop.clock.waits.contains(7))
        shop.options.cache = shop.scratch.file("other")
        shop.options.retry.attempts = 2
        shop.server.fail("GET model.bin", .answer(503), .answer(503))
        #expect(
            failure { try shop.pull("mnist-cnn") }
                == "fetching 'model.bin' of mnist-cnn 1.0.0: the server answered 503 Service Unavailable; "
                + "given up after 2 attempts")
    }
}
