import Files

/// What a file of a package holds.
public enum PackageContent: Sendable {
    /// A file on disk.
    case path(String)
    /// Bytes in memory.
    case bytes([UInt8])

    /// Text in memory, as UTF-8.
    public static func text(_ text: String) -> PackageContent { .bytes(Array(text.utf8)) }
}

/// A file of a package.
public struct PackageFile: Sendable {
    public let name: PackageFileName
    public let content: PackageContent

    /// - Throws: `RegistryError` where the name breaks a rule.
    public init(_ name: String, _ content: PackageContent) throws {
        self.name = try PackageFileName(name)
        self.content = content
    }
}

/// A package to be published or written to a directory.
public struct Package: Sendable {
    public let name: PackageName
    public let version: PackageVersion
    /// The content files, in the order in which they are listed: what the package is, whoever makes it and when.
    public let files: [PackageFile]
    /// What goes after them and belongs to the run that made them.
    public let runFiles: [RunFile]

    /// - Throws: `RegistryError` where a name breaks a rule, two files have one name, or there is none.
    public init(name: String, version: String, files: [PackageFile], runFiles: [RunFile] = []) throws {
        self.name = try PackageName(name)
        self.version = try PackageVersion(version)
        self.files = files
        self.runFiles = runFiles
        guard !files.isEmpty else { throw RegistryError(.invalid, "the package has no files") }
        var seen: Set<PackageFileName> = []
        for name in files.map(\.name) + runFiles.map(\.name) where !seen.insert(name).inserted {
            throw RegistryError(.invalid, "the package has two files named '\(name)'")
        }
    }

    /// Reads and hashes every content file, without any request.
    ///
    /// - Parameters:
    ///   - manifest: what the manifest is to say beside the files; nil for a package without one. It becomes the
    ///     package's last file, `manifest.json`: a package that has it is complete.
    /// - Throws: `RegistryError` that names every file that is missing, empty or unreadable.
    public func measured(manifest: ManifestDetails? = .fromEnvironment()) throws -> MeasuredPackage {
        var measured: [MeasuredFile] = []
        var problems: [String] = []
        for file in files {
            do {
                let one = try MeasuredFile(file)
                measured.append(one)
                if one.size == 0 { problems.append("'\(file.name)' is empty") }
            } catch { problems.append("'\(file.name)': \(error)") }
        }
        guard problems.isEmpty else {
            throw RegistryError(.file, "\(self) cannot be published: \(problems.joined(separator: "; "))")
        }
        let names = files.map(\.name.text) + runFiles.map(\.name.text)
        guard manifest == nil || !names.contains(Manifest.fileName) else {
            throw RegistryError(
                .invalid, "the package has a file named '\(Manifest.fileName)', which is the name of its manifest")
        }
        return MeasuredPackage(package: self, content: measured, details: manifest)
    }
}

extension Package: CustomStringConvertible {
    public var description: String { "\(name) \(version)" }
}

/// A file of a package whose size and digest are known.
public struct MeasuredFile: Sendable {
    public let name: PackageFileName
    public let content: PackageContent
    /// In bytes.
    public let size: Int
    /// 64 lower-case hexadecimal digits.
    public let sha256: String

    init(_ file: PackageFile) throws {
        name = file.name
        content = file.content
        switch file.content {
        case .bytes(let bytes):
            size = bytes.count
            sha256 = SHA256.hexDigest(of: bytes)
        case .path(let path):
            let opened = try ReadableFile(path)
            var count = 0
            var hash = SHA256()
            try opened.forEachPiece {
                count += $0.count
                hash.update($0)
            }
            size = count
            sha256 = hash.hexDigest()
        }
    }
}

extension ReadableFile {
    /// The rest of the file in pieces.
    func forEachPiece(_ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try read(into: buffer)
            try take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            if count < buffer.count { return }
        }
    }
}

/// A package whose content files are measured.
public struct MeasuredPackage: Sendable {
    public let package: Package
    /// The content files, in the package's order.
    public let content: [MeasuredFile]
    /// What the manifest says beside the files; nil where the package has none.
    public let details: ManifestDetails?

    /// The names of all files in the order in which they go: content, run files, manifest.
    public var names: [PackageFileName] {
        content.map(\.name) + package.runFiles.map(\.name) + (details == nil ? [] : [Manifest.name])
    }

    /// All files as they are where nothing of them is published yet: content, run files, manifest.
    func allFiles() throws -> [MeasuredFile] {
        let made = try package.runFiles.map { try MeasuredFile(PackageFile($0.name.text, .bytes($0.make(content)))) }
        return try content + made + [manifest(runFiles: made)].compactMap(\.self)
    }

    /// The manifest for given run files; nil where the package has none.
    func manifest(runFiles: [MeasuredFile]) throws -> MeasuredFile? {
        guard let details else { return nil }
        let manifest = Manifest(package, content, runFiles: runFiles, details)
        return try MeasuredFile(PackageFile(Manifest.fileName, .bytes(manifest.encoded())))
    }

    /// What publishing would do, line by line: where each file goes, with the size and digest of those that are compared.
    public func plan(for registry: any PackageRegistry) -> [String] {
        let place = { registry.location(of: $0, in: package.name, package.version) }
        return ["\(package) -> \(registry.summary)"]
            + content.flatMap { file in
                ["  \(file.name): \(file.size) bytes, SHA-256 \(file.sha256)", "    PUT \(place(file.name))"]
            }
            + names.dropFirst(content.count).flatMap { ["  \($0): made when it is published", "    PUT \(place($0))"] }
    }

    /// What writing to a directory would do, line by line.
    public func plan(forDirectory directory: String) -> [String] {
        let path = { (name: PackageFileName) in joinPath(directory, name.text) }
        return ["\(package) -> \(directory)"]
            + content.map { "  \(path($0.name)): \($0.size) bytes, SHA-256 \($0.sha256)" }
            + names.dropFirst(content.count).map { "  \(path($0)): made when it is written" }
    }
}
