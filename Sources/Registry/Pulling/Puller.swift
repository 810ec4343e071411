import Files
import HTTP

/// Fetches one package: chooses the version, brings it into the cache, puts it in place.
final class Puller {
    let registry: any PackageRegistry
    let request: PackageRequest
    let options: PullOptions
    let cache: PackageCache
    let report: (PullEvent) -> Void
    private let retrier: Retrier

    init(
        _ registry: any PackageRegistry, _ request: PackageRequest, _ options: PullOptions, _ cache: PackageCache,
        _ report: @escaping (PullEvent) -> Void
    ) {
        self.registry = registry
        self.request = request
        self.options = options
        self.cache = cache
        self.report = report
        retrier = Retrier(options.retry, options.clock, isCancelled: options.isCancelled)
    }

    var name: PackageName { request.name }

    /// A version that was chosen.
    struct Choice {
        let version: PackageVersion
        let manifest: PulledManifest
        let isCached: Bool
    }

    func run() throws -> PullReport {
        let choice = try options.isOffline ? chooseOffline(because: nil) : choose()
        let folder = cache.folder(name, choice.version)
        if choice.isCached {
            try options.verify?(folder, name, choice.version)
        } else {
            try fetch(choice.version, choice.manifest)
        }
        let isPlaced = try options.target.map { try place(choice.manifest, from: folder, at: $0) } ?? false
        return PullReport(
            name: name, version: choice.version, folder: options.target ?? folder,
            files: choice.manifest.files.map(\.name.text), isNew: isPlaced || !choice.isCached)
    }

    func repeating<T>(_ work: (Int) throws -> T) throws -> T {
        try retrier(tell: { PullEvent($0).map(report) }, work)
    }

    // MARK: Fetching

    private func fetch(_ version: PackageVersion, _ manifest: PulledManifest) throws {
        report(.version(version, files: manifest.files.count, size: manifest.files.reduce(0) { $0 &+ $1.size }))
        let staging = try cache.stage(name)
        var isAdopted = false
        defer { if !isAdopted { PackageFolder.remove(staging) } }
        let work = FileFetch(registry: registry, name: name, version: version, folder: staging, retrier: retrier)
        let files = manifest.files.map { FileFetch.File(name: $0.name, size: $0.size, sha256: $0.sha256) }
        inParallel(files, threads: registry.parallelTransfers, hear: report) { work.run($0, $1) }
        if let failure = work.failure { throw failure }
        try writeFile(joinPath(staging, Manifest.fileName), manifest.bytes)
        try PackageFolder.markPrograms(manifest, in: staging)
        try options.verify?(staging, name, version)
        try cache.adopt(staging, manifest, name, version)
        isAdopted = true
    }

    // MARK: Placing

    /// Puts a copy of a version where the user wants it. False where it is there already.
    private func place(_ manifest: PulledManifest, from folder: String, at target: String) throws -> Bool {
        let target = realPath(target) ?? target
        if let status = FileStatus(of: target) {
            guard status.isDirectory else {
                throw FileError(path: target, action: "write", reason: "it is no directory")
            }
            if try !directoryEntries(target).isEmpty {
                let old: PulledManifest
                do { old = try PackageFolder.check(target, name, nil) } catch {
                    throw RegistryError(
                        .file,
                        "'\(target)' is not replaced, as it is no unchanged pull of \(name): \(error); name another folder"
                    )
                }
                if old.sha256 == manifest.sha256 { return false }
            }
        }
        let parent = directoryName(target)
        try makeDirectory(parent)
        // Beside its place, so that it is on the same disk and moving is a rename.
        let staging = try PackageFolder.make(in: parent, ".\(baseName(target))~")
        do {
            try PackageFolder.copy(manifest, from: folder, to: staging)
            try PackageFolder.replace(target, by: staging)
        } catch {
            PackageFolder.remove(staging)
            throw error
        }
        return true
    }
}
