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

    func measured() throws -> MeasuredPackage {
        try package.measured(manifest: .fromEnvironment(tool: "nightjar \(version)"))
    }

    /// Prints what publishing would do. - Returns: the addresses.
    func rehearse(_ registry: GitLabRegistry) throws -> [String] {
        let measured = try measured()
        show(measured.plan(for: registry) + ["dry run: nothing was sent"])
        return measured.files.map { "\(registry.url($0.name, of: package.name, package.version))" }
    }

    /// Writes the files, or prints what would be written. - Returns: the paths.
    func write(to directory: String, isDry: Bool) throws -> [String] {
        let measured = try measured()
        if isDry {
            show(measured.plan(forDirectory: directory) + ["dry run: nothing was written"])
            return measured.files.map { joinPath(directory, $0.name.text) }
        }
        let paths = try measured.write(toDirectory: directory)
        show(["\(package) -> \(directory)"] + zip(paths, measured.files).map { "  \($0): \($1.size) bytes" })
        return paths
    }

    /// Publishes. - Returns: the addresses of the files.
    func publish(to registry: GitLabRegistry, _ options: PublishOptions) throws -> [String] {
        let measured = try measured()
        show(["\(package) -> \(registry), with \(registry.credential)"])
        var bar: ProgressLine?
        do {
            let report = try measured.publish(to: registry, options: options) { event in
                if let line = event.line {
                    bar?.clear()
                    show(["  \(line)"])
                }
                switch event {
                case .sending(let file, let size):
                    // A small file is there before one could read how far it is.
                    bar = size < 1 << 20 ? nil : .onStandardError(label: "  \(file)")
                case .progress(_, let sent, let size): bar?.updateBytes(sent, of: size)
                case .sent: bar = nil
                default: break
                }
            }
            if !report.others.isEmpty {
                show(["  the package also has: \(report.others.joined(separator: ", "))"])
            }
            show(["\(package) is published:"] + report.urls.map { "  \($0)" })
            return report.urls
        } catch {
            bar?.finish()
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
