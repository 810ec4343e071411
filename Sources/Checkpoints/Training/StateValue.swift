import JSON
import Tensors

/// What a script wants kept with the state of its training: a tree of plain values and tensors. It comes back bit for
/// bit: integers stay integers, numbers keep all their bits, texts all their bytes.
public indirect enum StateValue {
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    /// A text that is not UTF-8.
    case bytes([UInt8])
    case list([StateValue])
    case table([(key: StateValue, value: StateValue)])
    case tensor(Tensor)

    /// The value under a name; nil where it is no table or has none.
    public subscript(name: String) -> StateValue? {
        guard case .table(let pairs) = self else { return nil }
        return pairs.first { if case .string(name) = $0.key { true } else { false } }?.value
    }
}

/// Values as JSON, and the tensors in them by numbers. Objects with one member whose name begins with "$" stand for what
/// JSON does not have.
struct StateEncoder {
    private(set) var tensors: [Tensor] = []

    mutating func json(_ value: StateValue) -> JSONValue {
        switch value {
        case .boolean(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .number(let value): return value.isFinite ? .number(value) : mark("number", .string("\(value)"))
        case .string(let value): return .string(value)
        case .bytes(let bytes): return mark("bytes", .array(bytes.map { .integer(Int($0)) }))
        case .tensor(let tensor):
            tensors.append(tensor)
            return mark("tensor", .integer(tensors.count - 1))
        case .list(let items): return .array(items.map { json($0) })
        case .table(let pairs): return table(pairs)
        }
    }

    /// In the order of the keys, which Lua's tables do not have, so that the same values give the same file.
    private mutating func table(_ pairs: [(key: StateValue, value: StateValue)]) -> JSONValue {
        let names = pairs.compactMap { pair in if case .string(let name) = pair.key { name } else { nil } }
        if names.count == pairs.count, !names.contains(where: { $0.utf8.first == UInt8(ascii: "$") }) {
            let sorted = zip(names, pairs).sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
            return .object(sorted.map { JSONValue.Member($0.0, json($0.1.value)) })
        }
        let sorted = pairs.map { (rank: Self.rank($0.key), pair: $0) }.sorted { $0.rank < $1.rank }
        return mark("pairs", .array(sorted.map { .array([json($0.pair.key), json($0.pair.value)]) }))
    }

    private func mark(_ name: String, _ value: JSONValue) -> JSONValue { .object([.init("$" + name, value)]) }

    /// Keys by their kinds, numbers by their size.
    private static func rank(_ key: StateValue) -> (Int, Double, Int, String) {
        switch key {
        case .boolean(let value): (0, value ? 1 : 0, 0, "")
        case .integer(let value): (1, Double(value), value, "")
        case .number(let value): (1, value, 0, "")
        case .string(let value): (2, 0, 0, value)
        default: (3, 0, 0, "")
        }
    }
}

/// Reads what `StateEncoder` made.
struct StateDecoder {
    struct Malformed: Error {}

    let tensors: [Int: Tensor]

    func value(_ json: JSONValue) throws(Malformed) -> StateValue {
        switch json {
        case .null: throw Malformed()
        case .bool(let value): return .boolean(value)
        case .integer(let value): return .integer(value)
        case .number(let value): return .number(value)
        case .string(let value): return .string(value)
        case .array(let items): return .list(try values(items))
        case .object(let members):
            if members.count == 1, members[0].name.hasPrefix("$") {
                return try marked(String(members[0].name.dropFirst()), members[0].value)
            }
            var pairs: [(key: StateValue, value: StateValue)] = []
            for member in members { pairs.append((.string(member.name), try value(member.value))) }
            return .table(pairs)
        }
    }

    private func values(_ items: [JSONValue]) throws(Malformed) -> [StateValue] {
        var values: [StateValue] = []
        for item in items { values.append(try value(item)) }
        return values
    }

    private func marked(_ name: String, _ json: JSONValue) throws(Malformed) -> StateValue {
        switch (name, json) {
        case ("number", .string(let text)):
            guard let number = Double(text) else { throw Malformed() }
            return .number(number)
        case ("bytes", .array(let items)):
            var bytes: [UInt8] = []
            for item in items {
                guard let byte = item.asInteger.flatMap({ UInt8(exactly: $0) }) else { throw Malformed() }
                bytes.append(byte)
            }
            return .bytes(bytes)
        case ("tensor", .integer(let number)):
            guard let tensor = tensors[number] else { throw Malformed() }
            return .tensor(tensor)
        case ("pairs", .array(let items)):
            var pairs: [(key: StateValue, value: StateValue)] = []
            for item in items {
                guard let pair = item.asArray, pair.count == 2 else { throw Malformed() }
                let key = try value(pair[0])
                // What Lua takes for no key.
                if case .number(let number) = key, number.isNaN { throw Malformed() }
                pairs.append((key, try value(pair[1])))
            }
            return .table(pairs)
        default: throw Malformed()
        }
    }
}
