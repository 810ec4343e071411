import Console
import Host
import Lua
import Registry

/// Fetches a package and shows what happens: files on `show`, what has to be known on standard error, with a progress
/// bar for what is large.
func pull(
    _ request: PackageRequest, _ registry: any PackageRegistry, _ options: PullOptions,
    _ show: @escaping (String) -> Void
) throws -> PullReport {
    var bars = ProgressGroup()
    defer { bars.clear() }
    return try interruptible {
        try registry.pull(request, options: options) { event in
            switch event {
            case .note(let text):
                bars.clear()
                StandardStreams.writeError("\(text)\n")
            case .retry(let reason, let seconds, let attempt):
                bars.clear()
                StandardStreams.writeError("\(reason); attempt \(attempt) in \((seconds * 10).rounded() / 10) s\n")
            case .version(let version, _, _):
                show("\(request.name) \(version) <- \(registry.summary)")
            // A small file is there before one could read how far it is.
            case .progress(let file, let done, let size) where size >= 1 << 20:
                bars.update("  \(file)", done, of: size)
            case .progress: break
            case .fetched(let file, let size):
                bars.end("  \(file)")
                bars.clear()
                show("  \(file): \(size) bytes")
            }
        }
    }
}

/// Does something that Ctrl-C breaks off. - Throws: `Interrupted` then.
func interruptible<T>(_ work: () throws -> T) throws -> T {
    do { return try work() } catch {
        guard Interrupt.isRequested else { throw error }
        throw Interrupted()
    }
}
