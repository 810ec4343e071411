import Host
import Lua
import Networks

// Values as libraries that know no Lua have them, from and to those of Lua.

extension Value {
    /// What a library that knows no Lua can take of a value; nil for the rest.
    init?(_ value: LuaValue) {
        switch value {
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let value): self = .string(value)
        case .object(let object): self = .object(object)
        case .table(let pairs) where pairs.isEmpty: self = .list([])
        case .list(let items):
            var values: [Value] = []
            for item in items {
                guard let value = Value(item) else { return nil }
                values.append(value)
            }
            self = .list(values)
        default: return nil
        }
    }
}

extension LuaValue {
    init(_ value: Value) {
        switch value {
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let value): self = .string(value)
        case .list(let items): self = .list(items.map { LuaValue($0) })
        case .object(let object): self = .object(object)
        }
    }
}

extension LuaValue {
    /// What messages call a value that is of no use.
    var kindName: String {
        switch self {
        case .nil: "nil"
        case .boolean: "boolean"
        case .integer, .number: "number"
        case .string, .bytes: "string"
        case .list, .table: "table"
        case .object(let object): object is Tensor ? "Tensor" : (object as? Module)?.kind ?? "object"
        case .other: "function"
        }
    }

    /// A key as messages name it.
    var shortText: String {
        switch self {
        case .string(let text): "'\(text.prefix(60))'"
        case .integer(let number): "[\(number)]"
        case .number(let number): "[\(number)]"
        default: "a key that is a \(kindName)"
        }
    }
}
