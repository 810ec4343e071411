import Files
import Synchronization
import TestSupport
import Testing

@testable import HTTP

@Suite("Files sent and fetched")
struct TransferTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    @Test("a large file is sent from disk, not from memory")
    func largeUpload() async {
        // In a process of its own: this one holds what all tests that run at once hold.
        await #expect(processExitsWith: .success) {
            let scratch = try ScratchDirectory()
            let size = 300 << 20
            let path = try scratch.write("model", "")
            truncate(path, size)
            let arrived = Mutex(0)
            let server = try LoopbackServer { exchange in
                _ = exchange.readBody { piece in arrived.withLock { $0 += piece.count } }
                exchange.answer(201, [:], "{}")
            }
            let request = HTTPRequest(.put, try HTTPURL(server.url), body: .file(path: path, size: size, sha256: nil))
            let before = peakMemory()
            var last = HTTPProgress(done: 0, total: nil)
            #expect(try HTTPClient().send(request, progress: { last = $0 }).status == 201)
            #expect(arrived.withLock { $0 } == size)
            #expect(last == HTTPProgress(done: size, total: size))
            #expect(peakMemory() - before < 30 << 20)
        }
    }

    @Test("a file that is not the one measured is not sent whole")
    func changedFile() throws {
        let complete = Mutex(0)
        let server = try LoopbackServer { exchange in
            guard exchange.body() != nil else { return }
            complete.withLock { $0 += 1 }
            exchange.answer(201)
        }
        let path = try scratch.write("model", String(repeating: "x", count: 200_000))
        func send(_ size: Int, _ digest: String?) -> String {
            failure {
                try HTTPClient().send(
                    HTTPRequest(.put, HTTPURL(server.url), body: .file(path: path, size: size, sha256: digest)))
            }
        }
        let start = "'\(path)' changed while it was being sent: "
        #expect(send(100_000, nil) == start + "it has 200000 bytes, 100000 were announced")
        #expect(send(200_000, String(repeating: "0", count: 64)) == start + "its content is another")
        #expect(complete.withLock { $0 } == 0)
        #expect(send(200_000, try SHA256.hexDigest(ofFile: path)) == "no error")
        #expect(complete.withLock { $0 } == 1)
    }

    @Test("a file that shrinks or grows on the way is noticed")
    func changingFile() throws {
        let path = try scratch.write("model", String(repeating: "x", count: 3000))
        let url = try HTTPURL("http://a.example/")
        func finish(_ change: Int) -> String {
            truncate(path, 3000)
            return failure {
                let request = HTTPRequest(.put, url, body: .file(path: path, size: 3000, sha256: nil))
                let source = try #require(try BodySource(request))
                var buffer = [UInt8](repeating: 0, count: 1000)
                _ = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
                truncate(path, change)
                while try buffer.withUnsafeMutableBytes({ try source.read(into: $0) }) > 0 {}
            }
        }
        let start = "'\(path)' changed while it was being sent: "
        #expect(finish(1500) == start + "it ended after 1500 of 3000 bytes")
        #expect(finish(4000) == start + "it has more than the announced 3000 bytes")
    }

    @Test("a download is checked, and the next mirror asked where one fails")
    func mirrors() throws {
        let good = try LoopbackServer { $0.answer(200, [:], "abc") }
        let wrong = try LoopbackServer { $0.answer(200, [:], "abd") }
        let missing = try LoopbackServer { $0.answer(404, [:], "gone") }
        let cut = try LoopbackServer { $0.answer(200, [:], "a", announced: 3) }
        let digest = SHA256.hexDigest(of: Array("abc".utf8))
        let path = scratch.file("data")
        try HTTPClient().download(
            missing.url, to: path, expectedSHA256: digest, mirrors: [wrong.url, cut.url, good.url + "/x"])
        #expect(try readText(path) == "abc")
        #expect(scratch.names == ["data"])
    }

    @Test("a download that nobody can serve names every failure and leaves what was there")
    func noMirror() throws {
        let wrong = try LoopbackServer { $0.answer(200, [:], "abd") }
        let missing = try LoopbackServer { $0.answer(404, [:], "gone") }
        let path = try scratch.write("data", "old")
        let digest = SHA256.hexDigest(of: Array("abc".utf8))
        let message = failure {
            try HTTPClient().download(
                missing.url + "/f?key=1", to: path, expectedSHA256: digest.uppercased(),
                mirrors: [wrong.url, "nonsense"])
        }
        #expect(
            message == "cannot download 'data': \(missing.url)/f?...: the server answered 404 Not Found; "
                + "\(wrong.url)/: the 3 bytes that came have SHA-256 \(SHA256.hexDigest(of: Array("abd".utf8))), "
                + "expected \(digest); nonsense: it does not begin with https:// or http://")
        #expect(try readText(path) == "old")
        #expect(scratch.names == ["data"])
    }
}
