import Files

/// `metrics.csv`: a line for each call of `append`, a column for each name, in RFC 4180's form with "\n" at the ends of
/// lines. Spreadsheets and `pandas.read_csv` take it as it is.
///
/// The first column is `step`. A name that was not there before gets a new column at the right: the file is written
/// anew, whole or not at all, with empty cells in the lines above. What is in it depends on nothing but what was
/// appended, so that a training that was resumed writes the bytes that an uninterrupted one writes.
final class MetricsTable {
    /// The most bytes a name has.
    static let mostNameBytes = 200

    private let path: String
    private var file: AppendedFile
    /// The names of the columns, without `step`.
    private(set) var columns: [String]
    private(set) var rows: Int
    private var checksum: CRC32C

    var size: Int { file.size }

    /// The checksum of all bytes, by which a table is known again.
    var digest: UInt32 { checksum.value }

    /// An empty table in place of what is there.
    init(creating path: String) throws {
        self.path = path
        (columns, rows) = ([], 0)
        let text = Self.header([])
        try writeFile(path, text)
        checksum = .of(text)
        file = try AppendedFile(path)
    }

    /// A table as it was at a position, with what came later taken off.
    ///
    /// - Throws: `RunError` where the file did not grow out of the one that the position was taken of.
    init(resuming path: String, at position: RunPosition) throws {
        self.path = path
        let text = try readFile(path, limit: 1 << 31)
        let kept = try Self.cut(text, path: path, to: position)
        if kept.count != text.count || !text.starts(with: kept) { try writeFile(path, kept) }
        for name in position.columns { try Self.check(name) }
        (columns, rows, checksum) = (position.columns, position.rows, .of(kept))
        file = try AppendedFile(path)
    }

    /// Appends a line.
    ///
    /// - Parameter values: by name; names that are new get their columns in this order.
    /// - Throws: `RunError` for what is no name, `FileError` where the file cannot be written and stays as it was.
    func append(step: Int, _ values: [(name: String, value: MetricValue)]) throws {
        let known = Set(columns)
        // One text can be written in several ways, as an accent beside its letter or on it.
        let alike = Set(values.map(\.name)).count != values.count
        guard !alike, values.allSatisfy({ !known.contains($0.name) || isColumn($0.name) }) else {
            throw RunError("two names look alike but are written with other characters: give them different names")
        }
        let new = values.map(\.name).filter { !known.contains($0) }
        for name in new { try Self.check(name) }
        if !new.isEmpty { try widen(by: new) }
        let byName = Dictionary(values.map { ($0.name, $0.value.text) }) { _, last in last }
        let line = Array(([String(step)] + columns.map { byName[$0] ?? "" }).joined(separator: ",").utf8) + [newline]
        try file.append(line)
        checksum.add(line)
        rows += 1
    }

    func sync() throws { try file.sync() }

    /// Whether a column has this name to the byte.
    private func isColumn(_ name: String) -> Bool { columns.contains { $0.isSame(as: name) } }

    private static func check(_ name: String) throws {
        // A spreadsheet takes what begins with one of these for a formula.
        guard let first = name.utf8.first, !"=+-@".utf8.contains(first), name != "step",
            name.utf8.count <= mostNameBytes,
            !name.unicodeScalars.contains(where: { $0.value < 32 || (127..<160).contains($0.value) })
        else {
            throw RunError(
                "'\(name.prefix(mostNameBytes))' cannot name a column: a text of 1 to \(mostNameBytes) bytes without control "
                    + "characters expected, not 'step' and not beginning with = + - or @")
        }
    }

    /// Adds columns at the right.
    private func widen(by names: [String]) throws {
        let wider = columns + names
        guard wider.count <= mostColumns else {
            throw RunError("at most \(mostColumns) names are taken, '\(names[0])' would be one more")
        }
        let lines = try readFile(path, limit: 1 << 31).split(separator: newline).dropFirst()
        var text = Self.header(wider)
        let empty = [UInt8](repeating: comma, count: names.count) + [newline]
        for line in lines { text += line + empty }
        try writeFile(path, text)
        file = try AppendedFile(path)
        (columns, checksum) = (wider, .of(text))
    }

    private static func header(_ columns: [String]) -> [UInt8] {
        Array((["step"] + columns).map(CSV.field).joined(separator: ",").utf8) + [newline]
    }

    /// What a table was at a position.
    private static func cut(_ text: [UInt8], path: String, to position: RunPosition) throws -> [UInt8] {
        var kept = header(position.columns)
        if text.starts(with: kept) {
            kept = Array(text.prefix(position.metricsBytes))
        } else {
            // Columns that came later are empty in the lines before.
            let lines = text.split(separator: newline, maxSplits: position.rows + 1, omittingEmptySubsequences: true)
            let columns = lines.first.map { CSV.fields(of: String(decoding: $0, as: UTF8.self)).count - 1 } ?? 0
            let later = max(0, columns - position.columns.count)
            for line in lines.dropFirst().prefix(position.rows) { kept += line.dropLast(later) + [newline] }
        }
        guard kept.count == position.metricsBytes, CRC32C.of(kept).value == position.metricsDigest else {
            throw RunError(
                "'\(path)' does not begin with the \(position.rows) lines that it had when the state was saved (it was "
                    + "changed, or is another run's): put it back, or go on without `resume` in another folder")
        }
        return kept
    }
}

/// The most columns that a table of metrics has.
public let mostColumns = 1000

/// A number as metrics have it.
public enum MetricValue: Sendable {
    case integer(Int)
    case number(Double)

    public var number: Double {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        }
    }

    /// As many digits as tell it from its neighbours; "nan", "inf" and "-inf", as Python and pandas read them.
    var text: String {
        switch self {
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        }
    }
}

private let newline = UInt8(ascii: "\n")
private let comma = UInt8(ascii: ",")
