import Lua

/// Writes a Lua value as JSON.
struct JSONWriter {
    private(set) var text: [UInt8] = []
    private let state: LuaState
    private let indent: Int
    /// The keys that lead to the present value, and the tables on the way.
    private var path: [Step] = []
    private var tables: [UnsafeRawPointer?] = []

    private enum Step {
        case name(String)
        case item(Int)
    }

    init(_ state: LuaState, indent: Int) {
        self.state = state
        self.indent = indent
    }

    /// Appends the value at an index.
    mutating func write(at index: Int32) throws {
        switch state.type(at: index) {
        case .boolean: append(state.isTruthy(at: index) ? "true" : "false")
        case .number: try writeNumber(at: index)
        case .string:
            guard let string = string(at: index) else { throw refusal("a string that is not UTF-8") }
            write(string)
        case .table: try writeTable(at: state.absolute(index))
        default:
            guard state.object(at: index, as: JSONNull.self) != nil else {
                throw refusal("a \(state.typeName(at: index))")
            }
            append("null")
        }
    }

    private mutating func writeNumber(at index: Int32) throws {
        let number = state.number(at: index) ?? 0
        if !state.isFloat(at: index), let integer = state.integer(at: index) {
            append("\(integer)")
        } else if number.isFinite {
            append("\(number)")
        } else {
            throw refusal(number.isNaN ? "nan" : number < 0 ? "-inf" : "inf")
        }
    }

    private func string(at index: Int32) -> String? {
        state.withBytes(at: index) { String(validating: $0, as: UTF8.self) } ?? nil
    }

    private mutating func write(_ string: String) {
        let digits = Array("0123456789abcdef".utf8)
        text.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case 8: append("\\b")
            case 9: append("\\t")
            case 10: append("\\n")
            case 12: append("\\f")
            case 13: append("\\r")
            case 0..<32:
                append("\\u00")
                text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }

    // MARK: Tables

    private mutating func writeTable(at index: Int32) throws {
        let table = state.identity(at: index)
        guard !tables.contains(table) else { throw refusal("a table that holds itself") }
        guard tables.count < jsonDepth else { throw refusal("a table more than \(jsonDepth) levels deep") }
        try state.reserve(8)
        tables.append(table)
        defer { tables.removeLast() }
        let keys = try keys(at: index)
        if keys.count == 0 {
            append(state.isJSONList(at: index) ? "[]" : "{}")
        } else if keys.names.isEmpty {
            try writeItems(keys.count, of: index)
        } else {
            try writeFields(keys.names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, of: index)
        }
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

    private mutating func writeItems(_ count: Int, of index: Int32) throws {
        text.append(UInt8(ascii: "["))
        for position in 1...count {
            begin(position == 1)
            path.append(.item(position))
            state.pushItem(position, of: index)
            try write(at: -1)
            state.pop()
            path.removeLast()
        }
        end("]")
    }

    private mutating func writeFields(_ names: [String], of index: Int32) throws {
        text.append(UInt8(ascii: "{"))
        for (number, name) in names.enumerated() {
            begin(number == 0)
            write(name)
            append(indent > 0 ? ": " : ":")
            path.append(.name(name))
            state.pushField(name, of: index)
            try write(at: -1)
            state.pop()
            path.removeLast()
        }
        end("}")
    }

    /// What stands before an item.
    private mutating func begin(_ isFirst: Bool) {
        if !isFirst { text.append(UInt8(ascii: ",")) }
        breakLine(tables.count)
    }

    private mutating func end(_ bracket: StaticString) {
        breakLine(tables.count - 1)
        append("\(bracket)")
    }

    private mutating func breakLine(_ level: Int) {
        guard indent > 0 else { return }
        text.append(UInt8(ascii: "\n"))
        text += repeatElement(UInt8(ascii: " "), count: level * indent)
    }

    private mutating func append(_ string: String) { text += string.utf8 }

    // MARK: Errors

    /// "metrics.loss: nan has no JSON form".
    private func refusal(_ what: String) -> JSONError {
        var place = ""
        for step in path {
            switch step {
            case .item(let position): place += "[\(position)]"
            case .name(let name) where Self.isName(name): place += place.isEmpty ? name : ".\(name)"
            case .name(let name): place += "[\"\(name)\"]"
            }
        }
        return JSONError(description: "\(place)\(place.isEmpty ? "" : ": ")\(what) has no JSON form")
    }

    private static func isName(_ name: String) -> Bool {
        let letters = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        return letters && name.utf8.first.map { $0 > UInt8(ascii: "9") } ?? false
    }
}
