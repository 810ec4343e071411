import CCurl
import Files

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One request to one address, without redirects.
final class Transfer {
    let request: HTTPRequest
    let client: HTTPClient
    private let limit: Int
    private let progress: ((HTTPProgress) -> Void)?
    private let sink: HTTPClient.Sink?

    /// What goes out; nil where nothing does.
    var source: BodySource?
    /// Why a callback broke the transfer off.
    var failure: (any Error)?

    private var status = 0
    private var headers = HTTPHeaders()
    private var body: [UInt8] = []
    /// The rest of an error's body is of no interest.
    private var hasEnough = false
    private var lastProgress = (down: -1, up: -1)
    private var lastChange = ContinuousClock.now

    init(
        _ request: HTTPRequest, client: HTTPClient, limit: Int, progress: ((HTTPProgress) -> Void)?,
        sink: HTTPClient.Sink?
    ) {
        self.request = request
        self.client = client
        self.limit = limit
        self.progress = progress
        self.sink = sink
    }

    var shownURL: String { request.url.description }

    /// Whether libcurl may send the body a second time by itself: where a server asked for it. Where a connection that
    /// was kept open ended without an answer it would do so too, and the server might store the body twice.
    var mayBeginAnew: Bool { status >= 200 || source?.isUntouched == true }

    func run() throws -> HTTPResponse {
        source = try BodySource(request)
        let configuration = try CurlRequest(self)
        lastChange = .now
        let code = configuration.perform()
        if let failure { throw failure }
        // An answer that refuses an upload comes before all of it went; the connection's end is no failure then.
        let isRefusal = status >= 300 && (code == 55 || code == 56)
        guard code == 0 || hasEnough || isRefusal else {
            throw curlFailure(
                code, detail: configuration.detail, systemError: configuration.systemError, request: request,
                client: client)
        }
        guard status != 0 else {
            throw HTTPError(.closedEarly, url: shownURL, "the server closed the connection without an answer")
        }
        return HTTPResponse(status: status, headers: headers, body: body, url: request.url)
    }

    func takeHeader(_ line: UnsafeRawBufferPointer) {
        // HTTP/1 headers are Latin-1 by heritage and ASCII in practice.
        let text = String(decoding: line, as: UTF8.self).trimming { $0.isWhitespace || $0.isNewline }
        if text.hasPrefix("HTTP/") {
            // A new head: what came before was "100 Continue" or the like.
            headers = HTTPHeaders()
            status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        } else if let colon = text.firstIndex(of: ":"), headers.fields.count < 500 {
            headers.append(
                String(text[..<colon]), String(text[text.index(after: colon)...]).trimming { $0.isWhitespace })
        }
    }

    /// Whether the transfer goes on.
    func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let isSuccess = (200..<300).contains(status)
        if isSuccess, let sink {
            do {
                try sink(bytes)
                return true
            } catch {
                failure = error
                return false
            }
        }
        guard body.count + bytes.count > limit else {
            body.append(contentsOf: bytes)
            return true
        }
        if isSuccess {
            failure = HTTPError(.tooLarge, url: shownURL, "the answer has more than \(limit) bytes")
        } else {
            body.append(contentsOf: bytes.prefix(limit - body.count))
            hasEnough = true
        }
        return false
    }

    /// Whether the transfer goes on.
    func tick(downloadTotal: Int, downloaded: Int, uploaded: Int) -> Bool {
        guard failure == nil else { return false }
        if client.isCancelled() {
            failure = HTTPError(.cancelled, url: shownURL, "interrupted")
            return false
        }
        if (down: downloaded, up: uploaded) != lastProgress {
            lastProgress = (down: downloaded, up: uploaded)
            lastChange = .now
            if let source {
                progress?(HTTPProgress(done: uploaded, total: source.size))
            } else if (200..<300).contains(status) {
                progress?(HTTPProgress(done: downloaded, total: downloadTotal > 0 ? downloadTotal : nil))
            }
            return true
        }
        let waitsForAnswer = status == 0 && source?.isExhausted == true
        let allowed = waitsForAnswer ? client.answerTimeout : client.stallTimeout
        guard ContinuousClock.now - lastChange > .seconds(bounded(allowed)) else { return true }
        failure = HTTPError(
            .timedOut, url: shownURL,
            waitsForAnswer
                ? "everything was sent, but no answer came within \(seconds(allowed))"
                : "nothing moved for \(seconds(allowed))")
        return false
    }
}

/// Seconds that can be reckoned with: neither negative nor beyond decades.
func bounded(_ seconds: Double) -> Double { seconds >= 0 ? min(seconds, 1e9) : 0 }

/// "30 s", "0.5 s".
func seconds(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e9 ? "\(Int(value)) s" : "\(value) s"
}

extension String {
    func trimming(_ isUnwanted: (Character) -> Bool) -> String {
        var rest = self[...]
        while let first = rest.first, isUnwanted(first) { rest.removeFirst() }
        while let last = rest.last, isUnwanted(last) { rest.removeLast() }
        return String(rest)
    }
}
