import Files
import Host
import Lua
import Synchronization
import TestSupport
import Testing

@testable import Plugins

/// `nightjar.http` as scripts meet it, with servers on loopback.
@Suite("nj.http")
struct HTTPModuleTests {
    let scratch: ScratchDirectory
    /// Answers with what it was asked: the method, the target and the body.
    let echo: LoopbackServer

    init() throws {
        scratch = try ScratchDirectory()
        echo = try LoopbackServer { exchange in
            let body = exchange.body() ?? []
            exchange.answer(
                exchange.request.target.hasPrefix("/missing") ? 404 : 200, ["X-Kind": "echo"],
                Array("\(exchange.request.method) \(exchange.request.target) ".utf8) + body)
        }
    }

    /// What a chunk gives, with the server's address as `url`.
    private func run(_ source: String) throws -> String { try evaluate("local url = '\(echo.url)' \(source)") }

    private func problem(_ source: String) -> String { failure("local url = '\(echo.url)' \(source)") }

    @Test("an answer is its status, headers and body, whatever the status")
    func answers() throws {
        #expect(
            try run(
                "local r = nj.http.get(url .. '/a?b=1') "
                    + "return r.status, r.ok, r.reason, r.headers['x-kind'], r.body, r.url"
            ) == "200 true 200 OK echo GET /a?b=1  \(echo.url)/a?...")
        #expect(
            try run("local r = nj.http.get(url .. '/missing') return r.status, r.ok, r.reason, r.body")
                == "404 false 404 Not Found GET /missing ")
        #expect(try run("return #nj.http.head(url).body") == "0")
    }

    @Test("bodies are texts, files and JSON, each with its length and type")
    func bodies() throws {
        let path = try scratch.write("file", "from a file")
        #expect(try run("return nj.http.put(url, { body = 'text' }).body") == "PUT / text")
        #expect(
            try run("return nj.http.post(url, { json = { b = { 1, nj.json.null }, a = true } }).body")
                == #"POST / {"a":true,"b":[1,null]}"#)
        #expect(try run("return nj.http.put(url, { file = '\(path)' }).body") == "PUT / from a file")
        #expect(try run("return nj.http.patch(url, { body = 'p' }).body") == "PATCH / p")
        #expect(try run("return nj.http.delete(url).body") == "DELETE / ")
        #expect(try run("return nj.http.request('PUT', url, { body = 'x' }).body") == "PUT / x")
        #expect(try run("return nj.http.post(url).body") == "POST / ")
        let requests = echo.requests
        #expect(requests.map { $0.headers["content-length"] } == ["4", "23", "11", "1", nil, "1", "0"])
        #expect(requests[1].headers["content-type"] == "application/json")
        #expect(requests[0].headers["content-type"] == "application/octet-stream")
    }

    @Test("what cannot be sent is refused before anything is")
    func refusals() throws {
        let start = "test.lua:1: http."
        #expect(
            problem("nj.http.put(url, { body = 'x', json = 1 })")
                == "\(start)put: bad argument 'body' (one of body, file and json expected, got body and json)")
        #expect(
            problem("nj.http.request('GET', url, { body = 'x' })")
                == "\(start)request: bad argument 'method' (one that has a body expected, got GET)")
        #expect(
            problem("nj.http.get(url, { headers = { ['a b'] = 'x' } })")
                == "\(start)get: bad argument 'headers' (table of values by the headers' names expected, got the name "
                + "'a b', which no header can have)")
        #expect(
            problem("nj.http.get(url, { headers = { A = {} } })")
                == "\(start)get: bad argument 'headers' (table of values by the headers' names expected, got a "
                + "table as 'A')"
        )
        #expect(
            problem("nj.http.get(url, { headers = { ['Content-Length'] = 3 } })").hasSuffix(
                "got 'Content-Length', which is set where it is needed)"))
        #expect(
            problem("nj.http.get(url, { headers = { A = 'x\\r\\nB: y' } })")
                == "\(start)get: \(echo.url)/: the value of the header 'A' has a line break or another "
                + "control character"
        )
        #expect(
            problem("nj.http.get(url, { sha256 = 'abc' })")
                == "\(start)get: bad argument 'sha256' (64 hexadecimal digits expected, got something else)")
        #expect(problem("nj.http.get('ftp://x/')") == "\(start)get: ftp://x/: only https and http are spoken")
        #expect(
            problem("nj.http.get(url, { timout = 1 })").hasSuffix("unknown option 'timout' (did you mean 'timeout'?)"))
        #expect(
            problem("nj.http.get('http://git.example.com/x', { headers = { Authorization = 'token abc' } })")
                == "\(start)get: http://git.example.com: would get a secret unencrypted: use https")
        #expect(echo.requests.isEmpty)
    }

    @Test("no answer is an error of the kind network, with status 75 where it may pass")
    func noAnswer() throws {
        let source = """
            local done, problem = pcall(nj.http.get, 'http://127.0.0.1:1/x?token=verysecret')
            return done, problem.kind, problem.exit_status, problem.message
            """
        #expect(
            try run(source)
                == "false network 75 http.get: http://127.0.0.1:1/x?...: 127.0.0.1 refused the connection on port 1")
    }

    @Test("secrets go in their headers and show nowhere")
    func secrets() throws {
        let source = """
            local token = nj.secret 'verysecret'
            local r = nj.http.get(url, { headers = { ['JOB-TOKEN'] = token, Authorization = 'Bearer ' .. token } })
            return tostring(token), ('%s'):format('x' .. token .. 'y'), r.status
            """
        #expect(try run(source) == "[secret] [secret] 200")
        #expect(echo.requests.first?.headers["job-token"] == "verysecret")
        #expect(echo.requests.first?.headers["authorization"] == "Bearer verysecret")
        #expect(problem("return #nj.secret 'verysecret'").contains("verysecret") == false)
        #expect(problem("return nj.json.encode(nj.secret 'verysecret')").hasSuffix("a Secret has no JSON form"))
        #expect(
            problem("nj.secret ''") == "test.lua:1: secret: bad argument 'text' (some text expected, got none)")
    }

    @Test("an address that is a secret is shown by its host alone")
    func secretAddress() throws {
        let good = try run("return nj.http.post(nj.secret(url .. '/T000/hook'), { json = {} }).url")
        #expect(good == "\(echo.url)/[secret]")
        #expect(echo.requests.first?.path == "/T000/hook")
        #expect(
            problem("nj.http.post(nj.secret 'http://127.0.0.1:1/T000/hook', { json = {} })")
                == "test.lua:1: http.post: http://127.0.0.1:1/[secret]: 127.0.0.1 refused the connection on port 1")
        #expect(
            problem("nj.http.post(nj.secret 'T000 hook', { json = {} })")
                == "test.lua:1: http.post: [secret]: it has characters that do not belong in an address")
        let loop = try LoopbackServer { $0.answer(302, ["Location": $0.request.target]) }
        let text = problem("nj.http.get(nj.secret '\(loop.url)/T000/hook')")
        #expect(text == "test.lua:1: http.get: \(loop.url)/[secret]: more than 5 redirects in a row")
    }

    @Test("credentials do not follow a redirect to another origin, and redirects of uploads are results")
    func redirects() throws {
        let away = try LoopbackServer { [echo] in
            _ = $0.body()
            $0.answer(302, ["Location": "\(echo.url)/there"])
        }
        let headers =
            "headers = { ['PRIVATE-TOKEN'] = 'verysecret', ['X-Key'] = nj.secret 'verysecret', ['X-Other'] = 'kept' }"
        #expect(try run("return nj.http.get('\(away.url)', { \(headers) }).body") == "GET /there ")
        let request = try #require(echo.requests.first)
        #expect(!request.head.contains("verysecret"))
        #expect(request.headers["x-other"] == "kept")
        #expect(away.requests.first?.headers["x-key"] == "verysecret")
        let result = "local r = nj.http.post('\(away.url)', { body = 'x' }) return r.status, r.headers.location"
        #expect(try run(result) == "302 \(echo.url)/there")
        #expect(try run("return nj.http.get('\(away.url)', { redirects = 0 }).status") == "302")
        #expect(echo.requests.count == 1)
    }

    @Test("bodies are bounded, and go to files whole or not at all")
    func downloads() throws {
        let text = String(repeating: "x", count: 100_000)
        let server = try LoopbackServer { $0.answer($0.request.path == "/no" ? 500 : 200, [:], text) }
        let digest = SHA256.hexDigest(of: Array(text.utf8))
        let path = scratch.file("body")
        #expect(
            problem("nj.http.get('\(server.url)', { limit = 1000 })")
                == "test.lua:1: http.get: \(server.url)/: the answer has more than 1000 bytes")
        #expect(
            try evaluate(
                "local r = nj.http.get('\(server.url)', { to = '\(path)', sha256 = '\(digest)' }) "
                    + "return r.status, #r.body"
            )
                == "200 0")
        #expect(try readText(path) == text)
        try writeFile(path, "before")
        #expect(
            problem("nj.http.get('\(server.url)', { to = '\(path)', limit = 1000 })")
                == "test.lua:1: http.get: \(server.url)/: the answer has more than 1000 bytes")
        let zeros = String(repeating: "0", count: 64)
        for target in ["to = '\(path)',", ""] {
            #expect(
                problem("nj.http.get('\(server.url)', { \(target) sha256 = '\(zeros)' })")
                    == "test.lua:1: http.get: \(server.url)/: the 100000 bytes that came have SHA-256 \(digest), "
                    + "expected \(zeros)")
        }
        #expect(try evaluate("return nj.http.get('\(server.url)/no', { to = '\(path)' }).status") == "500")
        #expect(try readText(path) == "before")
        #expect(scratch.names == ["body"])
    }

    @Test("a function gets the body piece by piece, and its errors keep their place")
    func pieces() throws {
        let server = try LoopbackServer { $0.answer(200, [:], String(repeating: "x", count: 100_000)) }
        let count = """
            local size, pieces = 0, 0
            nj.http.get('\(server.url)', { to = function(piece) size, pieces = size + #piece, pieces + 1 end })
            return size, pieces > 1
            """
        #expect(try evaluate(count) == "100000 true")
        let fails = "nj.http.get('\(server.url)', { to = function() error 'the disk is full' end })"
        #expect(failure("\n\n\(fails)") == "test.lua:3: the disk is full")
    }

    @Test("a file that is sent has the digest that was announced, or nothing is stored")
    func changedFile() throws {
        let path = try scratch.write("file", "content")
        let stored = Mutex(0)
        let server = try LoopbackServer { exchange in
            if exchange.body() != nil { stored.withLock { $0 += 1 } }
            exchange.answer(201)
        }
        let zeros = String(repeating: "0", count: 64)
        #expect(
            problem("nj.http.put('\(server.url)', { file = '\(path)', sha256 = '\(zeros)' })")
                == "test.lua:1: http.put: '\(path)' changed while it was being sent: its content is another")
        let digest = SHA256.hexDigest(of: Array("content".utf8))
        #expect(
            try evaluate("return nj.http.put('\(server.url)', { file = '\(path)', sha256 = '\(digest)' }).status")
                == "201")
        #expect(stored.withLock { $0 } == 1)
    }

    @Test("waiting ends: in all, and without a byte")
    func timeouts() throws {
        let server = try LoopbackServer { $0.stall() }
        let start = ContinuousClock.now
        #expect(
            problem("nj.http.get('\(server.url)', { timeout = 0.3 })")
                == "test.lua:1: http.get: \(server.url)/: not done within 0.3 s")
        #expect(
            problem("nj.http.get('\(server.url)', { stall_timeout = 0.3 })")
                == "test.lua:1: http.get: \(server.url)/: nothing moved for 0.3 s")
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("secrets come from variables and files")
    func sources() throws {
        let path = try scratch.write("token", "verysecret\n")
        let empty = try scratch.write("empty", " \n")
        #expect(try evaluate("return nj.secret_from 'NIGHTJAR_TEST_UNSET'") == "nil")
        #expect(try evaluate("return tostring(nj.secret_from '\(path)')") == "[secret]")
        #expect(
            try run("return nj.http.get(url, { headers = { A = nj.secret_from '\(path)' } }).status") == "200")
        #expect(echo.requests.first?.headers["a"] == "verysecret")
        #expect(
            problem("nj.secret_from '\(empty)'")
                == "test.lua:1: secret_from: cannot read a secret from '\(empty)': it is empty")
        #expect(problem("nj.secret_from './nowhere'").hasSuffix("cannot open './nowhere': No such file or directory"))
    }

    @Test("a text has a digest as a file has")
    func digests() throws {
        let path = try scratch.write("file", "abc")
        #expect(try evaluate("return nj.sha256_text 'abc' == nj.sha256 '\(path)'") == "true")
        #expect(
            try evaluate("return nj.sha256_text ''")
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }
}
