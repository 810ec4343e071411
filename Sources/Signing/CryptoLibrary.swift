import CCrypto
import Files

/// The libcrypto of this machine, opened on first use.
enum CryptoLibrary {
    private static let failure = open(cryptoLibraryNames)

    /// - Throws: `SigningError` of kind `.libraryMissing` where there is none.
    static func require() throws { if let failure { throw failure } }

    /// Opens the first of `names` that can be used; answers why none could.
    static func open(_ names: [String]) -> SigningError? {
        var reasons: [String] = []
        for name in names {
            guard let reason = ccrypto_open(name) else { return nil }
            reasons.append("\(name): \(String(cString: reason))")
        }
        return SigningError(
            .libraryMissing,
            "OpenSSL's libcrypto is needed for signatures and was not found (\(reasons.joined(separator: "; "))). "
                + "Install it: on Debian and Ubuntu the package libssl3, on Alpine libcrypto3, on Fedora openssl-libs")
    }

    /// The library's words for what went wrong last, in brackets; nothing where it has none.
    static var reason: String { ccrypto_error().map { " (\(String(cString: $0)))" } ?? "" }
}
