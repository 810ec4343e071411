import HTTP

/// A file as a registry has it.
public struct RemoteFile: Sendable, Equatable {
    /// How it is known, the strongest first.
    public enum Evidence: Int, Sendable, Comparable {
        /// The registry's listing shows it.
        case listing
        /// It was asked for by itself.
        case file
        /// The answer to its upload.
        case answer
        /// It was sent without an error, and cannot be looked at.
        case none

        public static func < (left: Evidence, right: Evidence) -> Bool { left.rawValue < right.rawValue }
    }

    /// Counts up as files are stored; nil where the registry does not count.
    public var id: Int?
    /// In bytes; nil where the registry does not say.
    public var size: Int?
    /// Lower-case hexadecimal digits; nil where the registry does not say.
    public var sha256: String?
    public var evidence: Evidence

    public init(id: Int? = nil, size: Int? = nil, sha256: String? = nil, evidence: Evidence = .listing) {
        self.id = id
        self.size = size
        self.sha256 = sha256
        self.evidence = evidence
    }

    /// Whether it is the given file; nil where that cannot be told.
    func isSame(as file: MeasuredFile) -> Bool? {
        if let size, size != file.size { return false }
        return sha256.map { $0.lowercased() == file.sha256 }
    }
}

/// "12 bytes with SHA-256 ..."
func describe(_ file: RemoteFile) -> String {
    let size = file.size.map { "\($0) bytes" } ?? "a file"
    return file.sha256.map { "\(size) with SHA-256 \(printable($0, limit: 64))" } ?? size
}
