import Files

/// Speaks HTTP/1.1 through libcurl, one request at a time on each thread; calls block. Connections are kept open for the
/// next request to the same origin.
///
/// Certificates are always verified. The proxy variables (`https_proxy`, `no_proxy`, ...) work as they do for curl,
/// but for this machine itself, which is never asked through a proxy.
public struct HTTPClient: Sendable {
    /// Seconds until a connection must stand. Default: 30.
    public var connectTimeout = 30.0
    /// Seconds without a byte in either direction after which a transfer is given up. Default: 60.
    public var stallTimeout = 60.0
    /// Seconds that a server may take between the last byte of an upload and its answer, in which it may move the
    /// file to its storage. Default: 300.
    public var answerTimeout = 300.0
    /// A file of certificates (PEM) to trust. Default: the system's, or the file that the variable `CURL_CA_BUNDLE`
    /// or `SSL_CERT_FILE` names.
    public var caFile: String? = environmentVariable("CURL_CA_BUNDLE") ?? environmentVariable("SSL_CERT_FILE")
    /// The proxy to ask; "" for none. Default: what the environment says.
    public var proxy: String?
    /// How many redirects in a row are followed; 0 hands them out as the responses they are. Default: 5.
    public var maximumRedirects = 5
    /// Asked about once a second and while bytes flow; true breaks the request off.
    public var isCancelled: @Sendable () -> Bool = { false }

    public init() {}

    /// Takes the bytes of a body as they come.
    public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    /// Does a request and waits for its whole answer.
    ///
    /// Redirects of GET and HEAD are followed; where scheme, host or port change, credentials do not go along, and
    /// from https to http nothing goes. The redirect of any other method is handed out as the response it is.
    ///
    /// - Parameters:
    ///   - limit: the most bytes of body kept; a longer body of a success is an error, of a failure is cut.
    ///     Default: 16 MiB. Without meaning for what goes to the sink.
    ///   - sink: takes the body of a success (2xx) in place of the response. Its errors break the request off.
    ///   - progress: called with the bytes of the body sent, or where none is sent, received.
    /// - Throws: `HTTPError`, or what `sink` threw, or `FileError` where the body cannot be read.
    public func send(
        _ request: HTTPRequest, limit: Int = 16 << 20, progress: ((HTTPProgress) -> Void)? = nil, sink: Sink? = nil
    ) throws -> HTTPResponse {
        try CurlLibrary.require()
        var request = request
        var hops = 0
        while true {
            let transfer = Transfer(request, client: self, limit: limit, progress: progress, sink: sink)
            let response = try transfer.run()
            guard maximumRedirects > 0, request.method == .get || request.method == .head,
                [301, 302, 303, 307, 308].contains(response.status), let location = response.headers["Location"]
            else { return response }
            hops += 1
            guard hops <= maximumRedirects else {
                throw HTTPError(
                    .tooManyRedirects, url: request.url.description, "more than \(maximumRedirects) redirects in a row")
            }
            try follow(location, &request)
        }
    }

    func follow(_ location: String, _ request: inout HTTPRequest) throws {
        let from = request.url
        let next: HTTPURL
        do {
            next = try from.resolving(location)
        } catch let error as HTTPError {
            throw HTTPError(error.kind, url: from.description, "its redirect leads to \(error)")
        }
        guard from.scheme == "http" || next.scheme == "https" else {
            throw HTTPError(
                .insecureRedirect, url: from.description, "it redirects from https to \(next), which is not encrypted")
        }
        if next.origin != from.origin {
            request.credentials = []
            request.headers = request.headers.without(credentialNames)
        }
        request.url = next
    }
}

/// Header fields that are credentials whoever sets them, in lower case.
public let credentialNames: Set<String> = [
    "job-token", "private-token", "deploy-token", "authorization", "proxy-authorization", "cookie",
]
