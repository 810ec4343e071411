import Datasets
import Host
import Images
import Lua
import Metrics
import Plots
import Tensors

// What scripts give to be drawn.

/// The curves that were given.
func series(_ call: Call) throws -> [LineChart.Series] {
    func refusal(_ got: String) -> any Error {
        call.badArgument(
            "series", expected: "numbers, numbers by names, or a list of { name = ..., x = ..., y = ... }", got: got)
    }
    func curve(_ name: String, x: LuaValue = .nil, y: LuaValue) throws -> LineChart.Series {
        guard let heights = try numbers(y, call) else { throw refusal("a \(y.kindName) as '\(name.prefix(60))'") }
        if case .nil = x { return .init(name: name, x: heights.indices.map { Double($0 + 1) }, y: heights) }
        guard let places = try numbers(x, call) else {
            throw refusal("a \(x.kindName) as the x of '\(name.prefix(60))'")
        }
        guard places.count == heights.count else {
            throw refusal("\(places.count) x for \(heights.count) y in '\(name.prefix(60))'")
        }
        return .init(name: name, x: places, y: heights)
    }
    let value = try call.value("series")
    if try numbers(value, call) != nil { return [try curve("", y: value)] }
    switch value {
    case .list(let items):
        return try items.enumerated().map { number, item in
            guard case .table(let pairs) = item else { throw refusal("a list with a \(item.kindName)") }
            var (name, x, y) = ("\(number + 1)", LuaValue.nil, LuaValue.nil)
            for (key, value) in pairs {
                switch (key, value) {
                case (.string("name"), .string(let text)): name = text
                case (.string("x"), _): x = value
                case (.string("y"), _): y = value
                default: throw refusal("\(key.shortText) in item \(number + 1)")
                }
            }
            return try curve(name, x: x, y: y)
        }
    case .table(let pairs):
        return try pairs.map { key, value in
            guard case .string(let name) = key else { throw refusal("\(key.shortText)") }
            return try curve(name, y: value)
        }.sorted { $0.name < $1.name }
    default: throw refusal("a \(value.kindName)")
    }
}

/// A list of numbers or a tensor's elements; nil for what is neither.
private func numbers(_ value: LuaValue, _ call: Call) throws -> [Double]? {
    switch value {
    case .object(let object): return try (object as? Tensor).map { try plainNumbers($0, call, "series") }
    case .list(let items):
        var numbers: [Double] = []
        for item in items {
            switch item {
            case .integer(let number): numbers.append(Double(number))
            case .number(let number): numbers.append(number)
            default: return nil
            }
        }
        return numbers.isEmpty ? nil : numbers
    default: return nil
    }
}

/// The most rows or columns of a matrix that is drawn.
private let mostCells = 1 << 22

/// The matrix that was given.
func matrix(_ call: Call) throws -> MatrixChart {
    let names = try call.has("names") ? call.strings("names") : []
    let rowNames = try call.has("row_names") ? call.strings("row_names") : names
    let columnNames = try call.has("column_names") ? call.strings("column_names") : names
    var labels = Labels(title: try call.string("title"), x: try call.string("x_label"), y: try call.string("y_label"))
    func chart(_ rows: [[Double]]) -> MatrixChart {
        MatrixChart(rows, rowNames: rowNames, columnNames: columnNames, labels)
    }
    func refusal(_ got: String) -> any Error {
        call.badArgument("values", expected: "a table of numbers with rows of one length", got: got)
    }
    if let confusion: ConfusionMatrix = try call.optionalObject("values") {
        guard confusion.classes * confusion.classes <= mostCells else {
            throw refusal("\(confusion.classes) classes, more than can be seen")
        }
        if labels.x.isEmpty, labels.y.isEmpty { (labels.x, labels.y) = ("predicted", "true") }
        return chart(confusion.rows)
    }
    if let tensor: Tensor = try call.optionalObject("values") {
        guard tensor.dim == 2, tensor.count <= mostCells, tensor.count > 0 else {
            throw refusal("a tensor \(tensor.shape)")
        }
        let numbers = try plainNumbers(tensor, call, "values")
        let columns = tensor.shape[1]
        return chart((0..<tensor.shape[0]).map { Array(numbers[$0 * columns..<($0 + 1) * columns]) })
    }
    guard case .list(let items) = try call.value("values"), !items.isEmpty else { throw refusal("another table") }
    let rows = try items.enumerated().map { number, item in
        guard let row = try numbers(item, call) else { throw refusal("a \(item.kindName) as row \(number + 1)") }
        return row
    }
    guard rows.allSatisfy({ $0.count == rows[0].count }), rows.count * rows[0].count <= mostCells else {
        throw refusal("rows of several lengths, or more than can be seen")
    }
    return chart(rows)
}

/// The most pictures of one grid.
private let mostImages = 10_000

/// The pictures that were given.
func images(_ call: Call) throws -> [Image] {
    let isNormalized = try call.boolean("normalize")
    func refusal(_ got: String) -> any Error {
        call.badArgument(
            "images", expected: "a tensor [n, 1 or 3 channels, height, width] or a list of images and tensors", got: got
        )
    }
    if let tensor: Tensor = try call.optionalObject("images") {
        guard tensor.dim == 4, tensor.shape[0] <= mostImages else { throw refusal("a tensor \(tensor.shape)") }
        return try (0..<tensor.shape[0]).map { try picture(tensor.select(0, $0), isNormalized: isNormalized) }
    }
    guard case .list(let items) = try call.value("images"), items.count <= mostImages else {
        throw refusal("another table, or more than \(mostImages)")
    }
    return try items.map { item in
        guard case .object(let object) = item else { throw refusal("a list with a \(item.kindName)") }
        if let image = object as? ScriptImage { return image.image }
        guard let tensor = object as? Tensor else { throw refusal("a list with another object") }
        return try picture(tensor, isNormalized: isNormalized)
    }
}

/// The picture of a tensor `[height, width]` or `[channels, height, width]`, its values from 0 to 1 or, where it is to be
/// normalised, from the least to the most.
func picture(_ tensor: Tensor, isNormalized: Bool) throws -> Image {
    guard isNormalized, tensor.dtype == .float32, tensor.count <= Image.mostPixels * 3 else { return try Image(tensor) }
    let values = try tensor.floatArray()
    let finite = values.lazy.filter { $0.isFinite }
    guard let least = finite.min(), let most = finite.max(), most > least else {
        return try Image(Tensor.zeros(tensor.shape))
    }
    return try Image(Tensor(values.map { ($0 - least) / (most - least) }, tensor.shape))
}
