import Files

/// The names of what is in a run's folder.
public enum RunFiles {
    static let eventsPrefix = "events.out.tfevents."

    public static func metrics(_ folder: String) -> String { joinPath(folder, "metrics.csv") }
    public static func options(_ folder: String) -> String { joinPath(folder, "options.json") }
    public static func description(_ folder: String) -> String { joinPath(folder, "run.json") }
    public static func report(_ folder: String) -> String { joinPath(folder, "report.html") }

    /// Whether a folder has a run: its table, which is made first.
    public static func holdsRun(_ folder: String) -> Bool { FileStatus(of: metrics(folder)) != nil }

    static func isEventsName(_ name: String) -> Bool { name.hasPrefix(eventsPrefix) }

    /// Removes what a run has written, and nothing else.
    static func clear(_ folder: String) throws {
        for name in try directoryEntries(folder) where isEventsName(name) { try removeFile(joinPath(folder, name)) }
        for path in [metrics(folder), options(folder), description(folder), report(folder)] { try removeFile(path) }
    }
}
