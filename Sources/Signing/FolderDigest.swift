import Files

/// The files of a folder with their digests.
public enum FolderDigest {
    /// Every file in the folder and below, hidden ones too.
    ///
    /// - Parameter ignoring: paths in the folder of files and folders that do not count.
    /// - Throws: `SigningError` for a link, even an ignored one, and for what is neither file nor folder; `FileError`.
    public static func files(in folder: String, ignoring: Set<String>) throws -> [FileDigest] {
        guard FileStatus(of: folder)?.isDirectory == true else {
            throw FileError(path: folder, action: "list", reason: "there is no such folder")
        }
        var files: [FileDigest] = []
        // Folders that wait, so that depth takes no stack.
        var waiting = [""]
        while let inner = waiting.popLast() {
            for entry in try directoryEntries(inner.isEmpty ? folder : joinPath(folder, inner)) {
                let name = inner.isEmpty ? entry : "\(inner)/\(entry)"
                let path = "\(folder)/\(name)"
                guard try !isSymbolicLink(path) else {
                    throw SigningError(.mismatch, "'\(printable(name))' is a symbolic link, which no signature covers")
                }
                let status = FileStatus(of: path)
                if status?.isDirectory == true {
                    waiting.append(name)
                } else if status?.isRegularFile != true {
                    throw SigningError(.mismatch, "'\(printable(name))' is neither a file nor a folder")
                } else if !ModelSignature.isIgnored(name, ignoring) {
                    files.append(FileDigest(name: name, sha256: try SHA256.hexDigest(ofFile: path)))
                }
            }
        }
        return files
    }
}
