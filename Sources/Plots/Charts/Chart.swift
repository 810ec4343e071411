/// What can be drawn, into a file or in a terminal.
public protocol Chart: Sendable {
    /// The drawing, in points.
    func scene(width: Double, height: Double) -> Scene

    /// The drawing in characters: lines without a newline at the end.
    ///
    /// - Parameter style: how wide it may be, and whether colours may be used.
    func terminal(_ style: TerminalStyle) -> String

    /// How large it is drawn where nothing is said.
    var usualSize: (width: Double, height: Double) { get }
}

extension Chart {
    public var usualSize: (width: Double, height: Double) { (720, 440) }
}

/// What is written around a chart.
public struct Labels: Sendable {
    public var title: String
    public var x: String
    public var y: String

    public init(title: String = "", x: String = "", y: String = "") {
        self.title = title
        self.x = x
        self.y = y
    }
}

/// What a terminal can show.
public struct TerminalStyle: Sendable {
    /// Characters in a line, from 20.
    public let columns: Int
    /// Lines for the chart itself.
    public let rows: Int
    public let hasColours: Bool

    public init(columns: Int, rows: Int = 15, hasColours: Bool = false) {
        self.columns = max(20, columns)
        self.rows = max(3, rows)
        self.hasColours = hasColours
    }
}
