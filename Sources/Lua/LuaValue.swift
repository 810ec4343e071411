/// A Lua value taken out of the state, or one to be put in.
public enum LuaValue {
    case `nil`
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    /// A string that is not UTF-8.
    case bytes([UInt8])
    /// A table whose keys are 1, 2, 3, ...; an empty table is one.
    case list([LuaValue])
    /// Any other table, its pairs in Lua's order, which is not stable.
    case table([(key: LuaValue, value: LuaValue)])
    case object(AnyObject)
    /// A function, a coroutine or another module's userdata.
    case other(LuaReference)
}

extension LuaState {
    /// Pushes a value.
    public func push(_ value: LuaValue) throws {
        switch value {
        case .nil: pushNil()
        case .boolean(let value): push(value)
        case .integer(let value): push(value)
        case .number(let value): push(value)
        case .string(let value): push(value)
        case .bytes(let value): push(bytes: value)
        case .object(let value): try push(object: value)
        case .other(let reference): reference.push(on: self)
        case .list(let items):
            try reserve(4)
            pushTable(items: items.count)
            for (index, item) in items.enumerated() {
                try push(item)
                setItem(index + 1, of: -2)
            }
        case .table(let pairs):
            try reserve(4)
            pushTable(fields: pairs.count)
            for (key, value) in pairs {
                if case .nil = key { throw LuaError(message: "nil cannot be a key of a table") }
                if case .number(let number) = key, number.isNaN {
                    throw LuaError(message: "NaN cannot be a key of a table")
                }
                try push(key)
                try push(value)
                rawSet(-3)
            }
        }
    }

    /// The value at an index, tables with all they hold. - Throws: where tables lie more than 100 deep.
    public func value(at index: Int32, depth: Int = 0) throws -> LuaValue {
        switch type(at: index) {
        case .none, .nil: return .nil
        case .boolean: return .boolean(isTruthy(at: index))
        case .number:
            if !isFloat(at: index), let integer = integer(at: index) { return .integer(integer) }
            return .number(number(at: index) ?? 0)
        case .string:
            return withBytes(at: index) { bytes in
                String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(Array(bytes))
            } ?? .nil
        case .table: return try tableValue(at: absolute(index), depth: depth)
        case .userdata:
            if let object = object(at: index, as: AnyObject.self) { return .object(object) }
            fallthrough
        case .function, .thread, .lightUserdata:
            pushCopy(index)
            return .other(LuaReference(popping: self))
        }
    }

    private func tableValue(at index: Int32, depth: Int) throws -> LuaValue {
        guard depth < 100 else { throw LuaError(message: "tables lie more than 100 deep; one may hold itself") }
        try reserve(6)
        var pairs: [(key: LuaValue, value: LuaValue)] = []
        try forEachPair(at: index) {
            pairs.append((try value(at: -2, depth: depth + 1), try value(at: -1, depth: depth + 1)))
        }
        guard rawCount(at: index) == pairs.count else { return .table(pairs) }
        // A border at the number of pairs means that the keys are 1...count.
        var items: [LuaValue] = []
        items.reserveCapacity(pairs.count)
        for position in 0..<pairs.count {
            if case .integer(position + 1) = pairs[position].key {
                items.append(pairs[position].value)
            } else {
                pushItem(position + 1, of: index)
                items.append(try value(at: -1, depth: depth + 1))
                pop()
            }
        }
        return .list(items)
    }
}
