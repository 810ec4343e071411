import Files
import HTTP

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A registry in a folder: `NAME/VERSION/FILE` below it. Several machines may share it where their file system shares locks.
public struct DirectoryRegistry: PackageRegistry {
    public let path: String

    public init(_ path: String) { self.path = path }

    public var description: String { "the registry in '\(path)'" }

    public var parallelTransfers: Int { 1 }

    private func folder(_ name: PackageName) -> String { joinPath(path, name.text) }

    private func folder(_ name: PackageName, _ version: PackageVersion) -> String {
        joinPath(folder(name), version.text)
    }

    /// A name beside the version's folder that no version can have.
    private func aside(_ name: PackageName, _ version: PackageVersion, _ kind: String) -> String {
        joinPath(folder(name), "~\(version.text)\(kind)")
    }

    public func versions(of name: PackageName) throws -> [PackageVersion] {
        let folder = folder(name)
        guard FileStatus(of: folder)?.isDirectory == true else { return [] }
        return try directoryEntries(folder).compactMap { try? PackageVersion($0) }
            .filter { FileStatus(of: joinPath(folder, $0.text))?.isDirectory == true }
    }

    public func files(
        of name: PackageName, _ version: PackageVersion, wanted: [PackageFileName]
    ) throws -> [String: RemoteFile]? {
        let folder = folder(name, version)
        guard FileStatus(of: folder)?.isDirectory == true else { return nil }
        var files: [String: RemoteFile] = [:]
        for entry in try directoryEntries(folder) where (try? PackageFileName(entry)) != nil {
            let path = joinPath(folder, entry)
            guard let status = FileStatus(of: path), status.isRegularFile else { continue }
            files[entry] = RemoteFile(size: status.size, sha256: try SHA256.hexDigest(ofFile: path))
        }
        return files
    }

    /// Stores a file: it appears whole, and never in place of another.
    public func put(
        _ file: MeasuredFile, in name: PackageName, _ version: PackageVersion,
        progress: @escaping (HTTPProgress) -> Void
    ) throws -> Bool {
        let place = joinPath(folder(name, version), file.name.text)
        try makeDirectory(folder(name, version))
        // Beside the folder: what a killed process leaves is then in no version.
        let draft = "\(aside(name, version, ""))-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try file.write(to: draft)
        defer { try? removeFile(draft) }
        guard try linkFile(draft, place) else {
            let found = RemoteFile(size: FileStatus(of: place)?.size, sha256: try SHA256.hexDigest(ofFile: place))
            guard found.isSame(as: file) == true else {
                throw RegistryError(
                    .conflict, "'\(place)' is there with other content (\(describe(found))) and is not replaced")
            }
            return true
        }
        progress(HTTPProgress(done: file.size, total: file.size))
        return true
    }

    public func get(
        _ file: PackageFileName, of name: PackageName, _ version: PackageVersion,
        progress: @escaping (HTTPProgress) -> Void, sink: @escaping HTTPClient.Sink
    ) throws -> Bool {
        let path = joinPath(folder(name, version), file.text)
        guard let size = FileStatus(of: path)?.size else { return false }
        var done = 0
        try ReadableFile(path).forEachPiece {
            try sink($0)
            done += $0.count
            progress(HTTPProgress(done: done, total: size))
        }
        return true
    }

    public func location(of file: PackageFileName, in name: PackageName, _ version: PackageVersion) -> String {
        joinPath(folder(name, version), file.text)
    }

    public func claim(_ wish: ClaimWish) throws -> (any PublishClaim)? {
        try makeDirectory(folder(wish.name))
        return try FolderClaim.acquire(aside(wish.name, wish.version, ".lock"), wish)
    }
}
