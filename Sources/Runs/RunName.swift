import CLibrary
import Files

/// Folders for runs that were given none: the time and the options that differ from their defaults.
public enum RunName {
    /// The most bytes of a name, which leaves room for a number where file systems take 255.
    private static let mostBytes = 120
    private static let mostValueBytes = 24

    /// Makes a new folder in `root`: "runs/2026-11-28_11-05-33_lr=0.1_epochs=5". Where that is taken "-2" follows, and
    /// so on: of two processes that ask at once each gets its own.
    ///
    /// - Throws: `FileError` where no folder can be made.
    public static func makeFolder(
        in root: String, changed: [(name: String, value: String)], now: Double = secondsSince1970()
    ) throws -> String {
        try makeDirectory(root)
        let base = name(at: now, changed: changed)
        for number in 1... {
            let path = joinPath(root, number == 1 ? base : "\(base)-\(number)")
            if try withSystemPath(path, action: "make the directory", { mkdir($0, 0o777) }) == 0 { return path }
            guard errno == EEXIST, number < 10_000 else {
                throw FileError(path: path, action: "make the directory", errno: errno)
            }
        }
        throw FileError(path: root, action: "make a directory in", reason: "all names are taken")
    }

    static func name(at now: Double, changed: [(name: String, value: String)]) -> String {
        var name = Timestamp.name(now)
        for (option, value) in changed {
            let part = "_" + plain(option) + "=" + String(plain(value).prefix(mostValueBytes))
            if name.utf8.count + part.utf8.count > mostBytes { break }
            name += part
        }
        return name
    }

    /// A text of letters, digits and a few signs, which every file system takes and no shell reads anything into.
    private static func plain(_ text: String) -> String {
        String(
            text.unicodeScalars.map { scalar in
                let isPlain =
                    scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
                    || ".+-".unicodeScalars.contains(scalar)
                return isPlain ? Character(scalar) : "-"
            })
    }
}
