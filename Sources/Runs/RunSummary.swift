import Files

/// A run as lists show it.
public struct RunSummary: Sendable {
    public let folder: String
    public let description: RunDescription
    public let history: RunHistory
    /// Whether a process writes it.
    public let isOpen: Bool

    /// The folder's own name.
    public var name: String {
        let trimmed = folder.hasSuffix("/") && folder != "/" ? String(folder.dropLast()) : folder
        return baseName(trimmed)
    }

    /// The name without the time that a folder's own name begins with, "lr=0.1_epochs=5"; the name where nothing is left.
    public var title: String { Self.title(of: name) }

    static func title(of name: String) -> String {
        let text = Array(name.utf8)
        let isTimed =
            text.count > 20 && text.starts(with: Array("20".utf8)) && text[10] == UInt8(ascii: "_")
            && text[19] == UInt8(ascii: "_")
        return isTimed ? String(decoding: text[20...], as: UTF8.self) : name
    }

    /// - Throws: `RunError` where the folder has no run, `FileError` and others where its table cannot be read.
    public init(folder: String) throws {
        guard RunFiles.holdsRun(folder) else {
            throw RunError("there is no run in '\(folder)': it has no metrics.csv")
        }
        self.folder = folder
        // What run.json says is a courtesy; the table is the run.
        description = (try? RunDescription(folder: folder)) ?? RunDescription()
        history = try RunHistory(folder: folder)
        isOpen = RunLock.isHeld(folder: folder)
    }

    /// The runs in a folder of runs, in the order of their names; what is no run, or a damaged one, is left out.
    ///
    /// - Throws: `FileError` where the folder cannot be read.
    public static func all(in root: String) throws -> [RunSummary] {
        try directoryEntries(root).compactMap { try? RunSummary(folder: joinPath(root, $0)) }
    }

    /// The curve that a name means: with a slash the one of that name; without, of those that have it behind their last
    /// slash or are called so that of a validation or a test, which says more than that of the training; else one whose
    /// name holds it.
    public func curve(_ name: String) -> RunHistory.Curve? {
        let curves = history.curves.filter { !$0.values.isEmpty }
        if name.contains("/") { return curves.first { $0.name == name } }
        return Self.preferred(curves.filter { $0.name == name || $0.name.hasSuffix("/" + name) })
            ?? Self.preferred(curves.filter { $0.name.lowercased().contains(name.lowercased()) })
    }

    private static func preferred(_ curves: [RunHistory.Curve]) -> RunHistory.Curve? {
        curves.first { $0.name.contains("val") } ?? curves.first { $0.name.contains("test") } ?? curves.first
    }

    /// The run whose best number of a name is the best of all.
    ///
    /// - Parameter direction: nil goes by the name.
    /// - Throws: `RunError` where no run has the name, or where nothing says which numbers are better.
    public static func best(
        of runs: [RunSummary], metric: String, direction: Direction? = nil
    ) throws -> (run: RunSummary, curve: String, value: Double, step: Int) {
        guard let direction = direction ?? Direction(of: metric) else {
            throw RunError("'\(metric)' does not say whether more or less of it is better: say --lowest or --highest")
        }
        var best: (run: RunSummary, curve: String, value: Double, step: Int)?
        for run in runs {
            guard let curve = run.curve(metric), let found = curve.best(direction) else { continue }
            if let best, !direction.isBetter(found.value, than: best.value) { continue }
            best = (run, curve.name, found.value, found.step)
        }
        guard let best else {
            let names = Set(runs.flatMap { $0.history.curves.map(\.name) }).sorted()
            throw RunError(
                "no run has logged '\(metric)'"
                    + (names.isEmpty ? "" : " (there are: \(names.joined(separator: ", ")))"))
        }
        return best
    }
}
