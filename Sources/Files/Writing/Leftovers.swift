import CLibrary
import Synchronization

/// Temporary files of processes that were killed: "model.safetensors.4711.123456.tmp". Who writes still holds a lock.
enum Leftovers {
    /// What lay in the directories that this process writes to, by the name of the file it was meant for. A directory is
    /// looked through once: it may have thousands of files.
    private static let known = Mutex<[String: [String: [String]]]>([:])

    /// A name for a temporary file beside its place.
    static func temporaryName(of place: String) -> String {
        "\(place).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
    }

    /// Removes what was left of a file by processes that are gone.
    static func remove(of place: String) {
        let (directory, target) = (directoryName(place), baseName(place))
        let names = known.withLock { known -> [String] in
            if known[directory] == nil {
                // More are not worth the memory.
                if known.count >= 256 { known = [:] }
                known[directory] = found(in: directory)
            }
            return known[directory]?.removeValue(forKey: target) ?? []
        }
        for name in names { removeUnlessLocked(joinPath(directory, name)) }
    }

    private static func found(in directory: String) -> [String: [String]] {
        let names = (try? directoryEntries(directory)) ?? []
        return Dictionary(grouping: names.filter { target(of: $0) != nil }) { target(of: $0) ?? "" }
    }

    /// "model.safetensors" of "model.safetensors.4711.123456.tmp"; nil for another name.
    private static func target(of name: String) -> String? {
        guard name.hasSuffix(".tmp") else { return nil }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 4,
            parts.suffix(3).dropLast().allSatisfy({ part in
                !part.isEmpty && part.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            })
        else { return nil }
        return parts.dropLast(3).joined(separator: ".")
    }

    private static func removeUnlessLocked(_ path: String) {
        _ = try? withSystemPath(path, action: "remove") { name in
            let descriptor = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard descriptor >= 0 else { return }
            defer { close(descriptor) }
            var info = stat()
            guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(name) }
        }
    }
}
