import CCurl
import Files

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The error that a result code of libcurl tells of (libcurl-errors(3)).
func curlFailure(
    _ code: Int32, detail: String, systemError: Int32, request: HTTPRequest, client: HTTPClient
) -> HTTPError {
    // libcurl's words hold no header values; should that change, no token shows.
    var words = printable(detail.isEmpty ? String(cString: ccurl_error(code)) : detail)
    for (_, value) in request.credentials { words = value.scrub(words) }
    let url = request.url
    func error(_ kind: HTTPError.Kind, _ reason: String) -> HTTPError {
        HTTPError(kind, url: url.description, reason)
    }
    switch code {
    case 5: return error(.hostNotFound, "the proxy's host was not found (\(words))")
    case 6: return error(.hostNotFound, "the host '\(url.host)' was not found")
    case 7 where systemError == ECONNREFUSED:
        return error(.connectionRefused, "\(url.host) refused the connection on port \(url.port)")
    case 7: return error(.connectionFailed, "no connection (\(words))")
    case 28: return error(.timedOut, "no connection within \(seconds(client.connectTimeout))")
    case 51, 60, 83, 90, 91: return error(.untrusted, "the server's certificate is not trusted (\(words))")
    case 77: return error(.invalidRequest, "the file of trusted certificates cannot be used (\(words))")
    case 35, 53, 54, 58, 59, 64, 66, 80, 82: return error(.tls, "the encrypted connection failed (\(words))")
    case 18: return error(.closedEarly, "the connection closed before the answer was complete (\(words))")
    case 52: return error(.closedEarly, "the server closed the connection without an answer")
    case 55: return error(.closedEarly, "the connection broke while sending (\(words))")
    case 56: return error(.closedEarly, "the connection broke while receiving (\(words))")
    case 65: return error(.closedEarly, "the server closed the connection without an answer")
    case 97: return error(.connectionFailed, "the proxy refused the connection (\(words))")
    case 1, 3: return error(.invalidURL, "libcurl cannot use the address (\(words))")
    default: return error(.other, "\(words) (libcurl error \(code))")
    }
}
