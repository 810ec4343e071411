import HTTP

/// A place that packages are published to and fetched from: GitLab's generic package registry, a directory, or what a
/// script defines. Versions, channels, publishing and fetching are built on `versions`, `files`, `put` and `get`.
public protocol PackageRegistry: Sendable, CustomStringConvertible {
    /// The versions of a package that are there, complete or not, in any order. One request where there are few.
    ///
    /// - Throws: `RegistryError`, also where the credential may not list.
    func versions(of name: PackageName) throws -> [PackageVersion]

    /// The files of a version, the newest of each name; nil where there is no such version. What this registry value
    /// has stored itself is among them, also where the registry's own listing lags behind.
    ///
    /// - Parameter wanted: names of files that have to be looked for one by one where the credential may not list, and
    ///   whose digests are needed.
    func files(
        of name: PackageName, _ version: PackageVersion, wanted: [PackageFileName]
    ) throws -> [String: RemoteFile]?

    /// Stores a file, once. One that is there already with the same content may be taken for stored.
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

    /// The registry and by what right it is used, for people. Default: the description.
    var summary: String { get }

    /// What a reader of the log should know of the calls so far; each is told once. Default: nothing.
    func takeNotes() -> [String]

    /// Waits for the right to complete a version: of several publishers one goes first. Default: by small files in the
    /// package `NAME.claims`.
    ///
    /// - Returns: nil where the version became complete meanwhile.
    func claim(_ wish: ClaimWish) throws -> (any PublishClaim)?
}

extension PackageRegistry {
    public var summary: String { description }

    public func takeNotes() -> [String] { [] }

    public func claim(_ wish: ClaimWish) throws -> (any PublishClaim)? { try ClaimFiles(self, wish).acquire() }

    /// The content of a small file; nil where it is not there.
    ///
    /// - Parameter limit: the most bytes taken; more are an error. Default: 16 MiB.
    public func bytes(
        of file: PackageFileName, in name: PackageName, _ version: PackageVersion, limit: Int = 16 << 20
    ) throws -> [UInt8]? {
        var content: [UInt8] = []
        let isThere = try get(file, of: name, version, progress: { _ in }) {
            guard content.count + $0.count <= limit else {
                throw RegistryError(
                    .unverified, "fetching '\(file)' of \(name) \(version): it has more than \(limit) bytes")
            }
            content.append(contentsOf: $0)
        }
        return isThere ? content : nil
    }
}

extension PackageRegistry {
    public func files(
        of name: PackageName, _ version: PackageVersion, hint: inout String?
    ) throws -> [String: RemoteFile]? {
        try files(of: name, version, wanted: [])
    }

    public var identity: String { description }
}
