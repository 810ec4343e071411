import CCurl

/// The libcurl of this machine, opened on first use.
enum CurlLibrary {
    #if canImport(Darwin)
        static let names = ["libcurl.4.dylib", "/usr/lib/libcurl.4.dylib"]
    #else
        static let names = ["libcurl.so.4", "libcurl-gnutls.so.4"]
    #endif

    private static let failure = open(names)

    /// - Throws: `HTTPError` of kind `.curlMissing` where there is none.
    static func require() throws { if let failure { throw failure } }

    /// Opens the first of `names` that can be used; answers why none could.
    static func open(_ names: [String]) -> HTTPError? {
        var reasons: [String] = []
        for name in names {
            guard let reason = ccurl_open(name) else { return nil }
            reasons.append("\(name): \(String(cString: reason))")
        }
        return HTTPError(
            .curlMissing, url: "",
            "libcurl is needed to talk to servers and was not found (\(reasons.joined(separator: "; "))). "
                + "Install it: on Debian and Ubuntu the package libcurl4, on Alpine and Fedora libcurl")
    }
}
