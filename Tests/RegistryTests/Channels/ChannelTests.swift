import Files
import HTTP
import TestSupport
import Testing

@testable import Registry

@Suite("Channels")
struct ChannelTests {
    private let shop: PullShop
    private let prod: PackageVersion
    private var options = Channels.Options()

    init() throws {
        shop = try PullShop()
        prod = try PackageVersion("prod")
        options.by = "ann"
        options.time = 1_769_860_800
        options.clock = shop.clock.clock
    }

    private func version(_ text: String) throws -> PackageVersion { try PackageVersion(text) }

    @Test("they are moved, read, listed, and rolled back by moving, in every registry")
    func moves() throws {
        try shop.publish("1.0.0", "1.1.0")
        for registry in [shop.gitlab, shop.directory] as [any PackageRegistry] {
            let channels = try Channels(of: shop.name, in: registry)
            #expect(try channels.names() == [])
            #expect(try channels.current(prod) == nil)
            for (number, text) in ["1.0.0", "1.1.0", "1.0.0"].enumerated() {
                let (move, isNew) = try channels.move(prod, to: version(text), options: options)
                #expect(move.number == number + 1 && move.version.text == text && isNew)
                #expect(try channels.current(prod) == move)
            }
            _ = try channels.move(version("staging"), to: version("1.1.0"), options: options)
            #expect(try channels.names().map(\.text) == ["prod", "staging"])
            let history = try channels.moves(of: prod)
            #expect(history.map(\.version.text) == ["1.0.0", "1.1.0", "1.0.0"])
            #expect(
                try history.map { try channels.record(of: $0, in: prod) }
                    == [(nil, "1.0.0"), ("1.0.0", "1.1.0"), ("1.1.0", "1.0.0")].map {
                        ChannelRecord(channel: "prod", version: $1, from: $0, moved: "2026-01-31T12:00:00Z", by: "ann")
                    })
        }
        #expect(
            shop.server.files.filter { $0.package == "mnist-cnn.channels" }.map { "\($0.version)/\($0.name)" } == [
                "prod/000001-1.0.0.json", "prod/000002-1.1.0.json", "prod/000003-1.0.0.json",
                "staging/000001-1.1.0.json",
            ])
    }

    @Test("a move sends one small file and none of the version's; where it points already, nothing")
    func sends() throws {
        try shop.publish("1.0.0")
        let channels = try Channels(of: shop.name, in: shop.gitlab)
        let puts = try shop.requests { try channels.move(prod, to: version("1.0.0"), options: options) }
        #expect(puts.filter { $0.hasPrefix("PUT") } == ["PUT 000001-1.0.0.json"])
        let again = try shop.requests {
            let (move, isNew) = try channels.move(prod, to: version("1.0.0"), options: options)
            #expect(move.number == 1 && !isNew)
        }
        #expect(!again.contains { $0.hasPrefix("PUT") })
    }

    @Test("a version that is not there, or not complete, is refused and nothing is sent")
    func refusals() throws {
        try shop.publish("1.0.0", "1.1.0!")
        shop.server.add("manifest.json", try text(shop.package("1.2.0").allFiles()[2]), version: "1.2.0")
        shop.server.add("model.bin", "weights of 1.2.0", version: "1.2.0")
        let channels = try Channels(of: shop.name, in: shop.gitlab)
        func move(_ to: String, _ channel: String = "prod") -> String {
            failure { try channels.move(version(channel), to: version(to), options: options) }
        }
        let place = "project group/app at \(shop.server.url)/api/v4"
        #expect(move("9.0.0") == "there is no mnist-cnn 9.0.0 in \(place)")
        #expect(
            move("1.1.0")
                == "mnist-cnn 1.1.0 is not complete: it has no manifest.json, for it is being published or was broken off"
        )
        #expect(move("1.2.0") == "mnist-cnn 1.2.0 is not complete: INSTRUCTION.md of it is not there")
        for word in ["latest", "1.0.0", "1.0", "2", "x", "v1"] {
            #expect(
                move("1.0.0", word)
                    == "a channel cannot be named '\(word)', which reads as a version or range: choose a word like prod"
            )
        }
        #expect(!shop.server.log.contains { $0.hasPrefix("PUT") })
        #expect(
            failure { try Channels(of: shop.name, in: shop.directory).move(prod, to: version("9.0.0")) }
                == "there is no mnist-cnn 9.0.0 in the registry in '\(shop.scratch.file("registry"))'")
    }

    private func text(_ file: MeasuredFile) -> String {
        guard case .bytes(let bytes) = file.content else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("of two who move it at once one wins for everyone, and the other is told")
    func race() throws {
        try shop.publish("1.0.0", "1.1.0", "1.2.0")
        for registry in [shop.gitlab, shop.directory] as [any PackageRegistry] {
            let channels = try Channels(of: shop.name, in: registry)
            _ = try channels.move(prod, to: version("1.0.0"), options: options)
            var other = options
            other.by = "bob"
            // Bob is done between Ann's look and Ann's upload: hers is stored later.
            let late = Watched(base: registry) { [prod, other] call in
                guard call.hasPrefix("PUT") else { return }
                _ = try channels.move(prod, to: PackageVersion("1.1.0"), options: other)
            }
            let (won, _) = try Channels(of: shop.name, in: late).move(prod, to: version("1.2.0"), options: options)
            #expect(won.version.text == "1.2.0" && won.number == 2)
            #expect(try channels.current(prod) == won)
            // Bob is done before Ann looks whether she won, with a higher number.
            let early = Watched(base: registry) { [prod, other] call in
                guard call == "LIST mnist-cnn.channels prod", try channels.current(prod)?.number == 3 else { return }
                _ = try channels.move(prod, to: PackageVersion("1.1.0"), options: other)
            }
            #expect(
                failure {
                    try Channels(of: shop.name, in: early).move(prod, to: version("1.0.0"), options: options)
                }
                    == "channel prod of mnist-cnn was moved to 1.1.0 at the same time by bob, and stays there; "
                    + "move it again to have 1.0.0")
            #expect(try channels.moves(of: prod).map(\.version.text).last == "1.1.0")
        }
    }

    @Test("of one number the move that was stored later counts, else the greater name")
    func order() throws {
        func move(_ name: String, _ id: Int?) throws -> ChannelMove {
            try #require(ChannelMove(file: name, RemoteFile(id: id)))
        }
        #expect(try move("000002-1.1.0.json", 8) > move("000002-1.2.0.json", 7))
        #expect(try move("000002-1.2.0.json", nil) > move("000002-1.1.0.json", nil))
        #expect(try move("000003-1.0.0.json", 1) > move("000002-1.2.0.json", 2))
    }

    @Test("many at once leave one state that all see")
    func crowd() throws {
        try shop.publish("1.0.0", "1.1.0", "1.2.0", "1.3.0")
        let (gitlab, name, prod, options) = (shop.gitlab, shop.name, prod, options)
        inParallel(["1.0.0", "1.1.0", "1.2.0", "1.3.0"], threads: 4, hear: { (_: Int) in }) { text, _ in
            do {
                _ = try Channels(of: name, in: gitlab).move(prod, to: PackageVersion(text), options: options)
            } catch { #expect((error as? RegistryError)?.kind == .conflict, "\(error)") }
        }
        let channels = try Channels(of: name, in: gitlab)
        let moves = try channels.moves(of: prod)
        #expect(Set(moves.map(\.version.text)).count == 4)
        #expect(try channels.current(prod) == moves.max())
        #expect(try channels.record(of: #require(moves.last), in: prod).version == moves.last?.version.text)
    }

    @Test("an upload whose answer was lost is looked up, not repeated; a listing that lags is waited for")
    func lostAnswer() throws {
        try shop.publish("1.0.0", "1.1.0")
        let channels = try Channels(of: shop.name, in: shop.gitlab)
        shop.server.fail("PUT 000001-1.0.0.json", .drop(stores: true))
        #expect(try channels.move(prod, to: version("1.0.0"), options: options).isNew)
        shop.server.fail("PUT 000002-1.1.0.json", .answer(503), .answer(502, stores: true))
        #expect(try channels.move(prod, to: version("1.1.0"), options: options).isNew)
        let names = shop.server.files.filter { $0.package == "mnist-cnn.channels" }.map(\.name)
        #expect(names == ["000001-1.0.0.json", "000002-1.1.0.json"])
    }

    @Test("a group that forbids duplicates is no obstacle, also where another makes the same move")
    func withoutDuplicates() throws {
        try shop.publish("1.0.0", "1.1.0")
        shop.server.change { $0.allowsDuplicates = false }
        let channels = try Channels(of: shop.name, in: shop.gitlab)
        for text in ["1.0.0", "1.1.0", "1.0.0"] {
            #expect(try channels.move(prod, to: version(text), options: options).isNew)
        }
        let same = Watched(base: shop.gitlab) { [prod, options] call in
            guard call.hasPrefix("PUT") else { return }
            _ = try channels.move(prod, to: PackageVersion("1.1.0"), options: options)
        }
        let (move, _) = try Channels(of: shop.name, in: same).move(prod, to: version("1.1.0"), options: options)
        #expect(move.number == 4 && move.version.text == "1.1.0")
    }

    @Test("a record that says otherwise than its name, and names that are none, do not count")
    func records() throws {
        for name in ["7-1.0.0.json", "000008-1.0.0.txt", "000000-1.0.0.json", "00000x-1.json", "000009.json", "notes"] {
            shop.server.add(name, "{}", package: "mnist-cnn.channels", version: "prod")
        }
        let channels = try Channels(of: shop.name, in: shop.gitlab)
        #expect(try channels.moves(of: prod) == [])
        shop.server.add("1000000-2.0.0-rc.1.json", "{}", package: "mnist-cnn.channels", version: "prod")
        shop.server.add(
            "000002-1.0.0.json",
            #"{"channel": "prod", "version": "1.1.0", "moved": "", "by": "", "from": null}"#,
            package: "mnist-cnn.channels", version: "prod")
        let moves = try channels.moves(of: prod)
        #expect(moves.map { "\($0.number) \($0.version)" } == ["2 1.0.0", "1000000 2.0.0-rc.1"])
        for move in moves {
            #expect(
                failure { try channels.record(of: move, in: prod) }
                    == "fetching '\(move.file)' of channel prod of mnist-cnn: it is no record of this move")
        }
        #expect(try ChannelMove.fileName(1_000_000, version("1")).text == "1000000-1.json")
    }

    @Test("who moves is the job's user with the job, else the machine's user")
    func mover() {
        #expect(
            channelMover { ["GITLAB_USER_LOGIN": "ann", "CI_JOB_URL": "https://x/1", "USER": "root"][$0] }
                == "ann (https://x/1)")
        #expect(channelMover { ["USER": "bob"][$0] } == "bob")
        #expect(channelMover { _ in nil } == "unknown")
    }
}
