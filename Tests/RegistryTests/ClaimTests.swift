import Files
import HTTP
import Synchronization
import TestSupport
import Testing

@testable import Registry

@Suite("Claims")
struct ClaimTests {
    /// A claim of somebody else in the server, put there before ours.
    private func claim(_ server: FakeGitLab, _ id: String = "0000000000000001", change: (inout ClaimOwner) -> Void)
        throws
    {
        var owner = ClaimOwner(who: "https://g/jobs/7")
        change(&owner)
        server.add(
            "claim-\(id).json", String(decoding: try owner.encoded(), as: UTF8.self), package: "mnist-cnn.claims")
    }

    @Test("of two in one process one publishes, and the other finds the version complete")
    func race() throws {
        for round in 0..<5 {
            let shop = try Workshop { $0.settings(round) }
            let outcomes = Mutex<[Bool]>([])
            let waits = Mutex(0)
            let registries = [try shop.registry, try shop.registry]
            let measured = try shop.package.measured(manifest: shop.details)
            var options = PublishOptions()
            options.clock = RetryClock(
                now: RetryClock.system.now,
                sleep: { seconds, _ in
                    waits.withLock { $0 += 1 }
                    RetryClock.system.sleep(min(seconds, 0.05)) { false }
                }, random: { 1 })
            let fixed = options
            inParallel(registries, threads: 2, hear: { (_: Int) in }) { registry, _ in
                let report = try? measured.publish(to: registry, options: fixed)
                outcomes.withLock { $0.append(report?.wasPublished ?? false) }
                #expect(report != nil)
            }
            #expect(shop.server.names.sorted() == shop.all.sorted())
            #expect(outcomes.withLock { $0 }.count { !$0 } == 1, "exactly one published")
        }
    }

    @Test("a holder whose process is gone, or whose job is repeated, is not waited for")
    func dead() throws {
        let here = ClaimOwner.current { _ in nil }
        for change: (inout ClaimOwner) -> Void in [
            { ($0.boot, $0.processes, $0.process, $0.started) = (here.boot, here.processes, 4_000_000, "1") },
            { ($0.boot, $0.processes, $0.process, $0.started) = (here.boot, here.processes, here.process, "1") },
            { ($0.pipeline, $0.job, $0.jobID) = ("5", "publish", "7") },
        ] {
            var shop = try Workshop()
            try claim(shop.server, change: change)
            shop.options.owner = here
            (shop.options.owner.pipeline, shop.options.owner.job, shop.options.owner.jobID) = ("5", "publish", "8")
            try shop.publish()
            #expect(shop.clock.waits == [])
            #expect(shop.server.names == shop.all)
        }
    }

    @Test("a holder that may be alive is named and waited for, and taken over after a minute without a sign of life")
    func takeover() throws {
        let shop = try Workshop()
        try claim(shop.server) { ($0.since, $0.boot) = ("2026-01-31T12:00:00Z", "another") }
        try shop.publish()
        #expect(
            shop.lines.first == "https://g/jobs/7 is publishing mnist-cnn 1.0.0 since 2026-01-31T12:00:00Z: waiting")
        #expect(shop.lines[1] == "nothing came of it for 62 s: taking over")
        #expect(shop.clock.waits.reduce(0, +) == 62)
        #expect(shop.server.claims.contains { $0.hasPrefix("over-0000000000000001-by-") })
        #expect(shop.server.names == shop.all)
    }

    @Test("who was taken over stops before the manifest and goes to the end of the queue")
    func overtaken() throws {
        var shop = try Workshop()
        let server = shop.server
        let isOver = Mutex(false)
        shop.options.clock = RetryClock(
            now: {
                // While our file is on its way somebody declares our claim over, publishes everything, and is gone.
                let own = server.claims.first?.dropFirst(6).prefix(16) ?? ""
                if server.names == ["model.bin"], isOver.withLock({ !$0 }) {
                    isOver.withLock { $0 = true }
                    server.add("over-\(own)-by-0000000000000002.json", "{}", package: "mnist-cnn.claims")
                }
                return 0
            }, sleep: { _, _ in }, random: { 1 })
        let report = try shop.publish()
        // It claims again, finds its first file there, and sends nothing twice.
        #expect(shop.server.names.sorted() == shop.all.sorted())
        #expect(server.claims.count { $0.hasPrefix("claim-") } == 2)
        #expect(report.verification == .listing)
    }

    @Test("who fails gives its claim up, so that the next need not wait")
    func release() throws {
        let shop = try Workshop()
        shop.server.fail("PUT manifest.json", .answer(403, [:], "{\"message\":\"403 Forbidden\"}"))
        #expect(
            failure { try shop.publish() }.hasSuffix(
                "is incomplete (there: model.bin, INSTRUCTION.md; not there: manifest.json)"))
        #expect(shop.server.claims.count { $0.hasPrefix("over-") } == 1)
        try shop.publish()
        #expect(shop.clock.waits == [])
        #expect(shop.server.names == shop.all)
    }

    @Test("a version that is complete is found so without a claim")
    func complete() throws {
        let shop = try Workshop()
        try shop.publish()
        let claims = shop.server.claims.count
        #expect(try shop.publish().wasPublished)
        #expect(shop.server.claims.count == claims)
    }

    @Test("an owner comes back as it was, and what is no claim is refused")
    func encoding() throws {
        let owner = ClaimOwner.current { ["CI_JOB_URL": "https://g/jobs/1", "CI_JOB_ID": "1"][$0] }
        #expect(try ClaimOwner(decoding: owner.encoded()) == owner)
        #expect(owner.who == "https://g/jobs/1")
        #expect(!owner.isGone(seenBy: owner))
        #expect(throws: (any Error).self) { try ClaimOwner(decoding: Array("{}".utf8)) }
    }

    #if os(Linux)
        @Test("in a directory the lock of a process that ended is free, and one at a time goes")
        func folder() throws {
            let scratch = try ScratchDirectory()
            let shop = try Workshop()
            let measured = try shop.package.measured(manifest: shop.details)
            let registry = DirectoryRegistry(scratch.path)
            let outcomes = Mutex<[Bool]>([])
            inParallel(Array(0..<4), threads: 4, hear: { (_: Int) in }) { _, _ in
                let report = try? measured.publish(to: registry)
                outcomes.withLock { $0.append(report?.wasPublished ?? false) }
                #expect(report != nil)
            }
            #expect(outcomes.withLock { $0 }.count { !$0 } == 1)
            #expect(try directoryEntries(scratch.file("mnist-cnn/1.0.0")) == shop.all.sorted())
        }

        @Test("a lock is waited for until it is free or the version complete")
        func lock() throws {
            let scratch = try ScratchDirectory()
            let path = scratch.file("lock")
            let waits = Mutex(0)
            let clock = RetryClock(now: { 0 }, sleep: { _, _ in waits.withLock { $0 += 1 } }, random: { 1 })
            func wish(_ files: @escaping (Int) -> [String: RemoteFile], _ lines: @escaping (String) -> Void = { _ in })
                throws -> ClaimWish
            {
                ClaimWish(
                    name: try PackageName("p"), version: try PackageVersion("1"), owner: .current(), bytes: 0,
                    manifestID: nil, look: { files(waits.withLock { $0 }) },
                    retrying: Retrier(RetryPolicy(), clock) { waits.withLock { $0 } > 5 },
                    tell: { if let line = $0.line { lines(line) } })
            }
            var first = try FolderClaim.acquire(path, wish { _ in [:] })
            #expect(first != nil)
            var lines: [String] = []
            let late = try FolderClaim.acquire(
                path, wish({ $0 < 3 ? [:] : ["manifest.json": RemoteFile()] }, { lines.append($0) }))
            #expect(late == nil)
            #expect(waits.withLock { $0 } == 3)
            #expect(lines == ["another process is publishing p 1: waiting"])
            #expect(failure { try FolderClaim.acquire(path, wish { _ in [:] }) as Any } == "interrupted")
            first = nil
            #expect(try FolderClaim.acquire(path, wish { _ in [:] }) != nil)
        }
    #endif
}

extension FakeGitLab.Settings {
    /// Servers of different kinds.
    fileprivate mutating func settings(_ round: Int) {
        allowsDuplicates = round % 2 == 0
        knowsSelect = round % 3 != 2
    }
}
