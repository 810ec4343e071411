import Files
import HTTP
import Synchronization
import TestSupport
import Testing

@testable import Registry

@Suite("Faults on the way")
struct FaultTests {
    @Test(
        "whichever request fails in passing, the version ends complete and no file is there twice",
        arguments: [
            FakeGitLab.Fault.answer(503), .answer(408), .answer(425), .answer(429, ["Retry-After": "0"]), .answer(500),
            .answer(502, [:], "<html>", stores: true), .drop(stores: true), .drop(stores: false), .hangUp(after: 3),
            .cut,
        ])
    func everywhere(fault: FakeGitLab.Fault) throws {
        for request in [
            "GET packages", "PUT claim", "GET package_files", "PUT model.bin", "PUT INSTRUCTION.md",
            "PUT manifest.json",
        ] {
            // Duplicates are allowed, listings lag: nobody but the publisher prevents a second file.
            let shop = try Workshop { $0.lag = 1 }
            shop.server.fail(request, fault, fault)
            let report = try shop.publish()
            #expect(report.uploaded == shop.all, "\(request)")
            #expect(shop.server.names.sorted() == shop.all.sorted(), "\(request)")
            #expect(shop.server.names.last == "manifest.json", "\(request)")
            #expect(Set(shop.server.claims).count == shop.server.claims.count, "\(request)")
        }
    }

    @Test("RateLimit-Reset says when to come back, in a refusal only")
    func rateLimit() throws {
        let shop = try Workshop()
        shop.server.fail("PUT model.bin", .answer(429, ["RateLimit-Reset": "41"], "Retry later"))
        try shop.publish()
        #expect(shop.clock.waits == [41])
        #expect(retryAfter(["RateLimit-Reset": "1700000100"], now: 1_700_000_000) == 100)
        #expect(retryAfter(["RateLimit-Reset": "1700000100"], now: 1_800_000_000) == 0)
        #expect(retryAfter(["RateLimit-Reset": "soon"]) == nil)
        #expect(retryAfter(["Retry-After": "5", "RateLimit-Reset": "1700000100"], now: 1_700_000_000) == 5)
        shop.server.fail("GET packages", .answer(503, ["RateLimit-Reset": "41"]))
        try shop.publish()
        #expect(shop.clock.waits == [41, 1])
    }

    @Test("what is waited counts for all requests together")
    func totalTime() throws {
        var shop = try Workshop()
        shop.options.retry.timeLimit = 10
        let fault = FakeGitLab.Fault.answer(503)
        shop.server.fail("GET packages", fault, fault)  // 1 and 2 s
        shop.server.fail("PUT model.bin", fault, fault, fault)  // 1, 2 and 4 s
        shop.server.fail("PUT INSTRUCTION.md", fault)
        #expect(failure { try shop.publish() }.hasPrefix("uploading 'INSTRUCTION.md': the server answered 503 "))
        #expect(shop.clock.waits.reduce(0, +) == 10)
    }

    @Test("refused for good is refused once, and nothing says that trying again helps")
    func refusedOnce() throws {
        for status in [400, 401, 403, 404, 413] {
            let shop = try Workshop()
            shop.server.fail("PUT model.bin", .answer(status, [:], "{\"message\":\"no\"}"))
            let error = #expect(throws: RegistryError.self) { try shop.publish() }
            #expect(error?.exitCode == 1)
            #expect(error?.message.contains("publishing it again continues") == false)
            #expect(shop.server.log.count { $0 == "PUT model.bin" } == 1)
            #expect(shop.clock.waits == [])
            // What to do is said after the server's own words.
            #expect(error?.message.contains("(no): ") == true, "\(error?.message ?? "")")
        }
    }

    @Test("several files go at once, over connections that are used again")
    func parallel() throws {
        var shop = try Workshop()
        shop.package = try Package(
            name: "mnist-cnn", version: "1.0.0",
            files: (0..<9).map { try PackageFile("f\($0)", .text("content \($0)")) })
        for file in 1..<9 { shop.server.fail("PUT f\(file)", .wait(0.2)) }
        let start = ContinuousClock.now
        try shop.publish()
        // Eight that take 0.2 s each, four at a time.
        #expect(ContinuousClock.now - start < .seconds(1.4))
        #expect(shop.server.names.first == "f0" && shop.server.names.last == "manifest.json")
        #expect(Set(shop.server.names).count == 10)
        #expect(shop.server.connections <= 4)
        #expect(shop.server.log.count >= 17)
    }

    @Test("from the thread that asks alone, one after the other, where a registry wants it so")
    func oneThread() throws {
        let scratch = try ScratchDirectory()
        let shop = try Workshop()
        let report = try shop.package.measured(manifest: shop.details).publish(to: DirectoryRegistry(scratch.path))
        #expect(report.uploaded == shop.all)
    }

    @Test("a large file goes up and comes down in little memory")
    func memory() async {
        await #expect(processExitsWith: .success) {
            let scratch = try ScratchDirectory()
            let size = 32 << 20
            let path = try scratch.write("model", "")
            truncate(path, size)
            let digest = try SHA256.hexDigest(ofFile: path)
            // Takes and gives without keeping.
            let server = try LoopbackServer { exchange in
                let words = exchange.request.path.split(separator: "/").map { String($0) }
                switch (exchange.request.method, words.last ?? "") {
                case ("PUT", let name):
                    _ = exchange.readBody { _ in }
                    exchange.answer(
                        200, [:],
                        "{\"id\":1,\"size\":\(exchange.length),\"file_name\":\"\(name)\",\"file_sha256\":\"\(digest)\"}"
                    )
                case ("GET", "packages"): exchange.answer(200, [:], "[]")
                case ("GET", "model"): exchange.answerZeros(size)
                default: exchange.answer(404)
                }
            }
            var registry = try GitLabRegistry(
                api: server.url, project: "1", credential: Credential(.job, "glcbt-verysecret"))
            registry.looks = 1
            let package = try Package(name: "p", version: "1", files: [PackageFile("model", .path(path))])
            let before = peakMemory()
            let measured = try package.measured(manifest: nil)
            #expect(measured.content[0].sha256 == digest)
            _ = try registry.put(measured.content[0], in: package.name, package.version, progress: { _ in })
            var (count, hash) = (0, SHA256())
            _ = try registry.get(
                PackageFileName("model"), of: package.name, package.version, progress: { _ in },
                sink: {
                    count += $0.count
                    hash.update($0)
                })
            #expect(count == size)
            #expect(hash.hexDigest() == digest)
            #expect(peakMemory() - before < 20 << 20, "\(peakMemory() - before)")
        }
    }
}
