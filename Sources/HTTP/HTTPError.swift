/// A request that got no complete answer. An answer with an error status is none of these: it is a response.
///
/// The description is one line and never holds a token: addresses are shown without their query.
public struct HTTPError: Error, CustomStringConvertible, Equatable {
    public enum Kind: Sendable, Equatable {
        /// libcurl is not installed or cannot be used.
        case curlMissing
        /// The address, a header or the CA file cannot be used.
        case invalidURL, invalidRequest
        case hostNotFound, connectionRefused, connectionFailed
        /// No connection within `connectTimeout`, or no bytes within `stallTimeout`.
        case timedOut
        /// The certificate is not trusted.
        case untrusted
        /// Encryption failed in another way.
        case tls
        /// The connection ended before the answer was complete.
        case closedEarly
        case tooManyRedirects
        /// From https to http.
        case insecureRedirect
        /// The body is larger than the caller takes.
        case tooLarge
        /// The file being sent is not the one that was measured.
        case fileChanged
        case cancelled
        case other
    }

    public let kind: Kind
    /// The address as it may be shown.
    public let url: String
    /// What happened, in words.
    public let reason: String

    public init(_ kind: Kind, url: String, _ reason: String) {
        self.kind = kind
        self.url = url
        self.reason = reason
    }

    public var description: String { url.isEmpty ? reason : "\(url): \(reason)" }

    /// Whether the same request may succeed later with nothing changed on this side.
    public var isTransient: Bool {
        switch kind {
        case .hostNotFound, .connectionRefused, .connectionFailed, .timedOut, .tls, .closedEarly, .other: true
        case .curlMissing, .invalidURL, .invalidRequest, .untrusted, .tooManyRedirects, .insecureRedirect, .tooLarge,
            .fileChanged, .cancelled:
            false
        }
    }
}
