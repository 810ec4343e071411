import Files
import HTTP

/// A registry in a folder: `NAME/VERSION/FILE` below it.
public struct DirectoryRegistry: PackageRegistry {
    public let path: String

    public init(_ path: String) { self.path = path }

    public var description: String { "the registry in '\(path)'" }

    public var parallelTransfers: Int { 1 }

    private func folder(_ name: PackageName, _ version: PackageVersion) -> String {
        joinPath(joinPath(path, name.text), version.text)
    }

    public func versions(of name: PackageName) throws -> [PackageVersion] {
        let folder = joinPath(path, name.text)
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

    public func put(
        _ file: MeasuredFile, in name: PackageName, _ version: PackageVersion,
        progress: @escaping (HTTPProgress) -> Void
    ) throws -> Bool {
        let folder = folder(name, version)
        try makeDirectory(joinPath(path, name.text))
        try makeDirectory(folder)
        try file.write(to: joinPath(folder, file.name.text))
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
}
