import Files

/// A download that no address could serve: what each of them answered.
public struct DownloadError: Error, CustomStringConvertible {
    /// The file that was to be written.
    public let path: String
    /// One line for each address, in the order tried.
    public let failures: [String]

    public var description: String {
        "cannot download '\(baseName(path))': " + failures.joined(separator: "; ")
    }
}

extension HTTPClient {
    /// Fetches a file, checks its digest and puts it in place: it is there whole and right, or as it was before.
    ///
    /// - Parameters:
    ///   - url: where it is.
    ///   - path: where it goes; the directory must exist.
    ///   - expectedSHA256: 64 hexadecimal digits; nil takes whatever comes.
    ///   - mirrors: other addresses of the same file, tried in order where an address fails or gives other bytes.
    ///   - sizeLimit: the most bytes taken. Default: 8 GiB.
    ///   - progress: bytes come and, where the server says, all of them; begins anew with each address.
    /// - Throws: `DownloadError` with the failure of every address; `FileError` where the disk fails and `HTTPError`
    ///   where the download was interrupted or libcurl is missing, at once.
    public func download(
        _ url: String, to path: String, expectedSHA256: String?, mirrors: [String] = [], sizeLimit: Int = 8 << 30,
        progress: ((HTTPProgress) -> Void)? = nil
    ) throws {
        var failures: [String] = []
        for address in [url] + mirrors {
            do {
                let request = HTTPRequest(.get, try HTTPURL(address))
                return try fetch(request, path, expectedSHA256?.lowercased(), sizeLimit, progress)
            } catch let error as HTTPError {
                if error.kind == .cancelled || error.kind == .curlMissing { throw error }
                failures.append("\(error)")
            }
        }
        throw DownloadError(path: path, failures: failures)
    }

    private func fetch(
        _ request: HTTPRequest, _ path: String, _ expected: String?, _ sizeLimit: Int,
        _ progress: ((HTTPProgress) -> Void)?
    ) throws {
        let file = try AtomicFile(path)
        var hash = SHA256()
        var size = 0
        let shown = request.url.description
        let response = try send(request, limit: 64 << 10, progress: progress) { bytes in
            size += bytes.count
            guard size <= sizeLimit else {
                throw HTTPError(.tooLarge, url: shown, "the file has more than \(sizeLimit) bytes")
            }
            hash.update(bytes)
            try file.write(bytes)
        }
        guard response.status == 200 else {
            throw HTTPError(.other, url: shown, "the server answered \(response.statusLine)")
        }
        if let expected, hash.hexDigest() != expected {
            throw HTTPError(
                .other, url: shown, "the \(size) bytes that came have SHA-256 \(hash.hexDigest()), expected \(expected)"
            )
        }
        try file.commit()
    }
}
