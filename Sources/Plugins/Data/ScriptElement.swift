import Datasets
import Host
import Lua
import Tensors

/// A value of a script in a sample, passed on as it is.
final class ScriptElement: OpaqueElement {
    let reference: LuaReference
    private let thread: CallingThread
    private let typeName: String

    /// The value at an index.
    init(_ state: LuaState, at index: Int32) {
        typeName = state.typeName(at: index)
        state.pushCopy(index)
        reference = LuaReference(popping: state)
        thread = state.runtime.attachment { CallingThread() }
    }

    var kindName: String { typeName == "nil" ? typeName : "a \(typeName)" }

    /// The items of a table, numbered or named.
    func opened() throws -> Element? {
        let state = try thread.current()
        let base = state.top
        defer { state.setTop(base) }
        try state.reserve(8)
        reference.push(on: state)
        guard state.isTable(at: -1) else { return nil }
        let table = state.top
        let count = state.rawCount(at: table)
        var (pairs, fields): (Int, [(name: String, value: Element)]) = (0, [])
        try state.forEachPair(at: table) {
            pairs += 1
            if let name = state.string(at: -2) { fields.append((name, Element(state, at: state.top))) }
        }
        if fields.isEmpty, pairs == count {
            return .list(
                (0..<count).map { item in
                    state.pushItem(item + 1, of: table)
                    defer { state.pop() }
                    return Element(state, at: state.top)
                })
        }
        guard fields.count == pairs else {
            throw DatasetError.invalid("an item holds a table that is neither a list nor all names")
        }
        return .fields(fields.sorted { $0.name < $1.name })
    }
}

extension Element {
    /// A script's value, tables unopened.
    init(_ state: LuaState, at index: Int32) {
        switch state.type(at: index) {
        case .boolean: self = .boolean(state.isTruthy(at: index))
        case .number:
            if !state.isFloat(at: index), let integer = state.integer(at: index) {
                self = .integer(integer)
            } else {
                self = .number(state.number(at: index) ?? 0)
            }
        case .string: self = .string(state.string(at: index) ?? "")
        default:
            if let tensor = state.object(at: index, as: Tensor.self) {
                self = .tensor(tensor)
            } else {
                self = .opaque(ScriptElement(state, at: index))
            }
        }
    }
}

extension LuaValue {
    init(_ element: Element) {
        switch element {
        case .tensor(let tensor): self = .object(tensor)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .boolean(let value): self = .boolean(value)
        case .string(let value): self = .string(value)
        case .list(let items): self = .list(items.map { LuaValue($0) })
        case .fields(let fields): self = .table(fields.map { (key: .string($0.name), value: LuaValue($0.value)) })
        case .opaque(let element): self = (element as? ScriptElement).map { .other($0.reference) } ?? .nil
        }
    }
}

extension Results {
    static func elements(_ elements: [Element]) -> Results { .values(elements.map { LuaValue($0) }) }
}
