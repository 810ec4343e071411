import Files

/// A version of a package in a folder.
enum PackageFolder {
    /// Compares a folder with the manifest in it: every file is there with its size and digest, and no other.
    ///
    /// - Parameter version: the version that it has to be; nil for any.
    /// - Throws: `RegistryError` of kind `.unverified` that says what is wrong, or `FileError`.
    @discardableResult
    static func check(_ path: String, _ name: PackageName, _ version: PackageVersion?) throws -> PulledManifest {
        func refuse(_ reason: String) -> RegistryError { RegistryError(.unverified, reason) }
        var names = Set(try directoryEntries(path))
        guard names.remove(Manifest.fileName) != nil else { throw refuse("it has no \(Manifest.fileName)") }
        let manifest = try PulledManifest(
            readFile(joinPath(path, Manifest.fileName), limit: 4 << 20), of: name, version)
        for file in manifest.files {
            guard names.remove(file.name.text) != nil else { throw refuse("'\(file.name)' is missing in it") }
            let inner = joinPath(path, file.name.text)
            guard let status = FileStatus(of: inner), status.isRegularFile, status.size == file.size,
                try SHA256.hexDigest(ofFile: inner) == file.sha256
            else { throw refuse("'\(file.name)' in it is not as it was published") }
        }
        if let more = names.sorted().first { throw refuse("it has \(quoted(more)), which is not of the package") }
        return manifest
    }

    /// A new, empty folder. - Throws: `FileError`.
    static func make(in directory: String, _ prefix: String) throws -> String {
        let path = joinPath(directory, "\(prefix)\(processNumber())-\(UInt64.random(in: 0 ... .max))")
        try makeDirectory(path)
        return path
    }

    /// Removes a folder of files and the files, as far as that goes.
    static func remove(_ path: String) {
        for name in (try? directoryEntries(path)) ?? [] { try? removeFile(joinPath(path, name)) }
        try? removeEmptyDirectory(path)
    }

    /// Copies the files of a version that was checked; each must still be what it was.
    ///
    /// - Throws: `RegistryError` of kind `.file` where one is not, or `FileError`.
    static func copy(_ manifest: PulledManifest, from source: String, to target: String) throws {
        for file in manifest.files {
            let from = joinPath(source, file.name.text)
            let copy = try AtomicFile(joinPath(target, file.name.text))
            var hash = SHA256()
            try ReadableFile(from).forEachPiece {
                hash.update($0)
                try copy.write($0)
            }
            guard hash.hexDigest() == file.sha256 else {
                throw RegistryError(.file, "'\(from)' changed while it was being copied", isTransient: true)
            }
            try copy.commit()
        }
        try writeFile(joinPath(target, Manifest.fileName), manifest.bytes)
        try markPrograms(manifest, in: target)
    }

    /// Lets programs among the files be run: a registry keeps bytes, not modes.
    static func markPrograms(_ manifest: PulledManifest, in folder: String) throws {
        for file in manifest.files {
            let path = joinPath(folder, file.name.text)
            var start = [UInt8](repeating: 0, count: 4)
            let count = try start.withUnsafeMutableBytes { try ReadableFile(path).read(into: $0) }
            let isProgram = count == 4 && (start == [0x7f, 0x45, 0x4c, 0x46] || start.starts(with: [0x23, 0x21]))
            if isProgram { try makeExecutable(path) }
        }
    }

    /// Puts a folder in place of another, or where none is, at once.
    static func replace(_ target: String, by folder: String) throws {
        guard FileStatus(of: target) != nil else { return try renameFile(folder, target) }
        if exchange(folder, target) {
            remove(folder)
            return
        }
        // Where the file system cannot exchange, the name is free for a moment.
        let aside = "\(folder).old"
        try renameFile(target, aside)
        do { try renameFile(folder, target) } catch {
            try? renameFile(aside, target)
            throw error
        }
        remove(aside)
    }
}
