import Files
import HTTP

/// The channels of a package: names such as `prod` that point to a version, and are moved without uploading the
/// version again. Rolling back is moving.
///
/// A channel is a version of the package `NAME.channels`; each move adds a file `000007-1.2.0.json` to it, and the
/// highest number wins. So nothing is ever overwritten or deleted, a CI job's token is enough, groups that forbid
/// duplicates are no obstacle, and the history is kept. (GitLab's releases need a tag each, and deploy tokens cannot
/// read them.)
public struct Channels: Sendable {
    public let registry: any PackageRegistry
    /// The package whose versions the channels point to.
    public let package: PackageName
    /// Where the moves are.
    let place: PackageName

    /// - Throws: `RegistryError` where the package's name leaves no room for `.channels`.
    public init(of package: PackageName, in registry: any PackageRegistry) throws {
        self.registry = registry
        self.package = package
        place = try PackageName("\(package).channels")
    }

    /// The channels that are there, sorted.
    public func names() throws -> [PackageVersion] {
        try Set(registry.versions(of: place)).sorted { $0.text < $1.text }
    }

    /// Every move of a channel, the oldest first; empty where there is no such channel.
    public func moves(of channel: PackageVersion) throws -> [ChannelMove] {
        var hint: String?
        return try moves(of: channel, hint: &hint)
    }

    func moves(of channel: PackageVersion, hint: inout String?) throws -> [ChannelMove] {
        let files = try registry.files(of: place, channel, hint: &hint) ?? [:]
        return files.compactMap { ChannelMove(file: $0.key, $0.value) }.sorted()
    }

    /// The move that holds; nil where there is no such channel.
    public func current(_ channel: PackageVersion) throws -> ChannelMove? { try moves(of: channel).last }

    /// When and by whom a move was made.
    ///
    /// - Throws: `RegistryError` of kind `.unverified` where the file is not what the registry lists, or says otherwise
    ///   than its name.
    public func record(of move: ChannelMove, in channel: PackageVersion) throws -> ChannelRecord {
        let action = "fetching '\(move.file)' of channel \(channel) of \(package)"
        guard let bytes = try registry.bytes(of: move.file, in: place, channel, limit: 64 << 10) else {
            throw RegistryError(.unverified, "\(action): it is not there any more", isTransient: true)
        }
        guard move.sha256.map({ $0 == SHA256.hexDigest(of: bytes) }) ?? true,
            let record = try? ChannelRecord(decoding: bytes), record.channel == channel.text,
            record.version == move.version.text
        else { throw RegistryError(.unverified, "\(action): it is no record of this move") }
        return record
    }

    /// The version that a choice comes to: the newest complete one that fits, or where a channel is.
    ///
    /// - Throws: `RegistryError` where there is none. A version named exactly is not looked for.
    public func resolve(_ choice: VersionChoice) throws -> PackageVersion {
        switch choice {
        case .name(let name): return try current(name)?.version ?? name
        case .range(let range) where range.exactVersion != nil:
            return try PackageVersion(range.exactVersion?.description ?? "")
        case .range, .latest:
            let manifest = try PackageFileName(Manifest.fileName)
            let candidates = choice.candidates(try registry.versions(of: package))
            let newest = try candidates.first { try registry.bytes(of: manifest, in: package, $0) != nil }
            guard let newest else {
                throw RegistryError(.invalid, "no complete version of \(package) in \(registry) fits \(choice)")
            }
            return newest
        }
    }

    /// - Throws: `RegistryError` where a channel cannot have that name.
    public static func checkName(_ text: String) throws -> PackageVersion {
        let name = try PackageVersion(text)
        guard case .name = try VersionChoice(text) else {
            throw RegistryError(
                .invalid,
                "a channel cannot be named '\(text)', which reads as a version or range: choose a word like prod")
        }
        return name
    }
}
