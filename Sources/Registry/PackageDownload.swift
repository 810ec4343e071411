import Files
import HTTP

extension GitLabRegistry {
    /// Fetches a package into a directory, which is made where it is missing: every file that the manifest lists,
    /// or where there is none, that the registry lists. Each appears only when its size and digest are right; files
    /// that are there already with the right content are not fetched again.
    ///
    /// - Parameter progress: the file's name, the bytes that came and, where the server says, all of them.
    /// - Returns: the paths of the files.
    /// - Throws: `RegistryError`, or `FileError` where the disk fails.
    @discardableResult
    public func download(
        _ name: PackageName, _ version: PackageVersion, toDirectory directory: String,
        client: HTTPClient = HTTPClient(),
        progress: ((String, HTTPProgress) -> Void)? = nil
    ) throws -> [String] {
        let api = GitLabAPI(self, client)
        let files = try contents(name, version, api)
        try makeDirectory(directory)
        var paths: [String] = []
        for file in files {
            // The names come from a server: they must not lead out of the directory.
            let fileName = try PackageFileName(file.name)
            let path = joinPath(directory, file.name)
            paths.append(path)
            if FileStatus(of: path)?.size == file.size, try SHA256.hexDigest(ofFile: path) == file.sha256 { continue }
            try fetch(file, url(fileName, of: name, version), to: path, api) { progress?(file.name, $0) }
        }
        return paths
    }

    /// What the package holds, by its manifest or else by the listing.
    private func contents(_ name: PackageName, _ version: PackageVersion, _ api: GitLabAPI) throws -> [Manifest.File] {
        let manifestURL = url(try PackageFileName(Manifest.fileName), of: name, version)
        let action = "fetching '\(Manifest.fileName)' of \(name) \(version)"
        let response = try api.send(.get, manifestURL, action: action)
        if response.status == 200 {
            guard let manifest = try? Manifest(decoding: response.body), manifest.name == name.text,
                manifest.version == version.text
            else { throw RegistryError(.unverified, "\(action): it is no manifest of this package") }
            return manifest.files
        }
        guard response.status == 404 else { throw refusal(response, action: action) }
        guard let listed = try files(of: name, version, wanted: []) else {
            throw RegistryError(.refused(404), "there is no package \(name) \(version) in \(self)")
        }
        return try listed.sorted { $0.key < $1.key }.map { file, remote in
            guard let size = remote.size, let sha256 = remote.sha256 else {
                throw RegistryError(.unverified, "the registry does not tell the digest of \(quoted(file))")
            }
            return Manifest.File(name: file, size: size, sha256: sha256.lowercased())
        }
    }

    private func fetch(
        _ file: Manifest.File, _ url: HTTPURL, to path: String, _ api: GitLabAPI,
        progress: @escaping (HTTPProgress) -> Void
    ) throws {
        let action = "fetching '\(file.name)'"
        let target = try AtomicFile(path)
        var hash = SHA256()
        var size = 0
        let response = try api.send(
            .get, url, action: action, progress: progress,
            sink: { bytes in
                size += bytes.count
                guard size <= file.size else {
                    throw RegistryError(.unverified, "\(action): more than the expected \(file.size) bytes came")
                }
                hash.update(bytes)
                try target.write(bytes)
            })
        guard response.status == 200 else { throw refusal(response, action: action) }
        let found = RemoteFile(size: size, sha256: hash.hexDigest())
        guard found.size == file.size, found.sha256 == file.sha256 else {
            throw RegistryError(
                .unverified,
                "\(action): \(describe(found)) came, expected were \(file.size) bytes with SHA-256 "
                    + printable(file.sha256, limit: 64))
        }
        try target.commit()
    }
}
