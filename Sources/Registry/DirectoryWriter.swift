import Files
import HTTP

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension MeasuredPackage {
    /// Writes the package's files to a directory, which is made where it is missing. All are written aside first and
    /// then moved into place, the manifest last; a failure before that leaves the directory as it was. Files of the
    /// same names are replaced unless they are another version's; others stay.
    ///
    /// - Returns: the paths of the files, in the package's order.
    /// - Throws: `FileError`, or `RegistryError` where a file changed since it was measured, or the directory holds another
    ///   package or version.
    @discardableResult
    public func write(toDirectory directory: String) throws -> [String] {
        try refuseOthers(directory)
        try makeDirectory(directory)
        let files = try allFiles()
        let paths = files.map { joinPath(directory, $0.name.text) }
        for path in paths where FileStatus(of: path)?.isDirectory == true {
            throw FileError(path: path, action: "write", errno: EISDIR)
        }
        // Inside the directory, so that it is on the same disk and moving is a rename.
        let staging = joinPath(directory, ".nightjar-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        try makeDirectory(staging)
        defer { try? removeEmptyDirectory(staging) }
        let staged = files.map { joinPath(staging, $0.name.text) }
        defer { for path in staged { try? removeFile(path) } }
        for (file, path) in zip(files, staged) { try file.write(to: path) }
        for (from, to) in zip(staged, paths) {
            try renameFile(from, to)
        }
        return paths
    }

    /// A directory whose manifest is of another package or version is not written to.
    private func refuseOthers(_ directory: String) throws {
        let path = joinPath(directory, Manifest.fileName)
        guard FileStatus(of: path)?.isRegularFile == true,
            let found = try? Manifest(decoding: readFile(path, limit: 16 << 20)),
            found.name != package.name.text || found.version != package.version.text
        else { return }
        throw RegistryError(
            .invalid,
            "'\(directory)' holds \(printable(found.name)) \(printable(found.version)), which \(package) would replace: "
                + "name another directory, or remove it first")
    }
}

extension MeasuredFile {
    func write(to path: String) throws {
        let target = try AtomicFile(path)
        switch content {
        case .bytes(let bytes): try target.write(bytes)
        case .path(let source):
            var hash = SHA256()
            try ReadableFile(source).forEachPiece {
                hash.update($0)
                try target.write($0)
            }
            guard hash.hexDigest() == sha256 else {
                throw RegistryError(.file, "'\(source)' changed while it was being copied")
            }
        }
        try target.commit()
    }
}
