import Files
import HTTP
import Synchronization
import TestSupport
import Testing

@testable import Registry

/// A registry that does something before each call to another.
struct Watched: PackageRegistry {
    let base: any PackageRegistry
    var parallelTransfers = 1
    /// Told "PUT 000001-1.0.0.json", "GET model.bin", "LIST mnist-cnn 1.0.0", "VERSIONS mnist-cnn" before it is done.
    let before: @Sendable (String) throws -> Void

    var description: String { base.description }
    var identity: String { base.identity }

    func versions(of name: PackageName) throws -> [PackageVersion] {
        try before("VERSIONS \(name)")
        return try base.versions(of: name)
    }

    func files(
        of name: PackageName, _ version: PackageVersion, wanted: [PackageFileName]
    ) throws -> [String: RemoteFile]? {
        try before("LIST \(name) \(version)")
        return try base.files(of: name, version, wanted: wanted)
    }

    func put(
        _ file: MeasuredFile, in name: PackageName, _ version: PackageVersion,
        progress: @escaping (HTTPProgress) -> Void
    ) throws -> Bool {
        try before("PUT \(file.name)")
        return try base.put(file, in: name, version, progress: progress)
    }

    func get(
        _ file: PackageFileName, of name: PackageName, _ version: PackageVersion,
        progress: @escaping (HTTPProgress) -> Void, sink: @escaping HTTPClient.Sink
    ) throws -> Bool {
        try before("GET \(file)")
        return try base.get(file, of: name, version, progress: progress, sink: sink)
    }

    func location(of file: PackageFileName, in name: PackageName, _ version: PackageVersion) -> String {
        base.location(of: file, in: name, version)
    }
}

/// Registries with versions of `mnist-cnn`, and a cache of one's own.
final class PullShop {
    let scratch: ScratchDirectory
    let server: FakeGitLab
    let clock = FakeClock()
    private let first: GitLabRegistry
    /// The server's project. What was learnt of it is forgotten each time, as by another run of the command.
    var gitlab: GitLabRegistry { (try? Self.project(of: server)) ?? first }
    let directory: DirectoryRegistry
    let name: PackageName
    var options = PullOptions()
    private(set) var events: [PullEvent] = []

    init(_ change: (inout FakeGitLab.Settings) -> Void = { _ in }) throws {
        scratch = try ScratchDirectory()
        server = try FakeGitLab(change)
        first = try Self.project(of: server)
        directory = DirectoryRegistry(scratch.file("registry"))
        name = try PackageName("mnist-cnn")
        options.cache = scratch.file("cache")
        options.clock = clock.clock
    }

    private static func project(of server: FakeGitLab) throws -> GitLabRegistry {
        var registry = try GitLabRegistry(
            api: server.url, project: "group/app",
            credential: Credential(.job, server.state.withLock { $0.settings.token }, source: "THE_TOKEN"))
        registry.client.stallTimeout = 0.5
        return registry
    }

    /// The files of a version: model.bin, INSTRUCTION.md and the manifest.
    func package(_ version: String, model: String? = nil) throws -> MeasuredPackage {
        try Package(
            name: "mnist-cnn", version: version,
            files: [
                PackageFile("model.bin", .text(model ?? "weights of \(version)")),
                PackageFile("INSTRUCTION.md", .text("# How")),
            ]
        ).measured(manifest: ManifestDetails(created: "2026-01-31T12:00:00Z", tool: "nightjar 1"))
    }

    /// Puts versions into both registries; one that ends with `!` without its manifest.
    func publish(_ versions: String...) throws {
        for version in versions {
            let isComplete = !version.hasSuffix("!")
            let package = try package(isComplete ? version : String(version.dropLast()))
            for file in try package.allFiles() where isComplete || file.name.text != Manifest.fileName {
                _ = try directory.put(file, in: name, package.package.version, progress: { _ in })
                guard case .bytes(let bytes) = file.content else { continue }
                server.add(
                    file.name.text, String(decoding: bytes, as: UTF8.self), version: package.package.version.text)
            }
        }
    }

    @discardableResult
    func pull(_ request: String, from registry: (any PackageRegistry)? = nil) throws -> PullReport {
        events = []
        return try (registry ?? gitlab).pull(PackageRequest(request), options: options) { self.events.append($0) }
    }

    /// The requests that one call makes.
    func requests(_ work: () throws -> some Any) rethrows -> [String] {
        let before = server.log.count
        _ = try work()
        return Array(server.log.dropFirst(before))
    }

    var notes: [String] {
        events.compactMap { if case .note(let text) = $0 { text } else { nil } }
    }

    /// Everything in the cache's folder of the package, and what is in the folders there.
    func cached(_ registry: (any PackageRegistry)? = nil) throws -> [String] {
        let folder = joinPath(PackageCache(scratch.file("cache"), of: registry ?? gitlab).path, name.text)
        guard FileStatus(of: folder) != nil else { return [] }
        return try directoryEntries(folder)
    }

    func model(_ report: PullReport) throws -> String { try readText(joinPath(report.folder, "model.bin")) }
}
