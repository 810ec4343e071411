import Files
import JSON

/// Versions that came from one registry, below `REGISTRY-DIGEST/NAME/VERSION` in the cache.
///
/// A version appears whole, under its name at once, and never changes. What is beside it has a `~` in its name, which
/// no version has: `VERSION~sha256`, the digest of the manifest, and folders that are being filled.
struct PackageCache {
    /// The folder of the registry.
    let path: String

    /// - Parameter directory: where all registries' are; `cacheDirectory()` with `/registry`.
    init(_ directory: String, of registry: any PackageRegistry) {
        path = joinPath(directory, String(SHA256.hexDigest(of: Array(registry.identity.utf8)).prefix(32)))
    }

    func folder(_ name: PackageName, _ version: PackageVersion) -> String {
        joinPath(joinPath(path, name.text), version.text)
    }

    /// The versions that are there, not yet looked into.
    func versions(of name: PackageName) -> [PackageVersion] {
        let folder = joinPath(path, name.text)
        return ((try? directoryEntries(folder)) ?? []).compactMap { try? PackageVersion($0) }
            .filter { FileStatus(of: joinPath(folder, $0.text))?.isDirectory == true }
    }

    /// A version whose files were all compared with their digests just now; nil where it is not there.
    ///
    /// - Throws: `RegistryError` of kind `.unverified` where it is damaged.
    func version(_ name: PackageName, _ version: PackageVersion) throws -> PulledManifest? {
        let folder = folder(name, version)
        guard FileStatus(of: folder)?.isDirectory == true else { return nil }
        do {
            let manifest = try PackageFolder.check(folder, name, version)
            guard try readText(folder + "~sha256", limit: 1 << 10) == manifest.sha256 else {
                throw RegistryError(.unverified, "'\(Manifest.fileName)' in it is not as it was published")
            }
            return manifest
        } catch {
            throw RegistryError(
                .unverified, "the cached copy of \(name) \(version) in '\(folder)' is damaged: \(error)")
        }
    }

    /// A folder to be filled with a version. What others left behind long ago is removed.
    func stage(_ name: PackageName) throws -> String {
        let parent = joinPath(path, name.text)
        try makeDirectory(parent)
        for entry in try directoryEntries(parent) where entry.hasPrefix("~") {
            let old = joinPath(parent, entry)
            guard let status = FileStatus(of: old), Double(secondsSince1970()) - status.modified > 86400 else {
                continue
            }
            PackageFolder.remove(old)
        }
        return try PackageFolder.make(in: parent, "~")
    }

    /// Gives a folder that holds a whole version its place. Where another has brought the same version meanwhile, that
    /// one stays.
    func adopt(_ staging: String, _ manifest: PulledManifest, _ name: PackageName, _ version: PackageVersion) throws {
        let folder = folder(name, version)
        try writeFile(folder + "~sha256", manifest.sha256)
        do { try renameFile(staging, folder) } catch {
            guard FileStatus(of: folder)?.isDirectory == true else { throw error }
            if (try? self.version(name, version))?.sha256 == manifest.sha256 {
                PackageFolder.remove(staging)
            } else {
                try PackageFolder.replace(folder, by: staging)
            }
        }
    }

    // MARK: Channels

    /// Where a channel was when it was last asked for.
    struct Channel: Equatable {
        let number: Int
        let version: PackageVersion
        /// UTC in ISO 8601.
        let asked: String
        /// The registry's hint for the next time.
        let hint: String?
    }

    private func path(_ channel: PackageVersion, of name: PackageName) -> String {
        joinPath(joinPath(path, name.text), "\(channel)~channel")
    }

    /// Nil where it was never asked for.
    func channel(_ channel: PackageVersion, of name: PackageName) -> Channel? {
        guard let bytes = try? readFile(path(channel, of: name), limit: 64 << 10),
            let json = try? JSONParser.parse(bytes), let number = try? json.required("number", \.asInteger),
            let text = try? json.required("version", \.asString), let version = try? PackageVersion(text),
            let asked = try? json.required("asked", \.asString), let hint = try? json.optional("hint", \.asString) ?? ""
        else { return nil }
        return Channel(number: number, version: version, asked: asked, hint: hint.isEmpty ? nil : hint)
    }

    func remember(_ state: Channel, _ channel: PackageVersion, of name: PackageName) throws {
        let json = JSONValue.object([
            .init("number", .integer(state.number)), .init("version", .string(state.version.text)),
            .init("asked", .string(state.asked)), .init("hint", .string(state.hint ?? "")),
        ])
        try makeDirectory(joinPath(path, name.text))
        try writeFile(path(channel, of: name), try JSONWriter(.line, sortsNames: true).text(of: json))
    }
}
