import Console
import Files
import Host
import HTTP
import JSON
import Lua

/// A request that a script makes, and its answer.
struct ScriptExchange {
    private let call: Call
    private let request: HTTPRequest
    private let client: HTTPClient
    private let limit: Int?
    /// The address where it is a secret.
    private let hidden: Secret?
    private let deadline: Double?
    private let sha256: String?

    /// - Throws: an error that names the argument, or `HTTPError`, `FileError`, `JSONError`.
    init(_ method: HTTPRequest.Method, _ call: Call, hasBody: Bool) throws {
        self.call = call
        hidden = try call.optionalObject("url", as: ScriptSecret.self)?.secret
        sha256 = try call.optionalString("sha256")?.lowercased()
        if let sha256, sha256.utf8.count != 64 || !sha256.utf8.allSatisfy(isHexDigit) {
            throw call.badArgument("sha256", expected: "64 hexadecimal digits", got: "something else")
        }
        let url: HTTPURL
        do { url = try HTTPURL(hidden?.revealed ?? call.string("url")) } catch let error as HTTPError {
            throw hidden == nil ? error : HTTPError(error.kind, url: "[secret]", error.reason)
        }
        var request = HTTPRequest(method, url)
        try Self.addHeaders(to: &request, call)
        if hasBody { try Self.addBody(to: &request, call, sha256) }
        guard request.credentials.isEmpty || url.scheme == "https" || url.isLoopback else {
            throw HTTPError(.invalidRequest, url: url.origin, "would get a secret unencrypted: use https")
        }
        self.request = request
        var client = HTTPClient.interruptible
        client.connectTimeout = try call.number("connect_timeout")
        client.stallTimeout = try call.number("stall_timeout")
        client.maximumRedirects = try call.integer("redirects")
        if let file = try call.optionalString("ca_file"), !file.isEmpty { client.caFile = file }
        deadline = try call.optionalNumber("timeout").map { monotonicSeconds() + $0 }
        if let deadline { client.isCancelled = { Interrupt.isRequested || monotonicSeconds() > deadline } }
        self.client = client
        limit = try call.optionalInteger("limit")
    }

    /// Asks and leaves the answer to be returned.
    func run() throws -> Results {
        do { return try exchange() } catch let error as HTTPError {
            if error.kind == .cancelled {
                if Interrupt.isRequested { throw Interrupted() }
                if let seconds = try call.optionalNumber("timeout") {
                    throw shown(HTTPError(.timedOut, url: error.url, "not done within \(text(of: seconds)) s"))
                }
            }
            throw shown(error)
        }
    }

    private func exchange() throws -> Results {
        guard try call.has("to") else {
            let response = try client.send(request, limit: limit ?? 16 << 20)
            if let sha256, request.body.size == 0, (200..<300).contains(response.status) {
                try check(SHA256.hexDigest(of: response.body), response.body.count, sha256)
            }
            return try push(response)
        }
        let file = try call.optionalString("to").map { try AtomicFile($0) }
        let function = try call.index("to")
        let (most, shown) = (limit ?? 8 << 30, request.url.description)
        var (hash, size) = (SHA256(), 0)
        let sink: HTTPClient.Sink = { piece in
            size += piece.count
            guard size <= most else {
                throw HTTPError(.tooLarge, url: shown, "the answer has more than \(most) bytes")
            }
            if sha256 != nil { hash.update(piece) }
            if let file { return try file.write(piece) }
            try call.state.reserve(4)
            call.state.pushCopy(function)
            call.state.push(bytes: piece)
            try call.state.call(arguments: 1, results: 0)
        }
        let response = try client.send(request, limit: 64 << 10, sink: sink)
        if (200..<300).contains(response.status) {
            if let sha256, request.body.size == 0 { try check(hash.hexDigest(), size, sha256) }
            try file?.commit()
        }
        return try push(response)
    }

    private func check(_ found: String, _ size: Int, _ expected: String) throws {
        guard found == expected else {
            throw HTTPError(
                .other, url: request.url.description,
                "the \(size) bytes that came have SHA-256 \(found), expected \(expected)")
        }
    }

    private func push(_ response: HTTPResponse) throws -> Results {
        let state = call.state
        try state.reserve(8)
        state.pushTable(fields: 6)
        state.push(response.status)
        state.setField("status", of: -2)
        state.push((200..<300).contains(response.status))
        state.setField("ok", of: -2)
        state.push(response.statusLine)
        state.setField("reason", of: -2)
        state.push(bytes: response.body)
        state.setField("body", of: -2)
        state.push(hidden == nil ? response.url.description : "\(response.url.origin)/[secret]")
        state.setField("url", of: -2)
        state.pushTable(fields: response.headers.fields.count)
        // The first of a name, as the client itself takes it.
        for field in response.headers.fields.reversed() {
            state.push(field.value)
            state.setField(field.name.lowercased(), of: -2)
        }
        state.setField("headers", of: -2)
        return .pushed(1)
    }

    /// The error without what of the address must not be shown.
    private func shown(_ error: HTTPError) -> HTTPError {
        guard let hidden else { return error }
        let url = request.url
        var reason = hidden.scrub(error.reason)
        for part in [url.text, url.description, url.path] where part.utf8.count > 1 {
            reason = Secret(part).scrub(reason)
        }
        return HTTPError(error.kind, url: error.url.isEmpty ? "" : "\(url.origin)/[secret]", reason)
    }

    // MARK: What is sent

    private static func addHeaders(to request: inout HTTPRequest, _ call: Call) throws {
        guard try call.has("headers") else { return }
        let (state, index) = (call.state, try call.index("headers"))
        func refuse(_ got: String) -> any Error {
            call.badArgument("headers", expected: "table of values by the headers' names", got: got)
        }
        try state.forEachPair(at: index) {
            guard state.type(at: -2) == .string, let name = state.string(at: -2) else { throw refuse("another key") }
            guard !name.isEmpty, name.utf8.allSatisfy(isHeaderCharacter) else {
                throw refuse("the name '\(printable(name, limit: 60))', which no header can have")
            }
            let lowered = name.lowercased()
            guard !["content-length", "transfer-encoding", "connection", "expect"].contains(lowered) else {
                throw refuse("'\(name)', which is set where it is needed")
            }
            if let secret = state.object(at: -1, as: ScriptSecret.self)?.secret {
                request.credentials.append((name, secret))
            } else if state.type(at: -1) == .string || state.type(at: -1) == .number {
                let value = try state.describe(at: -1)
                if credentialNames.contains(lowered) {
                    request.credentials.append((name, Secret(value)))
                } else {
                    request.headers.append(name, value)
                }
            } else {
                throw refuse("a \(state.typeName(at: -1)) as '\(name)'")
            }
        }
    }

    private static func addBody(to request: inout HTTPRequest, _ call: Call, _ sha256: String?) throws {
        let given = try ["body", "file", "json"].filter { name in
            switch name {
            case "body": try call.has("body")
            case "file": try call.has("file")
            default: try call.has("json")
            }
        }
        guard given.count < 2 else {
            throw call.badArgument(
                "body", expected: "one of body, file and json", got: given.joined(separator: " and "))
        }
        guard given.isEmpty || request.method != .get && request.method != .head else {
            throw call.badArgument("method", expected: "one that has a body", got: "\(request.method.rawValue)")
        }
        if try call.has("body") {
            request.body = .bytes(try call.bytes("body"))
        } else if let path = try call.optionalString("file") {
            request.body = .file(path: path, size: try ReadableFile(path).size, sha256: sha256)
        } else if try call.has("json") {
            var taker = JSONTaker(call.state)
            request.body = .bytes(try JSONWriter(.line).text(of: taker.value(at: call.index("json"))))
            if request.headers["Content-Type"] == nil { request.headers.append("Content-Type", "application/json") }
        } else if request.method == .put || request.method == .post || request.method == .patch {
            // Some servers insist on being told that nothing comes.
            request.body = .bytes([])
        }
    }
}

private func isHexDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 || byte >= 0x61 && byte <= 0x66 }

/// RFC 9110, section 5.6.2.
private func isHeaderCharacter(_ byte: UInt8) -> Bool {
    byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a || "!#$%&'*+-.^_`|~".utf8.contains(byte)
}

private func text(of seconds: Double) -> String {
    seconds == seconds.rounded() && seconds < 1e9 ? "\(Int(seconds))" : "\(seconds)"
}
