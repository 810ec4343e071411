import CCurl
import Files

/// A libcurl handle set up for a transfer. The callbacks refer to the transfer, which outlives the handle.
final class CurlRequest {
    private let handle: UnsafeMutableRawPointer
    private let origin: String
    private let errorBuffer: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutableRawPointer?

    init(_ transfer: Transfer) throws {
        let request = transfer.request
        guard let handle = CurlHandles.take(for: request.url.origin) else {
            throw HTTPError(.other, url: request.url.description, "libcurl cannot begin a request: no memory")
        }
        self.handle = handle
        origin = request.url.origin
        errorBuffer = .allocate(capacity: Int(CCURL_ERROR_SIZE))
        errorBuffer.initialize(repeating: 0, count: Int(CCURL_ERROR_SIZE))
        _ = ccurl_set_error_buffer(handle, errorBuffer)
        try setConnection(request, transfer.client)
        try setHeaders(request)
        setMethod(request)
        setCallbacks(transfer)
    }

    deinit {
        CurlHandles.giveBack(handle, for: origin)
        ccurl_list_free(headerList)
        errorBuffer.deallocate()
    }

    func perform() -> Int32 { ccurl_perform(handle) }

    /// libcurl's own words for what went wrong.
    var detail: String { String(cString: errorBuffer) }
    /// The `errno` of a connection that failed; 0 where there is none.
    var systemError: Int32 { Int32(truncatingIfNeeded: ccurl_info_long(handle, CCURL_INFO_OS_ERRNO)) }

    private func setConnection(_ request: HTTPRequest, _ client: HTTPClient) throws {
        let url = request.url
        func check(_ code: Int32, _ what: String) throws {
            guard code == 0 else {
                throw HTTPError(
                    .invalidRequest, url: url.description,
                    "libcurl refuses \(what): \(String(cString: ccurl_error(code)))")
            }
        }
        try check(ccurl_set_text(handle, CCURL_URL, url.text), "the address")
        try check(ccurl_set_long(handle, CCURL_PROTOCOLS, CCURL_PROTOCOLS_HTTP_HTTPS), "to speak only http and https")
        try check(ccurl_set_long(handle, CCURL_FOLLOW_LOCATION, 0), "to leave redirects alone")
        try check(ccurl_set_long(handle, CCURL_SSL_VERIFY_PEER, 1), "to verify certificates")
        try check(ccurl_set_long(handle, CCURL_SSL_VERIFY_HOST, 2), "to verify host names")
        if let caFile = client.caFile {
            do { _ = try ReadableFile(caFile) } catch {
                throw HTTPError(.invalidRequest, url: url.description, "the file of trusted certificates: \(error)")
            }
            try check(ccurl_set_text(handle, CCURL_CA_INFO, caFile), "the file of trusted certificates")
        }
        // Signals stay the program's. `Expect: 100-continue`, which saves sending what will be refused, is HTTP/1.1's.
        _ = ccurl_set_long(handle, CCURL_NO_SIGNAL, 1)
        _ = ccurl_set_long(handle, CCURL_HTTP_VERSION, CCURL_HTTP_1_1)
        let milliseconds = max(1, min(bounded(client.connectTimeout) * 1000, 1e9))
        _ = ccurl_set_long(handle, CCURL_CONNECT_TIMEOUT_MS, Int(milliseconds))
        _ = ccurl_set_text(handle, CCURL_USER_AGENT, "nightjar")
        // A proxy gets what is meant for it and nothing else.
        try check(ccurl_set_long(handle, CCURL_HEADER_OPT, CCURL_HEADERS_SEPARATE), "to keep headers from a proxy")
        _ = ccurl_set_long(handle, CCURL_SUPPRESS_CONNECT_HEADERS, 1)
        if let proxy = client.proxy { try check(ccurl_set_text(handle, CCURL_PROXY, proxy), "the proxy") }
        if url.isLoopback { _ = ccurl_set_text(handle, CCURL_NO_PROXY, "*") }
    }

    private func setHeaders(_ request: HTTPRequest) throws {
        for (name, value) in request.headers.fields { try addHeader(name, value, request) }
        for (name, value) in request.credentials { try addHeader(name, value.revealed, request) }
        // libcurl would ask at its own idea of size, and announce a form where we say nothing.
        if request.body.size > 0 {
            try addHeader("Expect", request.body.size > 64 << 10 ? "100-continue" : "", request)
            if request.headers["Content-Type"] == nil {
                try addHeader("Content-Type", "application/octet-stream", request)
            }
        }
        _ = ccurl_set_headers(handle, headerList)
    }

    private func addHeader(_ name: String, _ value: String, _ request: HTTPRequest) throws {
        // A line break would begin another header; the value may be a token and is not shown.
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            throw HTTPError(
                .invalidRequest, url: request.url.description,
                "the value of the header '\(name)' has a line break or another control character")
        }
        // "Name:" alone takes one of libcurl's own headers away.
        guard let longer = ccurl_list_append(headerList, value.isEmpty ? "\(name):" : "\(name): \(value)") else {
            throw HTTPError(.other, url: request.url.description, "libcurl cannot take a header: no memory")
        }
        headerList = longer
    }

    private func setMethod(_ request: HTTPRequest) {
        switch request.method {
        case .get: break
        case .head: _ = ccurl_set_long(handle, CCURL_NO_BODY, 1)
        case .put, .post, .patch, .delete:
            if case .none = request.body {
            } else {
                _ = ccurl_set_long(handle, CCURL_UPLOAD, 1)
                _ = ccurl_set_size(handle, CCURL_IN_FILE_SIZE, Int64(request.body.size))
            }
            _ = ccurl_set_text(handle, CCURL_CUSTOM_REQUEST, request.method.rawValue)
        }
    }

    private func setCallbacks(_ transfer: Transfer) {
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        _ = ccurl_on_header(
            handle,
            { bytes, size, count, context in
                Transfer.from(context)?.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size &* count))
                return size &* count
            }, context)
        _ = ccurl_on_write(
            handle,
            { bytes, size, count, context in
                let all = size &* count
                let goesOn = Transfer.from(context)?.takeBody(UnsafeRawBufferPointer(start: bytes, count: all)) == true
                // Any other number than what came breaks off; 0 of 0 would not.
                return goesOn ? all : all &+ 1
            }, context)
        _ = ccurl_on_read(
            handle,
            { bytes, size, count, context in
                guard let transfer = Transfer.from(context), let source = transfer.source else { return 0 }
                do {
                    return try source.read(into: UnsafeMutableRawBufferPointer(start: bytes, count: size &* count))
                } catch {
                    transfer.failure = error
                    return Int(CCURL_READ_ABORT)
                }
            }, context)
        _ = ccurl_on_seek(
            handle,
            { context, offset, origin in
                guard let transfer = Transfer.from(context), let source = transfer.source, origin == 0,
                    transfer.mayBeginAnew
                else { return 1 }
                do {
                    try source.seek(to: Int(offset))
                    return 0
                } catch {
                    transfer.failure = error
                    return 1
                }
            }, context)
        _ = ccurl_on_progress(
            handle,
            { context, downloadTotal, downloaded, _, uploaded in
                let goesOn = Transfer.from(context)?.tick(
                    downloadTotal: Int(downloadTotal), downloaded: Int(downloaded), uploaded: Int(uploaded))
                return goesOn == true ? 0 : 1
            }, context)
        _ = ccurl_set_long(handle, CCURL_NO_PROGRESS, 0)
    }
}

extension Transfer {
    fileprivate static func from(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }
}
