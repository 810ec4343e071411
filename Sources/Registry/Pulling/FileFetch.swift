import Files
import HTTP
import Synchronization

/// Fetches files of one version into a folder, on any thread. The first failure stops the others.
final class FileFetch: Sendable {
    struct File: Sendable {
        let name: PackageFileName
        let size: Int
        let sha256: String
    }

    private let registry: any PackageRegistry
    private let name: PackageName
    private let version: PackageVersion
    private let folder: String
    private let retrier: Retrier
    private let first = Mutex<(any Error)?>(nil)

    init(registry: any PackageRegistry, name: PackageName, version: PackageVersion, folder: String, retrier: Retrier) {
        self.registry = registry
        self.name = name
        self.version = version
        self.folder = folder
        self.retrier = retrier
    }

    /// What went wrong first; nil where nothing did.
    var failure: (any Error)? { first.withLock { $0 } }

    func run(_ file: File, _ tell: @escaping (PullEvent) -> Void) {
        guard failure == nil else { return }
        do {
            try retrier(tell: { PullEvent($0).map(tell) }) { _ in try fetch(file, tell) }
            tell(.fetched(file: file.name.text, size: file.size))
        } catch { first.withLock { $0 = $0 ?? error } }
    }

    private func fetch(_ file: File, _ tell: @escaping (PullEvent) -> Void) throws {
        let action = "fetching '\(file.name)' of \(name) \(version)"
        let target = try AtomicFile(joinPath(folder, file.name.text))
        var hash = SHA256()
        var size = 0
        let isThere = try registry.get(
            file.name, of: name, version,
            progress: { tell(.progress(file: file.name.text, done: $0.done, size: file.size)) },
            sink: { [self] bytes in
                if failure != nil { throw RegistryError(.cancelled, "\(action): another file failed") }
                size += bytes.count
                guard size <= file.size else {
                    throw RegistryError(.unverified, "\(action): more than the expected \(file.size) bytes came")
                }
                hash.update(bytes)
                try target.write(bytes)
            })
        guard isThere else {
            throw RegistryError(.unverified, "\(action): the manifest lists it, but it is not there")
        }
        let found = RemoteFile(size: size, sha256: hash.hexDigest())
        guard found == RemoteFile(size: file.size, sha256: file.sha256) else {
            throw RegistryError(
                .unverified,
                "\(action): \(describe(found)) came, expected were \(file.size) bytes with SHA-256 \(file.sha256)")
        }
        try target.commit()
    }
}

extension PullEvent {
    /// The same of a publisher's, as far as there is such.
    init?(_ event: PublishEvent) {
        guard case .retry(let reason, let seconds, let attempt) = event else { return nil }
        self = .retry(reason: reason, seconds: seconds, attempt: attempt)
    }
}
