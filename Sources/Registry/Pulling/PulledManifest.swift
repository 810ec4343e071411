import Files

/// A manifest that is sound in itself, and its bytes.
struct PulledManifest {
    let manifest: Manifest
    let bytes: [UInt8]
    /// The names are those of files in one folder, each once.
    let files: [(name: PackageFileName, size: Int, sha256: String)]

    /// Digest of the bytes.
    var sha256: String { SHA256.hexDigest(of: bytes) }

    /// - Parameter version: the version that it has to be of; nil for any.
    /// - Throws: `RegistryError` of kind `.unverified` that says what is wrong with it.
    init(_ bytes: [UInt8], of name: PackageName, _ version: PackageVersion?) throws {
        self.bytes = bytes
        let refuse = { (reason: String) in
            RegistryError(
                .unverified, "the manifest of \(name)\(version.map { " \($0)" } ?? "") cannot be trusted: \(reason)")
        }
        let manifest: Manifest
        do { manifest = try Manifest(decoding: bytes) } catch { throw refuse("\(error)") }
        self.manifest = manifest
        guard manifest.name == name.text else { throw refuse("it is of \(quoted(manifest.name))") }
        guard version.map({ $0.text == manifest.version }) ?? true, (try? PackageVersion(manifest.version)) != nil
        else {
            throw refuse("it is of version \(quoted(manifest.version))")
        }
        guard !manifest.files.isEmpty else { throw refuse("it lists no files") }
        var files: [(name: PackageFileName, size: Int, sha256: String)] = []
        var seen: Set<String> = [Manifest.fileName]
        for file in manifest.files {
            // The names come from a server: they must not lead out of the folder.
            let name: PackageFileName
            do { name = try PackageFileName(file.name) } catch { throw refuse("\(error)") }
            guard seen.insert(file.name).inserted else { throw refuse("it lists \(quoted(file.name)) twice") }
            let isDigest =
                file.sha256.utf8.count == 64
                && file.sha256.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 >= 0x61 && $0 <= 0x66 }
            guard file.size >= 0, isDigest else { throw refuse("it has no size or SHA-256 for \(quoted(file.name))") }
            files.append((name, file.size, file.sha256))
        }
        self.files = files
    }
}

extension PackageRegistry {
    /// The manifest of a version; nil where there is none: the version is not complete, or not there.
    ///
    /// Its bytes are compared with the digest that the registry lists, as are the digests in it; where nothing is
    /// listed (a deploy token, a hidden package), it is fetched twice and must be the same.
    func manifest(of name: PackageName, _ version: PackageVersion) throws -> PulledManifest? {
        guard let bytes = try bytes(of: PackageFileName(Manifest.fileName), in: name, version, limit: 4 << 20) else {
            return nil
        }
        let file = try PackageFileName(Manifest.fileName)
        let found = RemoteFile(size: bytes.count, sha256: SHA256.hexDigest(of: bytes))
        let listed = try listing(name, version, wanted: file)
        if let entry = listed[file.text], entry.sha256 != nil {
            guard matches(entry, found) else {
                throw RegistryError(
                    .unverified,
                    "fetching '\(file)' of \(name) \(version): \(describe(found)) came, the registry has \(describe(entry))"
                )
            }
        } else if try self.bytes(of: file, in: name, version, limit: 4 << 20) != bytes {
            throw RegistryError(
                .unverified, "fetching '\(file)' of \(name) \(version) twice brought different bytes", isTransient: true
            )
        }
        let manifest = try PulledManifest(bytes, of: name, version)
        for file in manifest.files {
            let expected = RemoteFile(size: file.size, sha256: file.sha256)
            guard let entry = listed[file.name.text], !matches(entry, expected) else { continue }
            throw RegistryError(
                .unverified,
                "the manifest of \(name) \(version) cannot be trusted: it has \(describe(expected)) as '\(file.name)', "
                    + "the registry \(describe(entry))")
        }
        return manifest
    }

    /// What the registry lists of a version; empty where it may not be looked at.
    private func listing(
        _ name: PackageName, _ version: PackageVersion, wanted: PackageFileName
    ) throws -> [String: RemoteFile] {
        do { return try files(of: name, version, wanted: [wanted]) ?? [:] } catch let error as RegistryError {
            guard case .refused(let status) = error.kind, [401, 403, 404].contains(status) else { throw error }
            return [:]
        }
    }
}

/// Whether two descriptions of a file agree in all that both say.
private func matches(_ one: RemoteFile, _ other: RemoteFile) -> Bool {
    if let size = one.size, let wanted = other.size, size != wanted { return false }
    if let digest = one.sha256, let wanted = other.sha256, digest.lowercased() != wanted.lowercased() { return false }
    return true
}
