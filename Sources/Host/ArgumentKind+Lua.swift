import Lua
import Schema

/// What an argument takes, compared with what a script gave.
extension ArgumentKind {
    /// Whether the value at an index is of this kind.
    func accepts(_ index: Int32, _ state: LuaState) -> Bool {
        switch self {
        case .boolean: return state.type(at: index) == .boolean
        case .integer(let range): return state.integer(at: index).map(range.contains) ?? false
        case .number(let range): return state.number(at: index).map { $0.isNaN || range.contains($0) } ?? false
        case .string: return state.type(at: index) == .string
        case .choice(let values): return state.string(at: index).map(values.contains) ?? false
        case .integerOrPair(let range):
            if state.type(at: index) != .table { return state.integer(at: index).map(range.contains) ?? false }
            return state.rawCount(at: index) == 2
                && Self.badItem(of: index, state) { state.integer(at: -1).map(range.contains) ?? false } == nil
        case .table: return state.type(at: index) == .table
        case .list, .integers, .partialIntegers, .numbers, .strings, .objects:
            return state.type(at: index) == .table && badItem(index, state) == nil
        case .function: return state.type(at: index) == .function
        case .any: return state.type(at: index) != .none && state.type(at: index) != .nil
        case .object(let type):
            guard let expected = state.runtime.luaClass(of: type.type) else { return false }
            return state.isObject(at: index, of: expected)
        case .anyOf(let kinds): return kinds.contains { $0.accepts(index, state) }
        }
    }

    /// The position of the first item of a list that does not fit.
    private func badItem(_ index: Int32, _ state: LuaState) -> Int? {
        switch self {
        case .integers: return Self.badItem(of: index, state) { state.integer(at: -1) != nil }
        case .partialIntegers:
            return Self.badItem(of: index, state) {
                state.type(at: -1) == .nil || state.boolean(at: -1) == false || state.integer(at: -1) != nil
            }
        case .numbers: return Self.badItem(of: index, state) { state.number(at: -1) != nil }
        case .strings: return Self.badItem(of: index, state) { state.type(at: -1) == .string }
        // Lua's length of a table with holes may be far beyond all that it holds.
        case .list: return Self.badItem(of: index, state) { !state.isNil(at: -1) }
        case .objects(let type):
            return Self.badItem(of: index, state) { ArgumentKind.object(type).accepts(-1, state) }
        default: return nil
        }
    }

    private static func badItem(of index: Int32, _ state: LuaState, _ fits: () -> Bool) -> Int? {
        for position in 0..<state.rawCount(at: index) {
            state.pushItem(position + 1, of: index)
            defer { state.pop() }
            if !fits() { return position + 1 }
        }
        return nil
    }

    /// What messages say came instead.
    func got(_ index: Int32, _ state: LuaState) -> String {
        switch self {
        case .integer, .number, .integerOrPair:
            if state.type(at: index) == .number { return (try? state.describe(at: index)) ?? "number" }
        case .choice(let values):
            if let text = state.string(at: index) {
                return "'\(shortened(text))'" + (suggestion(for: text, among: values) ?? "")
            }
        case .list, .integers, .partialIntegers, .numbers, .strings, .objects:
            if state.type(at: index) == .table, let position = badItem(index, state) {
                state.pushItem(position, of: index)
                defer { state.pop() }
                return "\(state.typeName(at: -1)) as item \(position)"
            }
        // The alternative that has most to say of it.
        case .anyOf(let kinds):
            let usual = state.typeName(at: index)
            return kinds.lazy.map { $0.got(index, state) }.first { $0 != usual } ?? usual
        default: break
        }
        return state.typeName(at: index)
    }
}
