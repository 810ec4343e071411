import HTTP

extension RegistryError {
    /// The error that any server's answer other than the wanted one stands for: what was attempted, its status, the
    /// server's own words, what to do.
    ///
    /// - Parameters:
    ///   - action: what was attempted: "uploading 'x'".
    ///   - hint: what to do about it.
    public init(action: String, _ response: HTTPResponse, hint: String? = nil) {
        var message = "\(printable(action, limit: 300)): the server answered \(response.statusLine)"
        if let words = response.serverWords { message += " (\(words))" }
        if let hint { message += ": \(printable(hint, limit: 300))" }
        self.init(
            .refused(response.status), message,
            isTransient: response.isTransientFailure)
        self.retryAfter = Registry.retryAfter(response.headers)
    }
}
