/// A line that tells how far something is. On a terminal it changes in place; elsewhere each text is a line.
public struct ProgressLine {
    /// What texts of its own begin with.
    public let label: String
    /// What there is to do, where that is known.
    public let total: Int?
    /// What is counted: "images".
    public let unit: String
    /// How wide the terminal is; nil where there is none.
    private let columns: () -> Int?
    private let clock: () -> Double
    private let write: (String) -> Void

    /// Seconds between two drawings on a terminal, and between two lines of our own making elsewhere.
    private static let drawingInterval = 0.05
    private static let lineInterval = 10.0
    /// What no terminal is wider than: a line is filled with spaces up to its width.
    private static let mostColumns = 4096

    /// Whether the terminal's cursor stands behind an unfinished line.
    public private(set) var isOpen = false
    private var began: Double
    private var written = -Double.infinity
    private var done = 0
    private var present = ""
    /// Whether `present` has not been written.
    private var isPending = false
    private var isBytes = false

    /// A line of which nothing is shown before its first update.
    ///
    /// - Parameters:
    ///   - columns: how wide the terminal is, asked at each drawing; nil where there is none.
    ///   - clock: seconds from any fixed moment.
    ///   - write: takes what is to be shown, at once.
    public init(
        label: String = "", total: Int? = nil, unit: String = "", columns: @escaping () -> Int?,
        clock: @escaping () -> Double = monotonicSeconds, write: @escaping (String) -> Void
    ) {
        self.label = label
        self.total = total
        self.unit = unit
        self.columns = columns
        self.clock = clock
        self.write = write
        began = clock()
    }

    // MARK: What is told

    /// Tells how far it is, in the caller's words or, without a text, in numbers.
    public mutating func update(_ done: Int, _ text: String? = nil) {
        isBytes = false
        self.done = done
        let numbers = total.map { "\(done)/\($0)" } ?? "\(done)"
        show(text ?? joined([label, numbers, percent(done, total)]), isOwn: text == nil)
    }

    /// Tells how many bytes have come.
    public mutating func updateBytes(_ done: Int, of total: Int?) {
        isBytes = true
        self.done = done
        show(joined([label, sizes(done, total), percent(done, total)]), isOwn: true)
    }

    /// Writes a line that stays, above the changing one.
    public mutating func log(_ text: String) {
        clear()
        write(text + "\n")
        if isOpen { draw() }
    }

    /// Ends the line with its last text or another; a later update begins a new one.
    public mutating func finish(_ text: String? = nil) {
        if let text {
            clear()
            write(text + "\n")
        } else if isOpen {
            draw()
            write("\n")
        } else if isPending {
            write(present + "\n")
        }
        isOpen = false
        isPending = false
        done = 0
        written = -.infinity
        began = clock()
    }

    /// Empties the line, for something else to be printed; the next update draws it again.
    public func clear() {
        if isOpen { write("\r\u{1B}[K") }
    }

    // MARK: Drawing

    private mutating func show(_ text: String, isOwn: Bool) {
        present = text
        isPending = true
        let now = clock()
        if columns() != nil {
            guard now - written >= Self.drawingInterval else { return }
            draw()
        } else {
            // Who gives a text chooses when; what we say ourselves must not fill a log.
            guard !isOwn || now - max(written, began) >= Self.lineInterval else { return }
            write(text + "\n")
        }
        written = now
        isPending = false
    }

    private mutating func draw() {
        // The last column stays empty: some terminals go to the next line there.
        let width = min(max(columns() ?? 80, 1), Self.mostColumns) - 1
        let text = String(present.map { $0 == "\t" || $0.isNewline ? " " : $0 }.prefix(width))
        let speed = speed()
        let room = width - text.count - speed.count
        let gap = String(repeating: " ", count: max(room, 0))
        write("\r" + text + (room >= 2 && !speed.isEmpty ? gap + speed : "") + "\u{1B}[K")
        isOpen = true
    }

    /// How fast it goes and how long it will take: "11520 images/s  0:04 left".
    private func speed() -> String {
        let passed = clock() - began
        guard done > 0, passed > 0 else { return "" }
        let rate = Double(done) / passed
        let number = rate < 10 ? tenths(rate) : "\(Int(clamping: rate))"
        let counted = unit.isEmpty ? "\(number)/s" : "\(number) \(unit)/s"
        let speed = isBytes ? "\(sizes(Int(clamping: rate), nil))/s" : counted
        guard let total, total > done else { return speed }
        return "\(speed)  \(duration(Double(total - done) / rate)) left"
    }

    // MARK: Words

    private func joined(_ parts: [String?]) -> String {
        parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "  ")
    }

    private func percent(_ done: Int, _ total: Int?) -> String? {
        guard let total, total > 0 else { return nil }
        return "\(Int(clamping: Double(done) / Double(total) * 100))%"
    }
}

/// "4.2/9.9 MB", "4.2 MB"; both numbers in the larger one's unit.
func sizes(_ done: Int, _ total: Int?) -> String {
    var (divisor, unit) = (1.0, "B")
    for (size, name) in [(1e3, "kB"), (1e6, "MB"), (1e9, "GB")] where Double(max(done, total ?? 0)) >= size {
        (divisor, unit) = (size, name)
    }
    func number(_ bytes: Int) -> String { divisor == 1 ? "\(bytes)" : tenths(Double(bytes) / divisor) }
    return "\(number(done))\(total.map { "/\(number($0))" } ?? "") \(unit)"
}

/// A number with one digit after the point.
private func tenths(_ value: Double) -> String {
    let tenths = Int(clamping: (value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
}

/// "0:42", "1:02:03".
func duration(_ seconds: Double) -> String {
    let all = Int(clamping: min(seconds, 1e9).rounded(.up))
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let rest = "\(two(all % 60))"
    return all < 3600 ? "\(all / 60):\(rest)" : "\(all / 3600):\(two(all / 60 % 60)):\(rest)"
}
