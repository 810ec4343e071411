import HTTP

/// A place that packages are published to and fetched from: GitLab's generic package registry, a directory, or what a
/// script defines. Versions, channels, publishing and fetching are built on these four.
public protocol PackageRegistry: Sendable, CustomStringConvertible {
    /// The versions of a package that are there, complete or not, in any order. One request where there are few.
    ///
    /// - Throws: `RegistryError`, also where the credential may not list.
    func versions(of name: PackageName) throws -> [PackageVersion]

    /// The files of a version, the newest of each name; nil where there is no such version.
    ///
    /// - Parameter wanted: names of files that have to be looked for one by one where the credential may not list, and
    ///   whose digests are needed.
    func files(
        of name: PackageName, _ version: PackageVersion, wanted: [PackageFileName]
    ) throws -> [String: RemoteFile]?

    /// Stores a file, once.
    ///
    /// - Returns: whether the answer itself confirms size and digest.
    func put(
        _ file: MeasuredFile, in name: PackageName, _ version: PackageVersion,
        progress: @escaping (HTTPProgress) -> Void
    ) throws -> Bool

    /// Fetches a file in pieces.
    ///
    /// - Returns: false where there is no such file.
    func get(
        _ file: PackageFileName, of name: PackageName, _ version: PackageVersion,
        progress: @escaping (HTTPProgress) -> Void, sink: @escaping HTTPClient.Sink
    ) throws -> Bool

    /// The same as `files(of:_:wanted:)` without names that are wanted, with a note of the registry's own that may save
    /// requests where the same version was asked for before.
    ///
    /// - Parameter hint: what the last call for this version left, and nil before the first. Default: left alone.
    func files(of name: PackageName, _ version: PackageVersion, hint: inout String?) throws -> [String: RemoteFile]?

    /// What tells this registry from all others, wherever the command runs: what came from each is kept apart.
    /// Default: the description.
    var identity: String { get }

    /// Where a file can be fetched from, for people: an address or a path.
    func location(of file: PackageFileName, in name: PackageName, _ version: PackageVersion) -> String

    /// How many files may be sent at once. 1 where calls must come from the thread that made the registry.
    var parallelTransfers: Int { get }
}

extension PackageRegistry {
    public func files(
        of name: PackageName, _ version: PackageVersion, hint: inout String?
    ) throws -> [String: RemoteFile]? {
        try files(of: name, version, wanted: [])
    }

    public var identity: String { description }
}
