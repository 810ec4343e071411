import HTTP

/// What happens while a package is published.
public enum PublishEvent: Sendable {
    /// A file is there already with the same content and is not sent again.
    case present(file: String)
    /// A file begins to be sent. Sizes are in bytes. Several may be under way at once.
    case sending(file: String, size: Int)
    case progress(file: String, sent: Int, size: Int)
    case sent(file: String)
    /// A file could not be sent.
    case failed(file: String)
    /// A request failed and is sent again after so many seconds; `attempt` is the next one's number.
    case retry(reason: String, seconds: Double, attempt: Int)
    /// Something that the reader of a log should know.
    case note(String)
    /// Everything was sent; now the registry is asked what it has.
    case verifying
    /// Every file is there; how that is known.
    case verified(Verification)

    /// As a line for a log; nil for `progress`, which comes often.
    public var line: String? {
        switch self {
        case .present(let file): "\(file): there already"
        case .sending(let file, let size): "\(file): uploading \(size) bytes"
        case .progress, .failed: nil
        case .sent(let file): "\(file): uploaded"
        case .retry(let reason, let seconds, let attempt):
            "\(reason); attempt \(attempt) in \((seconds * 10).rounded() / 10) s"
        case .note(let text): text
        case .verifying: "comparing sizes and digests"
        case .verified(let how): how.description
        }
    }
}

/// How it is known that the registry has what was sent.
public enum Verification: Sendable, Equatable, CustomStringConvertible {
    /// The listing shows name, size and SHA-256 of every file.
    case listing
    /// Every file was asked for by itself: its checksum header or its content told.
    case files
    /// Every file was fetched again and hashed.
    case download
    /// Only the server's answers to the uploads confirm the digests.
    case answers
    /// Nothing but the success of the uploads: the token may not look.
    case none

    init(_ weakest: RemoteFile.Evidence) {
        self =
            switch weakest {
            case .listing: .listing
            case .file: .files
            case .answer: .answers
            case .none: .none
            }
    }

    public var description: String {
        switch self {
        case .listing: "verified by the registry's listing"
        case .files: "verified file by file"
        case .download: "verified by fetching every file"
        case .answers: "verified by the answers to the uploads alone"
        case .none: "uploaded, but not verified: the token may not look at the package"
        }
    }
}

/// What publishing came to.
public struct PublishReport: Sendable {
    /// The names of the files sent by this call; empty where the version was complete already.
    public let uploaded: [String]
    /// The names of the files that were there already.
    public let present: [String]
    /// The names of files that the package has beside ours; empty where the token cannot list.
    public let others: [String]
    public let verification: Verification
    /// Where each file can be fetched from, in the package's order.
    public let urls: [String]

    /// Whether the version was complete with the same content before.
    public var wasPublished: Bool { uploaded.isEmpty }
}

/// How to publish.
public struct PublishOptions: Sendable {
    /// Whether a file whose name is taken by other content is added beside it (a download then gives the new one)
    /// instead of refused. Default: false.
    public var addsDiffering = false
    /// Whether every file is fetched again at the end. Default: false.
    public var downloadsAgain = false
    public var retry = RetryPolicy()
    public var clock = RetryClock.system
    /// Who publishes, for others that publish the same. Default: this process and its CI job.
    public var owner = ClaimOwner.current()
    /// Asked while waiting; true ends it. (While bytes flow it is the registry that asks.) Default: never.
    public var isCancelled: @Sendable () -> Bool = { false }

    public init() {}
}
