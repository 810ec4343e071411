/// How far several things are that go on at once: on a terminal a line for each, which change in place below what is
/// logged; elsewhere a line every ten seconds for what takes that long.
public struct ProgressGroup {
    private struct Row {
        let label: String
        let began: Double
        var written: Double
        var done = 0
        var total: Int?
    }

    private let columns: () -> Int?
    private let clock: () -> Double
    private let write: (String) -> Void
    private var rows: [Row] = []
    /// How many lines stand on the terminal, the cursor behind the last.
    private var drawn = 0
    private var lastDrawing = -Double.infinity

    private static let drawingInterval = 0.05
    private static let lineInterval = 10.0

    /// - Parameters:
    ///   - columns: how wide the terminal is, asked at each drawing; nil where there is none. Default: standard error's.
    ///   - clock: seconds from any fixed moment.
    ///   - write: takes what is to be shown, at once. Default: standard error.
    public init(
        columns: @escaping () -> Int? = { Terminal.errorColumns }, clock: @escaping () -> Double = monotonicSeconds,
        write: @escaping (String) -> Void = { Terminal.writeError($0) }
    ) {
        self.columns = columns
        self.clock = clock
        self.write = write
    }

    /// Tells how many bytes of something have gone; the first time begins its line.
    public mutating func update(_ label: String, _ done: Int, of total: Int?) {
        let now = clock()
        let place = rows.firstIndex { $0.label == label } ?? rows.count
        if place == rows.count { rows.append(Row(label: label, began: now, written: now)) }
        rows[place].done = done
        rows[place].total = total
        if columns() != nil {
            if now - lastDrawing >= Self.drawingInterval { draw() }
        } else if now - rows[place].written >= Self.lineInterval {
            rows[place].written = now
            write(text(rows[place], width: 4096) + "\n")
        }
    }

    /// Takes a line away.
    public mutating func end(_ label: String) {
        guard rows.contains(where: { $0.label == label }) else { return }
        clear()
        rows.removeAll { $0.label == label }
        if columns() != nil, !rows.isEmpty { draw() }
    }

    /// Takes all lines off the terminal, for something else to be printed; the next update draws them again.
    public mutating func clear() {
        guard drawn > 0 else { return }
        write("\r" + (drawn > 1 ? "\u{1B}[\(drawn - 1)A" : "") + "\u{1B}[J")
        drawn = 0
    }

    private mutating func draw() {
        lastDrawing = clock()
        // The last column stays empty: some terminals go to the next line there.
        let width = min(max(columns() ?? 80, 2), 4096) - 1
        let up = drawn > 1 ? "\u{1B}[\(drawn - 1)A" : ""
        write("\r" + up + rows.map { text($0, width: width) + "\u{1B}[K" }.joined(separator: "\n"))
        drawn = rows.count
    }

    private func text(_ row: Row, width: Int) -> String {
        var text = "\(row.label)  \(sizes(row.done, row.total))"
        if let total = row.total, total > 0 {
            // A bar of twenty parts tells at a glance what the number says exactly.
            let part = min(1, Double(row.done) / Double(total))
            let full = Int(part * 20)
            text +=
                "  [\(String(repeating: "#", count: full))\(String(repeating: ".", count: 20 - full))] \(Int(part * 100))%"
        }
        let passed = clock() - row.began
        if passed > 0, row.done > 0 {
            let rate = Double(row.done) / passed
            text += "  \(sizes(Int(clamping: rate), nil))/s"
            if let total = row.total, total > row.done { text += "  \(duration(Double(total - row.done) / rate)) left" }
        }
        return String(text.prefix(width))
    }
}
