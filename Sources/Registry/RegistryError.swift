import Files
import HTTP

/// What went wrong with a package or its registry, in one line that never holds a token.
public struct RegistryError: Error, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// A name, version or file that cannot be published.
        case invalid
        /// A registry that is not or only half configured.
        case configuration
        /// The server said no; the status of its answer.
        case refused(Int)
        /// No answer, or none that came from a registry.
        case noAnswer
        /// The version was begun with other content, and is not complete.
        case conflict
        /// The version is complete, with other content.
        case taken
        /// What is there is not what was sent, or cannot be seen.
        case unverified
        /// A file could not be read or written, or changed meanwhile.
        case file
        case cancelled
    }

    public let kind: Kind
    public private(set) var message: String
    /// Whether the same command may succeed later with nothing changed.
    public let isTransient: Bool
    /// What is where, when publishing stopped in the middle; nil before the first upload.
    public private(set) var state: PublishState?
    /// Seconds that the server asks to wait.
    var retryAfter: Double?

    public init(_ kind: Kind, _ message: String, isTransient: Bool = false) {
        self.kind = kind
        self.message = message
        self.isTransient = isTransient
    }

    /// What a request failed with. `action` says what was attempted: "uploading 'x'".
    init(_ error: HTTPError, action: String, secret: Secret = Secret("")) {
        let kind: Kind =
            switch error.kind {
            case .cancelled: .cancelled
            case .fileChanged: .file
            case .invalidURL, .invalidRequest, .curlMissing: .configuration
            default: .noAnswer
            }
        self.init(kind, secret.scrub("\(action): \(error)"), isTransient: error.isTransient)
    }

    public var description: String { message }

    /// The exit status for a command that ends with this error, for `retry: exit_codes` and `allow_failure: exit_codes`
    /// in CI: 75 (EX_TEMPFAIL of sysexits.h) for "try again later", 73 (EX_CANTCREAT) where the version is complete with
    /// other content and nothing was touched, 1 for "will never work so".
    public var exitCode: Int32 { isTransient ? 75 : kind == .taken ? 73 : 1 }

    func adding(_ more: String) -> RegistryError {
        var error = self
        error.message += more
        return error
    }

    /// The same in other words.
    public func with(message: String) -> RegistryError {
        var error = self
        error.message = message
        return error
    }

    func replacing(_ text: String, with other: String) -> RegistryError {
        var error = self
        error.message = message.split(separator: text, omittingEmptySubsequences: false).joined(separator: other)
        return error
    }

    func with(state: PublishState) -> RegistryError {
        var error = adding("; \(state)\(advice)")
        error.state = state
        return error
    }

    /// What helps against this once uploading has begun.
    private var advice: String {
        switch kind {
        // What the server refuses it refuses again; the message says what to change.
        case .refused where !isTransient: ""
        // Other bytes under our name stay in the way of every further attempt.
        case .conflict, .taken: ": publish it under another version"
        case .unverified where !isTransient: ": publish it under another version"
        default: ": publishing it again continues"
        }
    }
}

/// How much of a package is in the registry after publishing stopped in the middle.
public struct PublishState: Sendable, Equatable, CustomStringConvertible {
    /// The package, "mnist-cnn 1.0.0".
    public let package: String
    /// Files that are there.
    public let there: [String]
    /// Files that are not there.
    public let missing: [String]
    /// Files that may be there: they were sent and no answer told.
    public let uncertain: [String]

    public var description: String {
        if there.isEmpty && uncertain.isEmpty { return "nothing of \(package) is there" }
        if missing.isEmpty && uncertain.isEmpty { return "all files of \(package) were sent, but are not verified" }
        var parts: [String] = []
        if !there.isEmpty { parts.append("there: \(there.joined(separator: ", "))") }
        if !uncertain.isEmpty { parts.append("perhaps there: \(uncertain.joined(separator: ", "))") }
        if !missing.isEmpty { parts.append("not there: \(missing.joined(separator: ", "))") }
        return "\(package) is incomplete (\(parts.joined(separator: "; ")))"
    }
}

/// Text in quotes for a message, fit for one line.
func quoted(_ text: String) -> String { "'\(printable(text, limit: 100))'" }
