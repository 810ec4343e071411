import Console
import Files
import Host
import HTTP
import Lua
import Registry

/// A package that a script holds. What happens to it is printed line by line.
final class ScriptPackage {
    let package: Package

    init(_ package: Package) { self.package = package }

    /// Where it is written when nothing else is said.
    var directory: String { "dist/\(package.name)-\(package.version)" }

    /// - Parameter run: what the manifest says of the run beside what the environment tells.
    func measured(run: [String: String] = [:]) throws -> MeasuredPackage {
        var details = ManifestDetails.fromEnvironment(tool: "nightjar \(version)")
        details.provenance.merge(run) { $1 }
        return try package.measured(manifest: details)
    }

    /// Prints what publishing would do. - Returns: the addresses.
    func rehearse(_ measured: MeasuredPackage, _ registry: any PackageRegistry) throws -> [String] {
        show(measured.plan(for: registry) + ["dry run: nothing was sent"])
        return measured.names.map { registry.location(of: $0, in: package.name, package.version) }
    }

    /// Writes the files, or prints what would be written. - Returns: the paths.
    func write(_ measured: MeasuredPackage, to directory: String, isDry: Bool) throws -> [String] {
        if isDry {
            show(measured.plan(forDirectory: directory) + ["dry run: nothing was written"])
            return measured.names.map { joinPath(directory, $0.text) }
        }
        let paths = try measured.write(toDirectory: directory)
        show(
            ["\(package) -> \(directory)"]
                + paths.map { path in "  \(path): \(FileStatus(of: path)?.size ?? 0) bytes" })
        return paths
    }

    /// Publishes. - Returns: the addresses of the files.
    func publish(
        _ measured: MeasuredPackage, to registry: any PackageRegistry, _ options: PublishOptions
    ) throws -> [String] {
        show(["\(package) -> \(registry.summary)"])
        var bars = ProgressGroup()
        do {
            let report = try measured.publish(to: registry, options: options) { event in
                if let line = event.line {
                    bars.clear()
                    show(["  \(line)"])
                }
                switch event {
                // A small file is there before one could read how far it is.
                case .progress(let file, let sent, let size) where size >= 1 << 20:
                    bars.update("  \(file)", sent, of: size)
                case .sent(let file), .failed(let file): bars.end("  \(file)")
                default: break
                }
            }
            if !report.others.isEmpty {
                show(["  the package also has: \(report.others.joined(separator: ", "))"])
            }
            let outcome = report.wasPublished ? "is already published:" : "is published:"
            show(["\(package) \(outcome)"] + report.urls.map { "  \($0)" })
            return report.urls
        } catch {
            bars.clear()
            guard Interrupt.isRequested else { throw error }
            // How far it came is worth knowing after Ctrl-C, too.
            if let error = error as? RegistryError { StandardStreams.writeError("\(error)\n") }
            throw Interrupted()
        }
    }
}

private func show(_ lines: [String]) {
    StandardStreams.writeOutput(lines.joined(separator: "\n") + "\n")
}
