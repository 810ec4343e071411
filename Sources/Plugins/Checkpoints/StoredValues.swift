import Host
import Lua
import TensorFiles
import Tensors

extension LuaValue {
    /// What a file holds as a script sees it: tensors read, None absent, or `json.null` in a list.
    init(_ value: StoredValue) throws {
        switch value {
        case .none: self = .nil
        case .truth(let truth): self = .boolean(truth)
        case .integer(let integer): self = .integer(integer)
        case .number(let number): self = .number(number)
        case .text(let text): self = .string(text)
        case .bytes(let bytes): self = .bytes(bytes)
        case .tensor(let tensor): self = .object(try tensor.tensor())
        case .list(let items):
            self = .list(
                try items.map { if case .none = $0 { .object(JSONNull.shared) } else { try LuaValue($0) } })
        case .dictionary(let pairs):
            self = .table(
                try pairs.compactMap { key, value in
                    if case .none = value { return nil }
                    return (key: LuaValue(key), value: try LuaValue(value))
                })
        }
    }

    private init(_ key: StoredValue.Key) {
        switch key {
        case .text(let text): self = .string(text)
        case .integer(let integer): self = .integer(integer)
        }
    }
}

extension StoredValue {
    /// A script's value as files can hold it; nil with the kind of what none can hold.
    ///
    /// An empty table becomes a dictionary. The state of an optimizer, `{ state, param_groups }`, gets PyTorch's form.
    init(_ value: LuaValue) throws(Unstorable) {
        if let optimizer = try StoredValue(optimizer: value) {
            self = optimizer
            return
        }
        switch value {
        case .nil: self = .none
        case .boolean(let truth): self = .truth(truth)
        case .integer(let integer): self = .integer(integer)
        case .number(let number): self = .number(number)
        case .string(let text): self = .text(text)
        case .bytes(let bytes): self = .bytes(bytes)
        case .list(let items): self = items.isEmpty ? .dictionary([]) : .list(try Self.values(items))
        case .table(let pairs): self = .dictionary(try Self.sorted(pairs))
        case .object(let object as Tensor): self = .tensor(StoredTensor(object))
        case .object(is JSONNull): self = .none
        case .object, .other: throw Unstorable(kind: value.kindName)
        }
    }

    private static func values(_ items: [LuaValue]) throws(Unstorable) -> [StoredValue] {
        var values: [StoredValue] = []
        for item in items { values.append(try StoredValue(item)) }
        return values
    }

    /// Pairs in an order that does not depend on Lua's.
    private static func sorted(_ pairs: [(key: LuaValue, value: LuaValue)]) throws(Unstorable) -> [(Key, StoredValue)] {
        var integers: [(Int, StoredValue)] = []
        var texts: [(String, StoredValue)] = []
        for (key, value) in pairs {
            switch key {
            case .integer(let integer): integers.append((integer, try StoredValue(value)))
            case .string(let text): texts.append((text, try StoredValue(value)))
            default: throw Unstorable(kind: "the key \(key.shortText)")
            }
        }
        return integers.sorted { $0.0 < $1.0 }.map { (.integer($0.0), $0.1) }
            + texts.sorted { $0.0.precedesInBytes($1.0) }.map { (.text($0.0), $0.1) }
    }

    /// What `optimizer:state_dict()` gives: there, places from 0 on are keys, and no table is a list by chance.
    private init?(optimizer value: LuaValue) throws(Unstorable) {
        guard case .table(let pairs) = value, pairs.count == 2, let state = value["state"],
            case .list(let groups)? = value["param_groups"]
        else { return nil }
        var entries: [(key: LuaValue, value: LuaValue)]
        switch state {
        case .list(let items): entries = items.enumerated().map { (.integer($0 + 1), $1) }
        case .table(let pairs): entries = pairs
        default: return nil
        }
        entries.removeAll { if case .nil = $0.value { true } else { false } }
        var saved: [StoredValue] = []
        for group in groups {
            var options = try StoredValue(group)
            if case .dictionary(let pairs) = options {
                options = .dictionary(
                    pairs.map { key, value in
                        if case .text("params") = key, case .dictionary = value { return (key, .list([])) }
                        return (key, value)
                    })
            }
            saved.append(options)
        }
        self = .dictionary([
            (.text("state"), .dictionary(try Self.sorted(entries))), (.text("param_groups"), .list(saved)),
        ])
    }
}

/// A value that no file can hold.
struct Unstorable: Error {
    let kind: String
}
