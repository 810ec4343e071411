import Checkpoints
import Host
import Lua
import Tensors

// Plain values of scripts, from and to what the state of a training keeps.

extension StateValue {
    /// - Parameter place: what messages call the value: "state.best".
    /// - Throws: `UnkeptValue` for functions, objects that are no tensors and other modules' values.
    init(_ value: LuaValue, _ place: String) throws {
        switch value {
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let value): self = .string(value)
        case .bytes(let value): self = .bytes(value)
        case .list(let items):
            self = .list(try items.enumerated().map { try StateValue($1, "\(place)[\($0 + 1)]") })
        case .table(let pairs):
            self = .table(
                try pairs.map { key, value in
                    let inner = if case .string(let name) = key { ".\(name)" } else { "[\(key.shortText)]" }
                    return (try StateValue(key, "a key of \(place)"), try StateValue(value, place + inner))
                })
        case .object(let tensor as Tensor): self = .tensor(tensor)
        case .nil, .object, .other:
            throw UnkeptValue(place: place, kind: value.kindName == "object" ? "an object" : "a \(value.kindName)")
        }
    }

    /// What can be kept of a script's options: a secret, for one, cannot.
    init?(option value: LuaValue) {
        guard let value = try? StateValue(value, "") else { return nil }
        self = value
    }
}

extension LuaValue {
    init(_ value: StateValue) {
        switch value {
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let value): self = .string(value)
        case .bytes(let value): self = .bytes(value)
        case .list(let items): self = .list(items.map { LuaValue($0) })
        case .table(let pairs): self = .table(pairs.map { (key: LuaValue($0.key), value: LuaValue($0.value)) })
        case .tensor(let tensor): self = .object(tensor)
        }
    }
}

/// A value that no file can keep.
struct UnkeptValue: Error, CustomStringConvertible {
    let place: String
    let kind: String

    var description: String {
        "\(place) is \(kind): numbers, texts, booleans, tensors and tables of them can be kept"
    }
}
