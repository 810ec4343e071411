import Files
import TestSupport
import Testing

@testable import HTTP

@Suite("What goes wrong on the way")
struct FailureTests {
    private let client = {
        var client = HTTPClient()
        client.stallTimeout = 0.5
        client.answerTimeout = 1.5
        client.proxy = ""
        return client
    }()

    private func get(_ url: String) throws -> HTTPResponse { try client.send(HTTPRequest(.get, HTTPURL(url))) }

    @Test("a host that is not there")
    func unknownHost() {
        #expect(
            failure { try get("http://nothing.invalid/") }
                == "http://nothing.invalid/: the host 'nothing.invalid' was not found")
    }

    @Test("a port where nobody listens")
    func refused() throws {
        var port = 0
        do { port = try LoopbackServer { $0.answer(200) }.port }
        #expect(
            failure { try get("http://127.0.0.1:\(port)/") }
                == "http://127.0.0.1:\(port)/: 127.0.0.1 refused the connection on port \(port)")
    }

    @Test("no answer")
    func stall() throws {
        let server = try LoopbackServer { $0.stall() }
        #expect(failure { try get(server.url) } == "\(server.url)/: nothing moved for 0.5 s")
    }

    @Test("everything sent, no answer")
    func stallAfterUpload() throws {
        let server = try LoopbackServer { exchange in
            _ = exchange.body()
            exchange.stall()
        }
        #expect(
            failure { try client.send(HTTPRequest(.put, HTTPURL(server.url), body: .bytes([1, 2, 3]))) }
                == "\(server.url)/: everything was sent, but no answer came within 1.5 s")
    }

    @Test("a connection that ends before the answer, or within it")
    func closedEarly() throws {
        let silent = try LoopbackServer { _ in }
        #expect(
            failure { try get(silent.url) } == "\(silent.url)/: the server closed the connection without an answer")
        let short = try LoopbackServer { $0.answer(200, [:], "half", announced: 8) }
        let message = failure { try get(short.url) }
        #expect(
            message.hasPrefix("\(short.url)/: the connection closed before the answer was complete ("), "\(message)")
    }

    @Test("https where only http is spoken")
    func noTLS() throws {
        let server = try LoopbackServer { $0.answer(200) }
        let message = failure { try get("https://127.0.0.1:\(server.port)/") }
        #expect(message.hasPrefix("https://127.0.0.1:\(server.port)/: the encrypted connection failed ("), "\(message)")
    }

    @Test("a file of trusted certificates that is not there")
    func missingCertificates() {
        var client = client
        client.caFile = "/nowhere/ca.pem"
        #expect(
            failure { try client.send(HTTPRequest(.get, HTTPURL("https://127.0.0.1:9/"))) }
                == "https://127.0.0.1:9/: the file of trusted certificates: cannot open '/nowhere/ca.pem': "
                + "No such file or directory")
    }

    @Test("which failures may pass by themselves")
    func transience() {
        func isTransient(_ kind: HTTPError.Kind) -> Bool { HTTPError(kind, url: "", "").isTransient }
        #expect(
            [.hostNotFound, .connectionRefused, .connectionFailed, .timedOut, .tls, .closedEarly].allSatisfy(
                isTransient))
        #expect(
            ![.untrusted, .invalidURL, .cancelled, .fileChanged, .insecureRedirect, .curlMissing].contains(
                where: isTransient))
    }
}

@Suite("Redirects")
struct RedirectTests {
    private let credentials = [
        (name: "JOB-TOKEN", value: Secret(token)), (name: "Authorization", value: Secret("Bearer " + token)),
    ]

    @Test("to another origin no credential goes, whatever header it stands in")
    func otherOrigin() throws {
        let storage = try LoopbackServer { $0.answer(200, [:], "bytes") }
        let target = "\(storage.url)/signed?signature=1"
        let server = try LoopbackServer { $0.answer(302, ["Location": target]) }
        let request = HTTPRequest(
            .get, try HTTPURL(server.url),
            headers: ["Cookie": "session=\(token)", "private-token": token, "Accept": "*/*"],
            credentials: credentials)
        #expect(try HTTPClient().send(request).text == "bytes")
        #expect(server.requests.first?.head.contains(token) == true)
        let arrived = try #require(storage.requests.first)
        #expect(arrived.target == "/signed?signature=1")
        #expect(!arrived.head.contains(token), "\(arrived.head)")
        #expect(arrived.headers["accept"] == "*/*")
    }

    @Test("a credential that was dropped does not come back with the way back")
    func thereAndBack() throws {
        let other = try LoopbackServer {
            $0.answer(302, ["Location": "http://127.0.0.1:\($0.request.query["port"] ?? "")/end"])
        }
        let otherURL = other.url
        let server = try LoopbackServer { exchange in
            let port = exchange.request.headers["host"]?.split(separator: ":").last ?? ""
            if exchange.request.path == "/end" {
                exchange.answer(200)
            } else {
                exchange.answer(302, ["Location": "\(otherURL)/?port=\(port)"])
            }
        }
        _ = try HTTPClient().send(HTTPRequest(.get, HTTPURL(server.url), credentials: credentials))
        #expect(server.requests.map { $0.head.contains(token) } == [true, false])
    }

    @Test("within the origin credentials stay")
    func sameOrigin() throws {
        let server = try LoopbackServer {
            if $0.request.path == "/a" { $0.answer(302, ["Location": "/b"]) } else { $0.answer(200) }
        }
        _ = try HTTPClient().send(HTTPRequest(.get, HTTPURL(server.url + "/a"), credentials: credentials))
        #expect(server.requests.map { $0.headers["job-token"] } == [token, token])
    }

    @Test("a circle ends, an upload is not sent elsewhere, other protocols are not spoken")
    func refusals() throws {
        let circle = try LoopbackServer { $0.answer(302, ["Location": "/"]) }
        #expect(
            failure { try HTTPClient().send(HTTPRequest(.get, HTTPURL(circle.url))) }
                == "\(circle.url)/: more than 5 redirects in a row")
        #expect(circle.requests.count == 6)
        let put = try HTTPClient().send(HTTPRequest(.put, HTTPURL(circle.url), body: .bytes([1])))
        #expect(put.status == 302)
        let local = try LoopbackServer { $0.answer(302, ["Location": "file:///etc/passwd"]) }
        #expect(
            failure { try HTTPClient().send(HTTPRequest(.get, HTTPURL(local.url))) }
                == "\(local.url)/: its redirect leads to file:///etc/passwd: only https and http are spoken")
    }

    @Test("from https to http nothing goes")
    func downgrade() throws {
        var request = HTTPRequest(.get, try HTTPURL("https://a.example/"), credentials: credentials)
        #expect(
            failure { try HTTPClient().follow("http://a.example/x", &request) }
                == "https://a.example/: it redirects from https to http://a.example/x, which is not encrypted")
    }
}
