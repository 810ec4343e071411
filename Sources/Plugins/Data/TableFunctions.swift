import Datasets
import Host
import Lua

/// Tables in files of text.
let tableFunctions: [HostFunction] = [
    .function(
        "csv",
        doc:
            "The rows of a file of comma-separated values (RFC 4180): features, float32, and a target. A target of names "
            + "gives labels in the order of the sorted names, one of whole numbers int64, another float32.",
        arguments: [.string("path")],
        options: [
            .list(
                "features",
                "the columns of the input, by name or by place from 0; lists of them for several inputs; by default all "
                    + "but the target"
            ).optional,
            .anyOf("target", "a column, or a list of them; none by default", of: [.string, .integer, .list]).optional,
            .boolean("header", "whether the first line has the names of the columns", default: true),
            .string("separator", "one character", default: ","),
            .table("types", "by column: 'number', 'integer' or 'class'").optional,
        ], returns: .object(ColumnDataset.self)
    ) { call in
        var csv = CSV()
        csv.hasHeader = try call.boolean("header")
        let separator = Array(try call.string("separator").utf8)
        guard separator.count == 1 else {
            throw call.badArgument("separator", expected: "one character", got: "'\(try call.string("separator"))'")
        }
        csv.separator = separator[0]
        if try call.has("features") { csv.features = try features(call) }
        switch try call.value("target") {
        case .nil: break
        case .list(let items): (csv.target, csv.isTargetList) = (try items.map { try column($0, "target", call) }, true)
        case let other: csv.target = [try column(other, "target", call)]
        }
        if try call.has("types") { csv.kinds = try kinds(call) }
        return .object(try csv.read(call.string("path")))
    }
]

private func column(_ value: LuaValue, _ option: StaticString, _ call: Call) throws -> CSV.Name {
    switch value {
    case .string(let name): return .name(name)
    case .integer(let place): return .place(place)
    default: throw call.badArgument(option, expected: "names of columns or places from 0", got: value.kindName)
    }
}

private func features(_ call: Call) throws -> [[CSV.Name]] {
    guard case .list(let items) = try call.value("features"), let first = items.first else {
        throw call.badArgument("features", expected: "at least one column", got: "none")
    }
    guard case .list = first else { return [try items.map { try column($0, "features", call) }] }
    return try items.map { item in
        guard case .list(let columns) = item else {
            throw call.badArgument("features", expected: "lists of columns", got: item.kindName)
        }
        return try columns.map { try column($0, "features", call) }
    }
}

private func kinds(_ call: Call) throws -> [(column: CSV.Name, kind: CSV.Kind)] {
    let known = CSV.Kind.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    guard case .table(let pairs) = try call.value("types") else {
        throw call.badArgument("types", expected: "table by names of columns", got: "list")
    }
    return try pairs.map { key, value in
        guard case .string(let text) = value, let kind = CSV.Kind(rawValue: text) else {
            throw call.badArgument("types", expected: known, got: value.shortText)
        }
        return (try column(key, "types", call), kind)
    }
}
