import Files
import JSON

/// One move of a channel, as the registry lists it: a file `000007-1.2.0.json`.
public struct ChannelMove: Sendable, Hashable {
    /// Counts up with every move.
    public let number: Int
    /// The version that the channel was moved to.
    public let version: PackageVersion
    let file: PackageFileName
    let id: Int?
    let sha256: String?

    /// Nil where the file is none of a channel's moves.
    init?(file name: String, _ remote: RemoteFile) {
        guard let file = try? PackageFileName(name), name.hasSuffix(".json"), let mark = name.firstIndex(of: "-"),
            (6...18).contains(name[..<mark].utf8.count), let number = Int(name[..<mark]), number > 0,
            let version = try? PackageVersion(String(name[name.index(after: mark)...].dropLast(5)))
        else { return nil }
        self.number = number
        self.version = version
        self.file = file
        id = remote.id
        sha256 = remote.sha256?.lowercased()
    }

    static func fileName(_ number: Int, _ version: PackageVersion) throws -> PackageFileName {
        let digits = "\(number)"
        return try PackageFileName(
            String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits + "-\(version).json")
    }
}

extension ChannelMove: Comparable {
    /// The later move is the greater. Two of one number were made at once: then the one that was stored later, and
    /// where the registry does not count, the one whose name is greater, so that everyone sees the same.
    public static func < (left: ChannelMove, right: ChannelMove) -> Bool {
        if left.number != right.number { return left.number < right.number }
        if let one = left.id, let other = right.id, one != other { return one < other }
        return left.file.text < right.file.text
    }
}

/// What a move's file says of it.
public struct ChannelRecord: Sendable, Equatable {
    /// The channel: "prod".
    public let channel: String
    /// The version it was moved to.
    public let version: String
    /// The version it was moved from; nil for the first move.
    public let from: String?
    /// UTC in ISO 8601: "2026-01-31T12:00:00Z".
    public let moved: String
    /// Who moved it, and where: a user, a job's address.
    public let by: String

    public init(channel: String, version: String, from: String?, moved: String, by: String) {
        self.channel = channel
        self.version = version
        self.from = from
        self.moved = moved
        self.by = by
    }

    /// - Throws: where the bytes are no such record.
    init(decoding bytes: [UInt8]) throws {
        let json = try JSONParser.parse(bytes)
        channel = try json.required("channel", \.asString)
        version = try json.required("version", \.asString)
        from = try json.optional("from", \.asString)
        moved = try json.required("moved", \.asString)
        by = try json.required("by", \.asString)
    }

    func encoded() throws -> [UInt8] {
        let json = JSONValue.object([
            .init("channel", .string(channel)), .init("version", .string(version)),
            .init("from", from.map { .string($0) } ?? .null), .init("moved", .string(moved)),
            .init("by", .string(by)),
        ])
        return try JSONWriter(.spaced(2), sortsNames: true).text(of: json) + [0x0a]
    }
}

/// Who moves a channel: the user of a GitLab job and the job's address, else the user of this machine.
public func channelMover(_ variable: (String) -> String? = environmentVariable) -> String {
    let user = variable("GITLAB_USER_LOGIN") ?? variable("USER") ?? variable("LOGNAME") ?? "unknown"
    return variable("CI_JOB_URL").map { "\(user) (\($0))" } ?? user
}
