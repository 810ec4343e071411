/// How far a run's files have grown: what a training state keeps, so that a resumed run goes on from there.
public struct RunPosition: Equatable, Sendable {
    /// The names of the columns of `metrics.csv`, without `step`.
    public var columns: [String]
    /// How many lines it has below its header, how many bytes, and their CRC-32C.
    public var rows: Int
    public var metricsBytes: Int
    public var metricsDigest: UInt32
    /// The name of the file of TensorBoard's events in the folder, and its size in bytes.
    public var events: String
    public var eventsBytes: Int

    public init(
        columns: [String], rows: Int, metricsBytes: Int, metricsDigest: UInt32, events: String, eventsBytes: Int
    ) {
        self.columns = columns
        self.rows = rows
        self.metricsBytes = metricsBytes
        self.metricsDigest = metricsDigest
        self.events = events
        self.eventsBytes = eventsBytes
    }
}
