import Files

/// A file of a data set, looked for in a directory that the user names.
struct FileSearch {
    /// The published name, without ".gz".
    let name: String
    /// What it holds, for messages.
    let what: String
    /// The folders below the directory in which it may be, too.
    let folders: [String]

    /// The names it goes by: some unpackers and archives write "train-images.idx3-ubyte".
    var spellings: [String] {
        var dotted = name
        if let place = name.firstRange(of: "-idx") { dotted.replaceSubrange(place, with: ".idx") }
        return [name, dotted, name + ".gz", dotted + ".gz"]
    }

    /// Its path in a directory or below.
    ///
    /// - Parameter origin: who named the directory, for the message.
    /// - Throws: `DatasetError.missing`, which names the files looked for.
    func find(in directory: String, origin: String) throws -> String {
        guard FileStatus(of: directory)?.isDirectory == true else {
            throw DatasetError.missing(what: what, directory: directory, reason: origin + "there is no such directory")
        }
        for folder in [directory] + folders.map({ joinPath(directory, $0) }) {
            if let path = spellings.map({ joinPath(folder, $0) }).first(where: isFile) { return path }
        }
        throw DatasetError.missing(
            what: what, directory: directory,
            reason: "\(origin)neither there nor in its \(folders.joined(separator: " or ")) is one of "
                + spellings.joined(separator: ", "))
    }
}

func isFile(_ path: String) -> Bool { FileStatus(of: path)?.isRegularFile == true }
