import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An HTTP server on this machine for tests: one thread for each connection, which stays open where the client lets it.
/// It ends with its last reference.
public final class LoopbackServer: Sendable {
    /// What a client asked, as it stood on the wire.
    public struct Request: Sendable {
        public let method: String
        /// Path and query, still percent-encoded.
        public let target: String
        /// Field names in lower case.
        public let headers: [String: String]
        /// The whole head, to search it for what must not be there.
        public let head: String

        public var path: String { String(target.prefix { $0 != "?" }) }
        public var query: [String: String] {
            let pairs = target.drop { $0 != "?" }.dropFirst().split(separator: "&").map { $0.split(separator: "=") }
            return Dictionary(
                pairs.map { (String($0[0]), $0.count > 1 ? String($0[1]) : "") }, uniquingKeysWith: { $1 })
        }
    }

    public let port: Int
    private let listener: Int32
    private let log = Mutex<[Request]>([])
    private let open = Mutex<(now: Set<Int32>, ever: Int)>(([], 0))
    private let handler: @Sendable (Exchange) -> Void

    /// - Parameter handler: called for each request on a thread of its own; it answers through the exchange.
    public init(_ handler: @escaping @Sendable (Exchange) -> Void) throws {
        guard let (listener, port) = LoopbackSocket.listen() else { throw LoopbackError() }
        self.listener = listener
        self.port = port
        self.handler = handler
        LoopbackSocket.spawn { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0 && errno == EINTR { continue }
                guard connection >= 0 else { break }
                guard let self else {
                    close(connection)
                    break
                }
                self.open.withLock {
                    $0.now.insert(connection)
                    $0.ever += 1
                }
                LoopbackSocket.spawn { [weak self] in
                    while let exchange = Exchange(connection), let self, self.serve(exchange) {}
                    LoopbackSocket.shut(connection)
                    if let self { self.forget(connection) } else { close(connection) }
                }
            }
            close(listener)
        }
    }

    deinit {
        LoopbackSocket.shut(listener)
        open.withLock { for connection in $0.now { LoopbackSocket.shut(connection) } }
    }

    /// "http://127.0.0.1:43121"
    public var url: String { "http://127.0.0.1:\(port)" }

    /// Every request so far, in the order of arrival.
    public var requests: [Request] { log.withLock { $0 } }

    /// How many connections there were so far.
    public var connections: Int { open.withLock { $0.ever } }

    /// Whether the connection can take another request.
    private func serve(_ exchange: Exchange) -> Bool {
        log.withLock { $0.append(exchange.request) }
        handler(exchange)
        return exchange.keepsOpen
    }

    private func forget(_ connection: Int32) {
        open.withLock {
            $0.now.remove(connection)
            close(connection)
        }
    }
}

public struct LoopbackError: Error {}

/// One request and the means to answer it.
public final class Exchange {
    public let request: LoopbackServer.Request
    private let connection: Int32
    private var early: [UInt8]
    /// Whether the body has come.
    private var isRead = false
    /// Whether another request can follow on the connection: this one came and was answered whole.
    private(set) var keepsOpen = false

    init?(_ connection: Int32) {
        self.connection = connection
        var bytes: [UInt8] = []
        var end: Int?
        while end == nil {
            let more = LoopbackSocket.receive(connection, 4096)
            bytes += more
            // 0x16 begins a TLS greeting, which is answered by hanging up.
            guard !more.isEmpty, bytes.count < 1 << 20, bytes.first != 0x16 else { return nil }
            end = (3..<bytes.count).first { Array(bytes[$0 - 3...$0]) == [13, 10, 13, 10] }
        }
        guard let end else { return nil }
        let head = String(decoding: bytes[...end], as: UTF8.self)
        let lines = head.split(separator: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers[line[..<colon].lowercased()] = String(value)
        }
        request = LoopbackServer.Request(
            method: String(words[0]), target: String(words[1]), headers: headers, head: head)
        early = Array(bytes[(end + 1)...])
    }

    /// The announced length of the body.
    public var length: Int { request.headers["content-length"].flatMap { Int($0) } ?? 0 }

    /// Takes the body in pieces, asking for it first where the client waits to be asked. False where the client hung
    /// up before all of it came.
    public func readBody(_ take: ([UInt8]) -> Void) -> Bool {
        isRead = true
        if request.headers["expect"]?.lowercased() == "100-continue" { send("HTTP/1.1 100 Continue\r\n\r\n") }
        var rest = length - early.count
        take(early)
        early = []
        while rest > 0 {
            let piece = LoopbackSocket.receive(connection, min(rest, 256 << 10))
            guard !piece.isEmpty else {
                isRead = false
                return false
            }
            rest -= piece.count
            take(piece)
        }
        return true
    }

    /// Takes no more than so many bytes of the body, and then hangs up.
    public func takeBody(upTo count: Int) {
        if request.headers["expect"]?.lowercased() == "100-continue" { send("HTTP/1.1 100 Continue\r\n\r\n") }
        var rest = min(length, count) - early.count
        while rest > 0 {
            let piece = LoopbackSocket.receive(connection, rest)
            if piece.isEmpty { return }
            rest -= piece.count
        }
    }

    /// The whole body; nil where the client hung up before.
    public func body() -> [UInt8]? {
        var all: [UInt8] = []
        return readBody { all += $0 } ? all : nil
    }

    /// Sends an answer. - Parameter announced: the `Content-Length`, where it is to differ from the body's.
    public func answer(_ status: Int, _ headers: [String: String] = [:], _ body: [UInt8], announced: Int? = nil) {
        keepsOpen =
            (isRead || length == 0) && announced == nil && request.headers["connection"]?.lowercased() != "close"
        var head = "HTTP/1.1 \(status) Status\r\nContent-Length: \(announced ?? body.count)\r\n"
        if !keepsOpen { head += "Connection: close\r\n" }
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { head += "\(name): \(value)\r\n" }
        // In one piece: a second one would wait until the client has acknowledged the first.
        _ = LoopbackSocket.send(connection, Array((head + "\r\n").utf8) + (request.method == "HEAD" ? [] : body))
    }

    public func answer(_ status: Int, _ headers: [String: String] = [:], _ body: String = "", announced: Int? = nil) {
        answer(status, headers, Array(body.utf8), announced: announced)
    }

    /// Says nothing until the client hangs up.
    public func stall() {
        keepsOpen = false
        while !LoopbackSocket.receive(connection, 64 << 10).isEmpty {}
    }

    private func send(_ text: String) { _ = LoopbackSocket.send(connection, Array(text.utf8)) }
}
