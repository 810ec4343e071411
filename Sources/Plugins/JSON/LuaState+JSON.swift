import JSON
import Lua

extension LuaState {
    /// Pushes a value: arrays as marked lists, null as `json.null`.
    func push(json value: JSONValue) throws {
        switch value {
        case .null: try push(object: JSONNull.shared)
        case .bool(let isTrue): push(isTrue)
        case .integer(let integer): push(integer)
        case .number(let number): push(number)
        case .string(let string): push(string)
        case .array(let items):
            try reserve(8)
            pushTable(items: items.count)
            markJSONList()
            for (index, item) in items.enumerated() {
                try push(json: item)
                setItem(index + 1, of: -2)
            }
        case .object(let members):
            try reserve(8)
            pushTable(fields: members.count)
            for member in members {
                try push(json: member.value)
                setField(member.name, of: -2)
            }
        }
    }
}

/// Takes Lua values as JSON has them: the fields of an object in the order of their names' bytes.
struct JSONTaker {
    private let state: LuaState
    /// The tables around the present value.
    private var tables: [UnsafeRawPointer?] = []
    /// What came of the tables so far and how many bytes of text each has at least: one that stands in several places
    /// is taken once. Otherwise tables that share their parts would take time without end.
    private var known: [UnsafeRawPointer?: (value: JSONValue, size: Int)] = [:]
    /// How many bytes the text has at least.
    private var size = 0

    init(_ state: LuaState) { self.state = state }

    /// The value at an index.
    ///
    /// - Throws: `JSONError` where something has no JSON form, or too long a one. Numbers are left to the writer.
    mutating func value(at index: Int32) throws -> JSONValue {
        try count(1)
        switch state.type(at: index) {
        case .boolean: return .bool(state.isTruthy(at: index))
        case .number:
            if !state.isFloat(at: index), let integer = state.integer(at: index) { return .integer(integer) }
            return .number(state.number(at: index) ?? 0)
        case .string:
            guard let string = string(at: index) else { throw refusal("a string that is not UTF-8") }
            try count(string.utf8.count)
            return .string(string)
        case .table: return try table(at: state.absolute(index))
        default:
            guard state.object(at: index, as: JSONNull.self) != nil else {
                throw refusal("a \(state.typeName(at: index))")
            }
            return .null
        }
    }

    private func string(at index: Int32) -> String? {
        state.withBytes(at: index) { String(validating: $0, as: UTF8.self) } ?? nil
    }

    private mutating func table(at index: Int32) throws -> JSONValue {
        let table = state.identity(at: index)
        if let known = known[table] {
            try count(known.size)
            return known.value
        }
        guard !tables.contains(table) else { throw refusal("a table that holds itself") }
        guard tables.count < jsonDepthLimit else { throw refusal("a table more than \(jsonDepthLimit) levels deep") }
        try state.reserve(8)
        tables.append(table)
        defer { tables.removeLast() }
        let before = size
        let value = try content(at: index)
        known[table] = (value, size - before)
        return value
    }

    /// An array or object of what a table holds.
    private mutating func content(at index: Int32) throws -> JSONValue {
        let keys = try keys(at: index)
        if keys.count == 0 { return state.isJSONList(at: index) ? .array([]) : .object([]) }
        if keys.names.isEmpty {
            return .array(
                try (1...keys.count).map { position in
                    state.pushItem(position, of: index)
                    return try pop(.item(position))
                })
        }
        let names = keys.names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return .object(
            try names.map { name in
                try count(name.utf8.count)
                state.pushField(name, of: index)
                return JSONValue.Member(name, try pop(.name(name)))
            })
    }

    /// Takes the value on top of the stack off it.
    private mutating func pop(_ step: JSONError.Step) throws -> JSONValue {
        defer { state.pop() }
        do { return try value(at: -1) } catch let error as JSONError { throw error.inside(step) }
    }

    /// The names of an object's fields, or none and the number of a list's items.
    private func keys(at index: Int32) throws -> (names: [String], count: Int) {
        var names: [String] = []
        var positions = 0
        try state.forEachPair(at: index) {
            if let position = state.integer(at: -2), position > 0 {
                positions += 1
            } else if state.type(at: -2) == .string {
                guard let name = string(at: -2) else { throw refusal("a key that is not UTF-8") }
                names.append(name)
            } else {
                throw refusal("a table with the key \((try? state.describe(at: -2)) ?? "?")")
            }
        }
        if positions > 0 {
            guard names.isEmpty else { throw refusal("a table of both list items and named fields") }
            for position in 1...positions {
                defer { state.pop() }
                guard state.pushItem(position, of: index) != .nil else {
                    throw refusal("a list with holes (item \(position) is nil)")
                }
            }
        } else if !names.isEmpty, state.isJSONList(at: index) {
            throw refusal("a list with named fields")
        }
        return (names, positions + names.count)
    }

    private mutating func count(_ bytes: Int) throws {
        size += bytes
        guard size <= jsonTextLimit else { throw JSONError.tooLong() }
    }

    private func refusal(_ what: String) -> JSONError { JSONError("\(what) has no JSON form") }
}
