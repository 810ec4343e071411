import Lua

/// What a function gives back to the script.
public enum Results {
    case none
    case `nil`
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case bytes([UInt8])
    /// A list of integers, numbers or strings.
    case integers([Int])
    case numbers([Double])
    case strings([String])
    /// An object of a declared type.
    case object(AnyObject)
    /// A list of objects.
    case objects([AnyObject])
    /// A table, a list, anything else.
    case value(LuaValue)
    /// Several results.
    case values([LuaValue])
    /// The object that the method was called on, for calls in a chain.
    case receiver
    /// So many values that the body has pushed itself.
    case pushed(Int32)
    /// A Lua function, as a generic `for` takes it; see `function(_:_:)`.
    case callable(LuaCallable)

    /// A Lua function written in Swift: an iterator, a callback. Its errors begin with `name`.
    ///
    ///     return .function("loader:batches") { _ in
    ///         guard let batch = try batches.next() else { return .nil }   // ends the loop
    ///         return .values([.object(batch.images), .object(batch.labels)])
    ///     }
    public static func function(
        _ name: String, _ body: @escaping (LuaState) throws -> Results
    ) -> Results {
        .callable(ResultsFunction(name: name, body: body))
    }

    /// Pushes the results. - Returns: how many there are.
    func push(on state: LuaState) throws -> Int32 {
        switch self {
        case .none: return 0
        case .object(let object): try state.push(object: object)
        case .nil: state.pushNil()
        case .boolean(let value): state.push(value)
        case .integer(let value): state.push(value)
        case .number(let value): state.push(value)
        case .string(let value): state.push(value)
        case .bytes(let value): state.push(bytes: value)
        case .integers(let values): state.push(values)
        case .numbers(let values): state.push(values)
        case .strings(let values): state.push(values)
        case .objects(let objects):
            state.pushTable(items: objects.count)
            for (index, object) in objects.enumerated() {
                try state.push(object: object)
                state.setItem(index + 1, of: -2)
            }
        case .value(let value): try state.push(value)
        case .values(let values):
            try state.reserve(values.count + 4)
            for value in values { try state.push(value) }
            return Int32(values.count)
        case .receiver: state.pushCopy(1)
        case .pushed(let count): return count
        case .callable(let function): state.push(function)
        }
        return 1
    }
}

private final class ResultsFunction: LuaCallable {
    private let body: (LuaState) throws -> Results

    init(name: String, body: @escaping (LuaState) throws -> Results) {
        self.body = body
        super.init(name: name)
    }

    override func invoke(_ state: LuaState) throws -> Int32 { try body(state).push(on: state) }
}
