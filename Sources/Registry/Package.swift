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
    /// In the order in which they are uploaded.
    public let files: [PackageFile]

    /// - Throws: `RegistryError` where a name breaks a rule, two files have one name, or there is none.
    public init(name: String, version: String, files: [PackageFile]) throws {
        self.name = try PackageName(name)
        self.version = try PackageVersion(version)
        self.files = files
        guard !files.isEmpty else { throw RegistryError(.invalid, "the package has no files") }
        var seen: Set<PackageFileName> = []
        for file in files where !seen.insert(file.name).inserted {
            throw RegistryError(.invalid, "the package has two files named '\(file.name)'")
        }
    }

    /// Reads and hashes every file, without any request.
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
        guard let manifest else { return MeasuredPackage(package: self, files: measured, manifest: nil) }
        guard !files.contains(where: { $0.name.text == Manifest.fileName }) else {
            throw RegistryError(
                .invalid, "the package has a file named '\(Manifest.fileName)', which is the name of its manifest")
        }
        let list = Manifest(self, measured, manifest)
        let file = try MeasuredFile(PackageFile(Manifest.fileName, .bytes(list.encoded())))
        return MeasuredPackage(package: self, files: measured + [file], manifest: list)
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

/// A package as it will be: every file with size and digest, the manifest last.
public struct MeasuredPackage: Sendable {
    public let package: Package
    public let files: [MeasuredFile]
    /// What the manifest says; nil where the package has none.
    public let manifest: Manifest?

    /// What publishing would do, line by line: where each file goes, with its size and digest.
    public func plan(for registry: GitLabRegistry) -> [String] {
        ["\(package) -> \(registry), with \(registry.credential)"]
            + files.flatMap { file in
                [
                    "  \(file.name): \(file.size) bytes, SHA-256 \(file.sha256)",
                    "    PUT \(registry.url(file.name, of: package.name, package.version))",
                ]
            }
    }

    /// What writing to a directory would do, line by line.
    public func plan(forDirectory directory: String) -> [String] {
        ["\(package) -> \(directory)"]
            + files.map { "  \(joinPath(directory, $0.name.text)): \($0.size) bytes, SHA-256 \($0.sha256)" }
    }
}
