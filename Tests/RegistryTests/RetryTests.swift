import Files
import HTTP
import TestSupport
import Testing

@testable import Registry

@Suite("Trying again")
struct RetryTests {
    @Test(
        "an upload that got no or a passing answer is sent again",
        arguments: [
            FakeGitLab.Fault.answer(500, [:], "{\"message\":\"500 Internal Server Error\"}"),
            .answer(502, ["Content-Type": "text/html"], "<html>Bad Gateway</html>"), .answer(408), .answer(503),
            .answer(504), .drop(stores: false), .stall, .cut,
        ])
    func again(fault: FakeGitLab.Fault) throws {
        let shop = try Workshop()
        shop.server.fail("PUT model.bin", fault)
        let report = try shop.publish()
        #expect(report.uploaded == shop.all)
        #expect(shop.server.names == shop.all)
        #expect(shop.clock.waits == [1])
    }

    @Test(
        "an upload that was stored although its answer was lost is not sent again",
        arguments: [FakeGitLab.Fault.answer(502, [:], "<html>", stores: true), .drop(stores: true)])
    func stored(fault: FakeGitLab.Fault) throws {
        let shop = try Workshop()
        shop.server.fail("PUT model.bin", fault)
        try shop.publish()
        #expect(shop.server.names == shop.all)
        #expect(shop.server.log.filter { $0 == "PUT model.bin" }.count == 1)
    }

    @Test("stored but not yet listed, a second file is refused by the server, and the first one counts")
    func storedUnseen() throws {
        let shop = try Workshop {
            $0.allowsDuplicates = false
            $0.lag = 2
        }
        shop.server.fail("PUT model.bin", .answer(504, stores: true))
        try shop.publish()
        #expect(shop.server.names == shop.all)
    }

    @Test("Retry-After is honoured, and given up on where it is too long")
    func retryAfterHeader() throws {
        let shop = try Workshop()
        shop.server.fail("PUT model.bin", .answer(429, ["Retry-After": "37"], "Retry later"))
        try shop.publish()
        #expect(shop.clock.waits == [37])
        #expect(
            shop.lines[1]
                == "uploading 'model.bin': the server answered 429 Too Many Requests (Retry later); attempt 2 in 37.0 s"
        )
        shop.server.fail("GET packages", .answer(429, ["Retry-After": "3600"], "Retry later"))
        #expect(
            failure { try shop.publish() }
                == "listing the packages: the server answered 429 Too Many Requests (Retry later); it asks to come back in "
                + "3600 s")
    }

    @Test("patience ends by number and by time, and the error says what is where")
    func patience() throws {
        var shop = try Workshop()
        let fault = FakeGitLab.Fault.answer(503, [:], "{\"message\":\"maintenance\"}")
        shop.server.fail("PUT INSTRUCTION.md", fault, fault, fault, fault, fault, fault)
        #expect(
            failure { try shop.publish() }
                == "uploading 'INSTRUCTION.md': the server answered 503 Service Unavailable (maintenance); given up after 6 "
                + "attempts; mnist-cnn 1.0.0 is incomplete (there: model.bin; perhaps there: INSTRUCTION.md; not there: "
                + "manifest.json): publishing it again continues")
        #expect(shop.clock.waits == [1, 2, 4, 8, 16])
        // The next run completes it.
        let report = try shop.publish()
        #expect(report.present == ["model.bin"])
        #expect(shop.server.names == shop.all)

        shop = try Workshop()
        shop.options.retry.timeLimit = 5
        shop.server.fail("PUT INSTRUCTION.md", fault, fault, fault, fault, fault, fault)
        #expect(failure { try shop.publish() }.contains("; given up after 3 attempts; "))
    }

    @Test("a server that stores other bytes is caught by its own answer, or by the listing")
    func corruption() throws {
        let shop = try Workshop()
        shop.server.fail("PUT model.bin", .corrupt)
        let error = #expect(throws: RegistryError.self) { try shop.publish() }
        #expect(error?.isTransient == false)
        #expect(
            error?.message.hasPrefix(
                "uploading 'model.bin': the server stored 7 bytes with SHA-256 ") == true)
        #expect(
            error?.message.hasSuffix(
                "; mnist-cnn 1.0.0 is incomplete (perhaps there: model.bin; not there: INSTRUCTION.md, manifest.json): "
                    + "publish it under another version") == true)
        let older = try Workshop { $0.knowsSelect = false }
        older.server.fail("PUT model.bin", .corrupt)
        let sent = SHA256.hexDigest(of: Array("weights".utf8))
        let message = failure { try older.publish() }
        #expect(message.hasPrefix("the registry has 7 bytes with SHA-256 "), "\(message)")
        #expect(message.contains(" as 'model.bin', sent were 7 bytes with SHA-256 \(sent); "), "\(message)")
    }

    @Test("a listing that is broken off is asked for again; one that is nonsense is not")
    func brokenListing() throws {
        let shop = try Workshop()
        shop.server.fail("GET packages", .cut, .drop(stores: false), .answer(500))
        try shop.publish()
        #expect(shop.clock.waits == [1, 2, 4])
        shop.server.fail("GET packages", .answer(200, [:], "{\"id\":1}"))
        #expect(failure { try shop.publish() }.hasPrefix("listing the packages: the server answered 200 OK: "))
    }

    @Test("an interruption ends it, and the error is not one to try again by itself")
    func interruption() throws {
        var shop = try Workshop()
        shop.options.retry.attempts = 2
        let server = shop.server
        shop.options.isCancelled = { server.names.contains("model.bin") }
        let error = #expect(throws: RegistryError.self) { try shop.publish() }
        #expect(error?.kind == .cancelled)
        #expect(error?.isTransient == false)
    }

    @Test("a file that changed since it was measured is not published")
    func changedFile() throws {
        let scratch = try ScratchDirectory()
        var shop = try Workshop()
        let path = try scratch.write("model", "weights")
        shop.package = try Package(name: "p", version: "1", files: [PackageFile("model.bin", .path(path))])
        let measured = try shop.package.measured(manifest: nil)
        _ = try scratch.write("model", "weighty")
        #expect(
            failure { try measured.publish(to: shop.registry, options: shop.options) }
                == "uploading 'model.bin': '\(path)' changed while it was being sent: its content is another; nothing of p "
                + "1 is there: publishing it again continues")
        #expect(shop.server.names == [])
    }

    @Test("no server at all")
    func noServer() throws {
        let shop = try Workshop()
        var registry = try GitLabRegistry(
            api: "https://gitlab.invalid", project: "1", credential: Credential(.job, "verysecret"))
        var options = shop.options
        options.retry.attempts = 2
        registry.client.proxy = ""
        let error = #expect(throws: RegistryError.self) {
            try shop.package.measured().publish(to: registry, options: options)
        }
        #expect(
            error?.message
                == "listing the packages: https://gitlab.invalid/api/v4/projects/1/packages?...: the host 'gitlab.invalid' "
                + "was not found; given up after 2 attempts")
        #expect(error?.exitCode == 75)
    }
}
