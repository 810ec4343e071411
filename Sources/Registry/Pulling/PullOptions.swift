import Files
import HTTP

/// How to fetch a package.
public struct PullOptions: Sendable {
    /// The folder that is to hold the version; nil for the one in the cache, which is not to be written to. A folder
    /// that an earlier pull of the package made, and nobody changed since, is replaced; any other that holds
    /// something is refused.
    public var target: String?
    /// Whether only what is in the cache is used. Default: false.
    public var isOffline = false
    /// Where fetched versions are kept. Default: `registry` in the program's cache; nil where that has no place.
    public var cache: String? = cacheDirectory().map { joinPath($0, "registry") }
    /// Looks at a folder whose files all have the right digests before it is used, and throws where it is not to be:
    /// a signature's place. Default: nil.
    public var verify: (@Sendable (_ folder: String, PackageName, PackageVersion) throws -> Void)?
    public var retry = RetryPolicy()
    public var clock = RetryClock.system
    /// Whether to break off; the registry's own client must ask the same. Default: never.
    public var isCancelled: @Sendable () -> Bool = { false }

    public init() {}
}

/// What happens while a package is fetched.
public enum PullEvent: Sendable, Equatable {
    /// Something that the user should know: an older version than hoped for was taken, the registry is out of reach.
    case note(String)
    /// The version that was chosen is not in the cache and begins to come. `size` is in bytes.
    case version(PackageVersion, files: Int, size: Int)
    case progress(file: String, done: Int, size: Int)
    /// A file is there, with the right size and digest.
    case fetched(file: String, size: Int)
    /// A request failed and is sent again after so many seconds; `attempt` is the next one's number.
    case retry(reason: String, seconds: Double, attempt: Int)
}

/// What fetching a package came to.
public struct PullReport: Sendable {
    public let name: PackageName
    public let version: PackageVersion
    /// Where the files are.
    public let folder: String
    /// Their names, without the manifest.
    public let files: [String]
    /// Whether something was fetched or put in place by this call.
    public let isNew: Bool
}

extension PackageRegistry {
    /// Fetches a version of a package into a folder, which appears under its name only when every file is there with the
    /// size and SHA-256 of the manifest and what `verify` looks for is right.
    ///
    /// Only complete versions are taken. What is in the cache is compared with its digests and not fetched again, so that
    /// one request is enough where nothing is new, and none for an exact version. Where the registry gives no answer, the
    /// newest version in the cache that fits is taken, or the one that the channel was last seen at, and a note says so.
    ///
    /// - Parameter report: called as things happen, on the calling thread.
    /// - Throws: `RegistryError`, or `FileError` where the disk fails, or what `verify` threw.
    public func pull(
        _ request: PackageRequest, options: PullOptions = PullOptions(),
        report: @escaping (PullEvent) -> Void = { _ in }
    ) throws -> PullReport {
        guard let cache = options.cache else {
            throw RegistryError(
                .configuration, "there is no place for fetched packages: set XDG_CACHE_HOME or HOME")
        }
        return try Puller(self, request, options, PackageCache(cache, of: self), report).run()
    }

    /// The complete versions of a package, the newest first: semantic versions in their order, then others by name.
    ///
    /// - Parameter includesIncomplete: whether versions without a manifest are listed too, which takes one request in
    ///   place of one for each version that is not in the cache.
    public func versions(
        of name: PackageName, includesIncomplete: Bool, options: PullOptions = PullOptions()
    ) throws -> [PackageVersion] {
        let retrier = Retrier(options.retry, options.clock, isCancelled: options.isCancelled)
        let all = try retrier(tell: { _ in }) { _ in try versions(of: name) }
        let semantic = all.filter { SemanticVersion($0.text) != nil }.sorted {
            guard let one = SemanticVersion($0.text), let other = SemanticVersion($1.text) else { return false }
            return one > other
        }
        let ordered = semantic + all.filter { SemanticVersion($0.text) == nil }.sorted { $0.text < $1.text }
        if includesIncomplete { return ordered }
        let cached = options.cache.map { PackageCache($0, of: self).versions(of: name) } ?? []
        let file = try PackageFileName(Manifest.fileName)
        return try ordered.filter { version in
            try cached.contains(version)
                || retrier(tell: { _ in }) { _ in try bytes(of: file, in: name, version) != nil }
        }
    }
}
