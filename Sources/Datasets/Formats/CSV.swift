import Files

/// A table in a file of comma-separated values, as a data set: features and a target of each row.
public struct CSV {
    /// A column, by its name or by its place from 0.
    public enum Name: Sendable, Equatable {
        case name(String)
        case place(Int)
    }

    /// What a column holds.
    public enum Kind: String, Sendable, CaseIterable {
        /// Numbers, float32.
        case number
        /// Whole numbers, int64.
        case integer
        /// Names of classes, each the number of its place among all names, sorted: int64.
        case `class`
    }

    /// The columns of each input; nil for one of all columns that are no target. Inputs are float32 `[columns]`.
    public var features: [[Name]]?
    /// The columns of the target; none by default.
    public var target: [Name] = []
    /// Whether the target is a list, `[columns]`, also where it is of one column only.
    public var isTargetList = false
    /// What columns hold. Default: numbers; a target may also be whole numbers throughout, or begin with a name.
    public var kinds: [(column: Name, kind: Kind)] = []
    public var separator = UInt8(ascii: ",")
    /// Whether the first line has the names of the columns. Default: true.
    public var hasHeader = true

    /// The longest file: 1 GiB.
    private static let mostBytes = 1 << 30

    public init() {}

    /// Reads a file.
    ///
    /// - Throws: `FileError`, `DatasetError.unreadable` with line and column where it breaks the format or a field is not
    ///   what its column holds, `DatasetError.invalid` for columns that it does not have.
    public func read(_ path: String) throws -> ColumnDataset {
        let bytes = try readFile(path, limit: Self.mostBytes, kind: .regular)
        guard separator < 0x80, separator != UInt8(ascii: "\""), separator != UInt8(ascii: "\n"),
            separator != UInt8(ascii: "\r")
        else { throw DatasetError.invalid("a separator of one character expected, such as ',' or ';'") }
        return try CSVTable(self, bytes, path: path).dataset()
    }
}

/// A file while it is read: once to see what its columns hold, once for the names of classes, once for the values.
private struct CSVTable {
    private let reader: CSVReader
    private let path: String
    private let hasHeader: Bool
    private let names: [String]
    /// By input: the places of its columns.
    private let features: [[Int]]
    private let target: [Int]
    private let isTargetList: Bool
    /// By place: what the column holds, of the columns that are looked at.
    private var kinds: [Int: CSV.Kind] = [:]
    /// By place: the numbers of the names of classes.
    private var classes: [Int: [String: Int64]] = [:]
    private var rows = 0

    init(_ options: CSV, _ bytes: [UInt8], path: String) throws {
        reader = CSVReader(bytes, separator: options.separator, name: path)
        (self.path, hasHeader) = (path, options.hasHeader)
        var (copy, fields): (CSVReader, [CSVReader.Field]) = (reader, [])
        guard try copy.next(&fields) != nil else {
            throw DatasetError.unreadable(file: path, reason: "the file is empty, rows of values expected")
        }
        let names = hasHeader ? fields.map { copy.text($0) } : fields.indices.map { "\($0)" }
        self.names = names
        func place(_ column: CSV.Name) throws -> Int {
            switch column {
            case .place(let place):
                guard names.indices.contains(place) else {
                    throw DatasetError.invalid("column \(place) of '\(path)' expected, it has \(names.count), from 0")
                }
                return place
            case .name(let name):
                let places = names.indices.filter { names[$0] == name }
                guard places.count < 2 else {
                    throw DatasetError.invalid("'\(path)' has \(places.count) columns '\(name)': give a number, from 0")
                }
                guard let place = places.first else {
                    throw DatasetError.invalid(
                        "'\(path)' has no column '\(name)' (there are: "
                            + "\(names.prefix(30).joined(separator: ", "))\(names.count > 30 ? ", …" : ""))")
                }
                return place
            }
        }
        let target = try options.target.map(place)
        self.target = target
        isTargetList = options.isTargetList || target.count > 1
        features = try options.features?.map { try $0.map(place) } ?? [names.indices.filter { !target.contains($0) }]
        guard features.allSatisfy({ !$0.isEmpty }), !(features.isEmpty && target.isEmpty) else {
            throw DatasetError.invalid("an input of at least one column expected, got none")
        }
        for column in features.joined() { kinds[column] = .number }
        for column in target { kinds[column] = nil }
        for (column, kind) in options.kinds { kinds[try place(column)] = kind }
        try findKinds()
        try findClasses()
    }

    func dataset() throws -> ColumnDataset {
        var inputs = features.map { Array<Float>(reserving: rows * $0.count) }
        var (numbers, labels): ([Float], [Int64]) = ([], [])
        let isWhole = target.allSatisfy { kinds[$0] != .number }
        try forEachRow { line, fields in
            for (input, columns) in features.enumerated() {
                for column in columns { inputs[input].append(Float(try number(fields[column], line, column))) }
            }
            for column in target {
                if isWhole {
                    labels.append(try whole(fields[column], line, column))
                } else {
                    numbers.append(Float(try number(fields[column], line, column)))
                }
            }
        }
        var columns = try zip(inputs, features).map { values, places in
            try Column(values.bytes, dtype: .float32, shape: [places.count], count: rows)
        }
        if !target.isEmpty {
            let shape = isTargetList ? [target.count] : []
            columns.append(
                isWhole
                    ? try Column(labels.bytes, dtype: .int64, shape: shape, count: rows)
                    : try Column(numbers.bytes, dtype: .float32, shape: shape, count: rows))
        }
        let found = target.count == 1 ? classes[target[0]] : nil
        return try ColumnDataset(
            columns, classes: found.map { $0.sorted { $0.value < $1.value }.map(\.key) } ?? [],
            names: hasHeader ? names : [])
    }

    // MARK: Passes

    private func forEachRow(_ body: (_ line: Int, _ fields: [CSVReader.Field]) throws -> Void) throws {
        var (reader, fields): (CSVReader, [CSVReader.Field]) = (reader, [])
        if hasHeader { _ = try reader.next(&fields) }
        while let line = try reader.next(&fields) {
            guard fields.count == names.count else {
                throw DatasetError.unreadable(
                    file: path, reason: "line \(line): \(names.count) fields expected, got \(fields.count)")
            }
            try body(line, fields)
        }
    }

    /// What the columns of the target hold: the first row tells names from numbers.
    private mutating func findKinds() throws {
        var open: [Int: CSV.Kind] = [:]
        var count = 0
        let unknown = target.filter { kinds[$0] == nil }
        try forEachRow { line, fields in
            count += 1
            for column in unknown {
                switch open[column] {
                case nil:
                    open[column] =
                        reader.integer(fields[column]) != nil
                        ? .integer : reader.number(fields[column]) != nil ? .number : .class
                case .integer: if reader.integer(fields[column]) == nil { open[column] = .number }
                default: break
                }
            }
        }
        guard count > 0 else {
            throw DatasetError.unreadable(file: path, reason: "rows of values expected, got the names of columns only")
        }
        rows = count
        kinds.merge(open) { known, _ in known }
    }

    private mutating func findClasses() throws {
        let columns = kinds.filter { $0.value == .class }.map(\.key)
        guard !columns.isEmpty else { return }
        var found: [Int: Set<String>] = [:]
        try forEachRow { line, fields in
            for column in columns {
                let name = reader.text(fields[column])
                guard !name.isEmpty else {
                    throw reader.fail(line, column, "the name of a class expected, got nothing")
                }
                found[column, default: []].insert(name)
            }
        }
        for (column, names) in found {
            let sorted = names.sorted { $0.systemBytes.lexicographicallyPrecedes($1.systemBytes) }
            classes[column] = Dictionary(uniqueKeysWithValues: zip(sorted, 0...))
        }
    }

    // MARK: Values

    private func number(_ field: CSVReader.Field, _ line: Int, _ column: Int) throws -> Double {
        if kinds[column] != .number { return Double(try whole(field, line, column)) }
        guard let number = reader.number(field) else { throw unfit(field, line, column, "a number") }
        guard Float(number).isFinite else { throw unfit(field, line, column, "a number that float32 holds") }
        return number
    }

    private func whole(_ field: CSVReader.Field, _ line: Int, _ column: Int) throws -> Int64 {
        let value =
            kinds[column] == .class ? classes[column]?[reader.text(field)] : reader.integer(field)
        guard let value else { throw unfit(field, line, column, "a whole number") }
        return value
    }

    private func unfit(_ field: CSVReader.Field, _ line: Int, _ column: Int, _ expected: String) -> DatasetError {
        let text = reader.text(field)
        let got = text.isEmpty ? "nothing" : "'\(text.count > 40 ? text.prefix(40) + "…" : text)'"
        let name = hasHeader ? " ('\(names[column])')" : ""
        return .unreadable(
            file: path,
            reason:
                "line \(line), column \(column + 1)\(name): \(expected) expected, got \(got); columns of names are of the "
                + "type 'class'")
    }
}

extension Array {
    fileprivate init(reserving count: Int) {
        self.init()
        reserveCapacity(count)
    }

    /// The elements' bytes.
    fileprivate var bytes: [UInt8] { withUnsafeBytes { Array<UInt8>($0) } }
}
