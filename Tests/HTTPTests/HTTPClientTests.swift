import Files
import Synchronization
import TestSupport
import Testing

@testable import HTTP

let token = "glpat-verysecret"

/// The description of what `work` throws.
func failure(_ work: () throws -> some Any) -> String {
    do {
        _ = try work()
        return "no error"
    } catch { return "\(error)" }
}

@Suite("Requests")
struct HTTPClientTests {
    @Test("a request carries its headers and the answer comes back whole")
    func plainGet() throws {
        let server = try LoopbackServer { $0.answer(200, ["X-Next-Page": "2"], "hello") }
        let response = try HTTPClient().send(
            HTTPRequest(
                .get, HTTPURL(server.url + "/a%2Fb?q=1"), headers: ["Accept": "text/plain"],
                credentials: [("JOB-TOKEN", Secret(token))]))
        #expect(response.status == 200)
        #expect(response.text == "hello")
        #expect(response.headers["x-next-page"] == "2")
        let request = try #require(server.requests.first)
        #expect(request.target == "/a%2Fb?q=1")
        #expect(request.headers["job-token"] == token)
        #expect(request.headers["accept"] == "text/plain")
        #expect(request.headers["user-agent"] == "nightjar")
    }

    @Test("a body goes with its length; one that is large is asked for first")
    func bodies() throws {
        let sizes = Mutex<[Int]>([])
        let server = try LoopbackServer { exchange in
            let body = exchange.body()
            sizes.withLock { $0.append(body?.count ?? -1) }
            exchange.answer(201, [:], "{}")
        }
        for size in [0, 5, 100_000] {
            let body = HTTPRequest.Body.bytes([UInt8](repeating: 7, count: size))
            #expect(try HTTPClient().send(HTTPRequest(.put, HTTPURL(server.url), body: body)).status == 201)
        }
        #expect(sizes.withLock { $0 } == [0, 5, 100_000])
        #expect(server.requests.map { $0.headers["expect"] } == [nil, nil, "100-continue"])
        #expect(server.requests.map { $0.headers["content-length"] } == ["0", "5", "100000"])
    }

    @Test("what is refused before the body is not sent")
    func refusedEarly() throws {
        let server = try LoopbackServer { $0.answer(403, [:], "no") }
        let body = HTTPRequest.Body.bytes([UInt8](repeating: 7, count: 2 << 20))
        var sent = 0
        let response = try HTTPClient().send(
            HTTPRequest(.put, HTTPURL(server.url), body: body), progress: { sent = $0.done })
        #expect(response.status == 403)
        #expect(sent == 0)
    }

    @Test("the body of a success goes to the sink, that of a failure does not")
    func sinks() throws {
        let server = try LoopbackServer { $0.answer($0.request.path == "/good" ? 200 : 500, [:], "text") }
        var taken: [UInt8] = []
        let good = try HTTPClient().send(HTTPRequest(.get, HTTPURL(server.url + "/good")), sink: { taken += $0 })
        #expect(good.body.isEmpty)
        let bad = try HTTPClient().send(HTTPRequest(.get, HTTPURL(server.url + "/bad")), sink: { taken += $0 })
        #expect(bad.text == "text")
        #expect(String(decoding: taken, as: UTF8.self) == "text")
    }

    @Test("an answer beyond the limit is an error where it is a success and cut where it is not")
    func limits() throws {
        let text = String(repeating: "x", count: 100_000)
        let server = try LoopbackServer { $0.answer($0.request.path == "/good" ? 200 : 502, [:], text) }
        #expect(
            failure { try HTTPClient().send(HTTPRequest(.get, HTTPURL(server.url + "/good")), limit: 1000) }
                == "\(server.url)/good: the answer has more than 1000 bytes")
        let bad = try HTTPClient().send(HTTPRequest(.get, HTTPURL(server.url + "/bad")), limit: 1000)
        #expect(bad.status == 502)
        #expect(bad.body.count == 1000)
    }

    @Test("what a sink throws comes out")
    func sinkError() throws {
        let server = try LoopbackServer { $0.answer(200, [:], "text") }
        let error = FileError(path: "x", action: "write", reason: "the disk is full")
        #expect(throws: error) {
            try HTTPClient().send(HTTPRequest(.get, HTTPURL(server.url)), sink: { _ in throw error })
        }
    }

    @Test("an interruption stops a transfer in which nothing moves")
    func cancellation() throws {
        let server = try LoopbackServer { $0.stall() }
        let start = ContinuousClock.now
        var client = HTTPClient()
        client.isCancelled = { ContinuousClock.now - start > .seconds(0.2) }
        #expect(failure { try client.send(HTTPRequest(.get, HTTPURL(server.url))) } == "\(server.url)/: interrupted")
        #expect(ContinuousClock.now - start < .seconds(3))
    }

    @Test("a header value with a line break is refused and not shown")
    func headerInjection() throws {
        let request = HTTPRequest(
            .get, try HTTPURL("http://127.0.0.1:9/"), credentials: [("JOB-TOKEN", Secret(token + "\nX: y"))])
        #expect(
            failure { try HTTPClient().send(request) }
                == "http://127.0.0.1:9/: the value of the header 'JOB-TOKEN' has a line break or another control character"
        )
    }

    @Test("a proxy is never asked for this machine")
    func loopbackProxy() throws {
        let proxy = try LoopbackServer { $0.answer(200, [:], "proxy") }
        let server = try LoopbackServer { $0.answer(200, [:], "server") }
        var client = HTTPClient()
        client.proxy = proxy.url
        #expect(try client.send(HTTPRequest(.get, HTTPURL(server.url))).text == "server")
        #expect(try client.send(HTTPRequest(.get, HTTPURL("http://gitlab.example/"))).text == "proxy")
    }

    @Test("a connection is used again, also by the next client, and none is shared by two origins")
    func reuse() throws {
        let server = try LoopbackServer { exchange in
            _ = exchange.body()
            exchange.answer(200, [:], "x")
        }
        let other = try LoopbackServer { $0.answer(200, [:], "y") }
        for _ in 0..<5 {
            #expect(
                try HTTPClient().send(HTTPRequest(.put, HTTPURL(server.url), body: .bytes([1]))).text == "x")
            #expect(try HTTPClient().send(HTTPRequest(.get, HTTPURL(other.url))).text == "y")
        }
        #expect(server.connections == 1)
        #expect(other.connections == 1)
    }

    @Test("a body whose answer was lost on a connection used before is not sent again by itself")
    func lostAnswer() throws {
        let bodies = Mutex(0)
        let server = try LoopbackServer { exchange in
            _ = exchange.body()
            let count = bodies.withLock {
                $0 += 1
                return $0
            }
            if count != 2 { exchange.answer(201, [:], "{}") }
        }
        let request = HTTPRequest(.put, try HTTPURL(server.url), body: .bytes([1, 2, 3]))
        #expect(try HTTPClient().send(request).status == 201)
        #expect(
            failure { try HTTPClient().send(request) }
                == "\(server.url)/: the server closed the connection without an answer")
        #expect(bodies.withLock { $0 } == 2)
        #expect(try HTTPClient().send(request).status == 201)
    }

    @Test("settings and headers of one request are not the next one's")
    func freshSettings() throws {
        let server = try LoopbackServer { exchange in
            _ = exchange.body()
            exchange.answer(200, [:], exchange.request.method)
        }
        let url = try HTTPURL(server.url)
        _ = try HTTPClient().send(
            HTTPRequest(.put, url, credentials: [("JOB-TOKEN", Secret(token))], body: .bytes([1])))
        #expect(try HTTPClient().send(HTTPRequest(.head, url)).status == 200)
        #expect(try HTTPClient().send(HTTPRequest(.get, url)).text == "GET")
        #expect(server.connections == 1)
        #expect(server.requests.dropFirst().allSatisfy { $0.headers["job-token"] == nil })
    }
}
