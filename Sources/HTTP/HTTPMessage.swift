/// What is asked of a server.
public struct HTTPRequest: Sendable {
    public enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case head = "HEAD"
        case put = "PUT"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// The bytes that go along.
    public enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// A file, read while it is sent. It must have `size` bytes and, where given, that SHA-256 (64 lower-case
        /// hexadecimal digits); otherwise the request is broken off before its last byte, so that no server stores it.
        case file(path: String, size: Int, sha256: String?)

        /// The length in bytes, which is announced.
        public var size: Int {
            switch self {
            case .none: 0
            case .bytes(let bytes): bytes.count
            case .file(_, let size, _): size
            }
        }
    }

    public var method: Method
    public var url: HTTPURL
    /// Header fields that are not credentials (those among them that are by name are treated as such).
    public var headers: HTTPHeaders
    /// Header fields that must stay with the address's origin: name and value.
    public var credentials: [(name: String, value: Secret)]
    public var body: Body

    public init(
        _ method: Method, _ url: HTTPURL, headers: HTTPHeaders = HTTPHeaders(),
        credentials: [(name: String, value: Secret)] = [], body: Body = .none
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.credentials = credentials
        self.body = body
    }
}

/// What a server answered.
public struct HTTPResponse: Sendable {
    public let status: Int
    public let headers: HTTPHeaders
    /// The body, unless a sink took it.
    public let body: [UInt8]
    /// The address that answered, after redirects.
    public let url: HTTPURL

    public init(status: Int, headers: HTTPHeaders, body: [UInt8], url: HTTPURL) {
        self.status = status
        self.headers = headers
        self.body = body
        self.url = url
    }

    /// The body as text; invalid UTF-8 is replaced.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The status with its name: "404 Not Found".
    public var statusLine: String { statusNames[status].map { "\(status) \($0)" } ?? "\(status)" }
}

/// Header fields; names are compared without regard to case.
public struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral {
    public private(set) var fields: [(name: String, value: String)] = []

    public init() {}

    public init(dictionaryLiteral elements: (String, String)...) { fields = elements.map { (name: $0.0, value: $0.1) } }

    /// The value of the first field of that name.
    public subscript(_ name: String) -> String? {
        let wanted = name.lowercased()
        return fields.first { $0.name.lowercased() == wanted }?.value
    }

    public mutating func append(_ name: String, _ value: String) { fields.append((name: name, value: value)) }

    /// The fields whose name is none of `names` (given in lower case).
    func without(_ names: Set<String>) -> HTTPHeaders {
        var rest = self
        rest.fields.removeAll { names.contains($0.name.lowercased()) }
        return rest
    }
}

/// How far a transfer is.
public struct HTTPProgress: Sendable, Equatable {
    /// Bytes that went (of an upload) or came (of a download).
    public let done: Int
    /// All of them; nil where the server did not say.
    public let total: Int?

    public init(done: Int, total: Int?) {
        self.done = done
        self.total = total
    }
}

private let statusNames: [Int: String] = [
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 301: "Moved Permanently", 302: "Found",
    303: "See Other", 304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request",
    401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    407: "Proxy Authentication Required",
    408: "Request Timeout", 409: "Conflict", 411: "Length Required", 413: "Content Too Large",
    415: "Unsupported Media Type",
    416: "Range Not Satisfiable", 417: "Expectation Failed", 422: "Unprocessable Content", 429: "Too Many Requests",
    500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
    504: "Gateway Timeout", 507: "Insufficient Storage",
]
