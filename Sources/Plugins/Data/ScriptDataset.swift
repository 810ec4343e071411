import Datasets
import Host
import Lua

/// A data set that a script defines: a table, or an object, with a length and `get`.
final class ScriptDataset: Dataset {
    private let reference: LuaReference
    private let thread: CallingThread
    private let length: Length

    /// Where the length comes from.
    private enum Length {
        /// `#set`, by the metamethod.
        case metamethod
        /// `set:count()`, `set:len()`, or a field of one of these names.
        case field(String)
    }

    /// - Throws: `DatasetError.invalid` in words that say what the value at an index lacks.
    init(_ state: LuaState, at index: Int32) throws {
        let index = state.absolute(index)
        let base = state.top
        defer { state.setTop(base) }
        try state.reserve(8)
        try state.get("get", from: index)
        guard state.type(at: -1) == .function else {
            throw DatasetError.invalid("a data set has a function get(self, index), this has none")
        }
        if try Self.hasLengthMetamethod(state, at: index) {
            length = .metamethod
        } else if let name = try ["count", "len"].first(where: { name in
            try state.get(name, from: index)
            return state.type(at: -1) == .function || state.integer(at: -1) != nil
        }) {
            length = .field(name)
        } else {
            throw DatasetError.invalid("a data set has a length, __len, count or len, this has none")
        }
        state.pushCopy(index)
        reference = LuaReference(popping: state)
        thread = state.runtime.attachment { CallingThread() }
    }

    private static func hasLengthMetamethod(_ state: LuaState, at index: Int32) throws -> Bool {
        guard state.pushMetatable(of: index) else { return false }
        defer { state.pop() }
        guard state.isTable(at: -1) else { return false }
        defer { state.pop() }
        return state.pushField("__len", of: -1) != .nil
    }

    var count: Int {
        get throws {
            let count = try withSelf { state, own in
                switch length {
                case .metamethod: return try state.length(at: own)
                case .field(let name):
                    try state.get(name, from: own)
                    if state.type(at: -1) == .function {
                        state.pushCopy(own)
                        try state.call(arguments: 1, results: 1)
                    }
                    guard let count = state.integer(at: -1) else {
                        throw DatasetError.invalid(
                            "\(name) of the data set gave \(state.typeName(at: -1)), an integer expected")
                    }
                    return count
                }
            }
            guard count >= 0 else { throw DatasetError.invalid("a length of at least 0 expected, got \(count)") }
            return count
        }
    }

    func sample(at index: Int) throws -> [Element] {
        try withSelf { state, own in
            try state.get("get", from: own)
            state.pushCopy(own)
            state.push(index)
            let count = try state.call(arguments: 2)
            guard count > 0 else { throw DatasetError.invalid("get(\(index)) of the data set returned nothing") }
            return try state.elements(count)
        }
    }

    /// Runs `body` with the script's object at an index of the stack.
    private func withSelf<R>(_ body: (LuaState, Int32) throws -> R) throws -> R {
        let state = try thread.current()
        let base = state.top
        defer { state.setTop(base) }
        try state.reserve(16)
        reference.push(on: state)
        return try body(state, state.top)
    }
}

extension LuaState {
    /// The values on top of the stack.
    func elements(_ count: Int32) throws -> [Element] {
        try reserve(4)
        return (0..<count).map { Element(self, at: top - count + 1 + $0) }
    }
}

extension Call {
    /// A data set: one of Swift's, or a script's.
    func dataset(_ name: StaticString) throws -> any Dataset {
        guard let found = try dataset(at: index(name)) else {
            throw badArgument(name, expected: "data set", got: state.typeName(at: try index(name)))
        }
        return found
    }

    /// The data set at an index; nil where there is no such thing.
    func dataset(at index: Int32) throws -> (any Dataset)? {
        if let object = state.object(at: index, as: AnyObject.self) {
            if let dataset = object as? any Dataset { return dataset }
            return nil
        }
        guard [.table, .userdata].contains(state.type(at: index)) else { return nil }
        return try withCallbacks { try ScriptDataset(state, at: index) }
    }
}
