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

    /// The value at an index, tables with all they hold, errors as their text.
    ///
    /// - Throws: `PlainError` where a table holds itself, where tables lie deeper than `TableLimits.depth`, or where
    ///   those that stand in several places come to more than `TableLimits.repeated` values.
    public func value(at index: Int32) throws -> LuaValue {
        guard type(at: index) == .table else { return plainValue(at: index) }
        var taker = TableTaker(self)
        return try taker.table(at: absolute(index))
    }

    fileprivate func plainValue(at index: Int32) -> LuaValue {
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
        case .userdata:
            if let error = object(at: index, as: ErrorValue.self) { return .string(error.text) }
            if let object = object(at: index, as: AnyObject.self) { return .object(object) }
            fallthrough
        case .table, .function, .thread, .lightUserdata:
            pushCopy(index)
            return .other(LuaReference(popping: self))
        }
    }
}

/// How much of tables is taken out of Lua at once.
public enum TableLimits {
    /// Tables may lie so deep in one another.
    public static let depth = 100
    /// A table that stands in several places is taken as often; all but the first times may come to so many values.
    /// Without a limit a hundred tables, each twice in the next, would never be done.
    public static let repeated = 1_000_000
}

/// Takes a table with all it holds.
private struct TableTaker {
    private let state: LuaState
    /// The tables around the present value.
    private var around: [UnsafeRawPointer?] = []
    private var seen: Set<UnsafeRawPointer?> = []
    private var repeated = 0

    init(_ state: LuaState) { self.state = state }

    mutating func table(at index: Int32) throws -> LuaValue {
        let identity = state.identity(at: index)
        guard !around.contains(identity) else { throw PlainError("a table holds itself", isComplete: false) }
        guard around.count < TableLimits.depth else {
            throw PlainError("tables lie more than \(TableLimits.depth) deep", isComplete: false)
        }
        let isRepeated = !seen.insert(identity).inserted
        try state.reserve(6)
        around.append(identity)
        defer { around.removeLast() }
        var pairs: [(key: LuaValue, value: LuaValue)] = []
        try state.forEachPair(at: index) {
            if isRepeated { try countRepeated() }
            pairs.append((try value(at: -2), try value(at: -1)))
        }
        if isRepeated { try countRepeated() }
        return try list(pairs, at: index) ?? .table(pairs)
    }

    private mutating func countRepeated() throws {
        repeated += 1
        guard repeated <= TableLimits.repeated else {
            throw PlainError(
                "tables that stand in several places hold more than \(TableLimits.repeated) values",
                isComplete: false)
        }
    }

    private mutating func value(at index: Int32) throws -> LuaValue {
        state.isTable(at: index) ? try table(at: state.absolute(index)) : state.plainValue(at: index)
    }

    /// The values in the order of their keys, where these are 1, 2, 3, ...
    private func list(_ pairs: [(key: LuaValue, value: LuaValue)], at index: Int32) throws -> LuaValue? {
        // A border at the number of pairs means that the keys are 1...count.
        guard state.rawCount(at: index) == pairs.count else { return nil }
        var items = [LuaValue](repeating: .nil, count: pairs.count)
        for (key, value) in pairs {
            guard case .integer(let position) = key, (1...pairs.count).contains(position) else { return nil }
            items[position - 1] = value
        }
        return .list(items)
    }
}
