import Files
import JSON

/// A training's folder, open for writing: what it is told appears in `metrics.csv` and in a file of TensorBoard's events.
///
/// Besides there are `options.json` (the script's options), `run.json` (`RunDescription`), and `report.html` when it is
/// finished. One process writes a folder at a time; the system gives it free however that process ends.
public final class Run {
    /// The largest step that can be logged: what charts compute with holds no larger one exactly.
    public static let lastStep = 1 << 53
    public let folder: String
    public private(set) var description: RunDescription
    private let lock: RunLock
    private let metrics: MetricsTable
    private let events: AppendedFile
    private let eventsName: String
    private let now: () -> Double

    /// Begins a run in a folder, which is made if it is not there.
    ///
    /// - Parameters:
    ///   - overwrite: whether a run that is in the folder already is begun anew; otherwise that is an error.
    ///   - now: seconds since 1970.
    /// - Throws: `RunError` where the folder has a run, or another writes it; `FileError`.
    public init(
        beginning folder: String, _ description: RunDescription, overwrite: Bool = false,
        now: @escaping () -> Double = secondsSince1970
    ) throws {
        try makeDirectory(folder)
        lock = try RunLock(folder: folder)
        self.folder = folder
        self.now = now
        self.description = description
        if RunFiles.holdsRun(folder) {
            guard overwrite else {
                throw RunError(
                    "the folder '\(folder)' has a run already: name another, or give `resume` to go on with it, or "
                        + "`overwrite = true` to begin it anew")
            }
            try RunFiles.clear(folder)
        }
        let time = now()
        metrics = try MetricsTable(creating: RunFiles.metrics(folder))
        (events, eventsName) = try Self.newEvents(in: folder, at: time)
        self.description.begun = Timestamp.text(time)
        try self.description.write(to: folder)
    }

    /// Goes on with a run from a position that a training state kept: what was written after it is taken off.
    ///
    /// - Throws: `RunError` where the folder's files are not those of the position, or another writes them; `FileError`.
    public init(
        resuming folder: String, at position: RunPosition, _ description: RunDescription,
        now: @escaping () -> Double = secondsSince1970
    ) throws {
        guard RunFiles.holdsRun(folder) else {
            throw RunError(
                "there is no run in '\(folder)' to go on with: put the folder back, or begin another run without `resume`"
            )
        }
        lock = try RunLock(folder: folder)
        self.folder = folder
        self.now = now
        metrics = try MetricsTable(resuming: RunFiles.metrics(folder), at: position)
        guard RunFiles.isEventsName(position.events), baseName(position.events) == position.events else {
            throw RunError("the state names '\(position.events)', which is no file of events")
        }
        eventsName = position.events
        let path = joinPath(folder, eventsName)
        guard let status = FileStatus(of: path), status.size >= position.eventsBytes else {
            throw RunError(
                "'\(path)' is not there or has fewer than the \(position.eventsBytes) bytes that it had when the state was "
                    + "saved: put it back, or go on without `resume` in another folder")
        }
        events = try AppendedFile(path)
        try events.cut(to: position.eventsBytes)
        // What was known before and is not said now stays, where the files that say it can be read.
        let earlier = try? RunDescription(folder: folder)
        self.description = description
        if description.data.isEmpty { self.description.data = earlier?.data ?? [] }
        if description.options.isEmpty {
            (self.description.options, self.description.changed) = (earlier?.options ?? [], earlier?.changed ?? [])
        }
        self.description.begun = earlier?.begun ?? Timestamp.text(now())
        self.description.resumed = min(max(0, earlier?.resumed ?? 0), Self.lastStep) + 1
        try self.description.write(to: folder)
    }

    /// How far the files have grown.
    ///
    /// - Parameter sync: whether to wait until the disk has them. Default: false, which is enough for whatever ends the
    ///   process; a power cut may leave less.
    public func position(sync: Bool = false) throws -> RunPosition {
        if sync {
            try metrics.sync()
            try events.sync()
        }
        return RunPosition(
            columns: metrics.columns, rows: metrics.rows, metricsBytes: metrics.size, metricsDigest: metrics.digest,
            events: eventsName, eventsBytes: events.size)
    }

    /// Writes a line of the table and the same numbers as TensorBoard's scalars.
    ///
    /// - Throws: `RunError` for what is no name of a column, `FileError`.
    public func log(step: Int, _ values: [(name: String, value: MetricValue)]) throws {
        guard !values.isEmpty else { return }
        try metrics.append(step: step, values)
        try add(step: step, values.map { ($0.name, .scalar($0.value.number)) })
    }

    /// Writes what only TensorBoard shows.
    public func add(step: Int, _ values: [(tag: String, value: EventValue)]) throws {
        try events.append(Event(time: now(), step: step, values: values).record)
    }

    /// Says that the training came to its end, and when.
    public func finish() throws {
        description.finished = Timestamp.text(now())
        try description.write(to: folder)
    }

    private static func newEvents(in folder: String, at time: Double) throws -> (AppendedFile, String) {
        // The name that TensorBoard looks for. Others put the machine's name at the end, which is nobody's business.
        let name = "\(RunFiles.eventsPrefix)\(Int(exactly: time.rounded(.down)) ?? 0).nightjar"
        let file = try AppendedFile(joinPath(folder, name), mustBeNew: true)
        try file.append(Event.beginning(at: time).record)
        return (file, name)
    }
}
