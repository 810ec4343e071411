import Lua

/// One call from a script: its arguments, checked against their declaration.
///
/// Arguments are asked for by their declared names. An argument that was left out is its default; ask with
/// `optional...` for one that has none.
public struct Call {
    /// The Lua thread that called, for what these accessors do not give.
    public let state: LuaState
    @usableFromInline let function: BoundFunction
    /// How many arguments came by position.
    let given: Int32
    /// Where the values of named arguments begin, 0 where there was no table.
    let named: Int32

    /// The name that messages give the function.
    public var functionName: String { function.name }

    // MARK: Places

    /// The stack index of parameter `position`; 0 where nothing was given.
    func index(_ position: Int) -> Int32 {
        if position < given, position < function.positional { return function.first + Int32(position) }
        return named == 0 ? 0 : named + Int32(position)
    }

    /// The stack index of an argument; 0 where it was left out.
    public func index(_ name: StaticString) throws -> Int32 {
        let position = try position(name)
        let index = index(position)
        return index == 0 || state.isNil(at: index) ? 0 : index
    }

    private func position(_ name: StaticString) throws -> Int {
        // Equal literals usually are one literal, so comparing addresses finds most.
        for position in function.names.indices where function.names[position].utf8Start == name.utf8Start {
            if function.names[position].utf8CodeUnitCount == name.utf8CodeUnitCount { return position }
        }
        for position in function.names.indices where "\(function.names[position])" == "\(name)" { return position }
        throw PlainError("\(function.name): internal error: no argument '\(name)' is declared")
    }

    /// The stack indices of what a variadic parameter got.
    var restIndices: Range<Int32> {
        let start = function.first + Int32(function.positional - 1)
        return start..<max(start, function.first + given)
    }

    /// Whether an argument was given, and not as nil.
    public func has(_ name: StaticString) throws -> Bool { try index(name) != 0 }

    // MARK: Values

    public func boolean(_ name: StaticString) throws -> Bool {
        let position = try position(name)
        let index = index(position)
        if index != 0, let value = state.boolean(at: index) { return value }
        if case .boolean(let value) = function.parameters[position].defaultValue { return value }
        throw unavailable(name)
    }

    public func integer(_ name: StaticString) throws -> Int {
        let position = try position(name)
        let index = index(position)
        if index != 0, let value = state.integer(at: index) { return value }
        if case .integer(let value) = function.parameters[position].defaultValue { return value }
        throw unavailable(name)
    }

    public func number(_ name: StaticString) throws -> Double {
        let position = try position(name)
        let index = index(position)
        if index != 0, let value = state.number(at: index) { return value }
        switch function.parameters[position].defaultValue {
        case .number(let value): return value
        case .integer(let value): return Double(value)
        default: throw unavailable(name)
        }
    }

    /// A string that stands for all its bytes, as the functions of Files take it; also for a choice.
    public func string(_ name: StaticString) throws -> String {
        let position = try position(name)
        let index = index(position)
        if index != 0, let value = state.string(at: index) { return value }
        if case .string(let value) = function.parameters[position].defaultValue { return value }
        throw unavailable(name)
    }

    /// A string's bytes.
    public func bytes(_ name: StaticString) throws -> [UInt8] {
        let index = try index(name)
        if index != 0, let value = state.bytes(at: index) { return value }
        return try string(name).systemBytes
    }

    /// An integer given once for both, or a list of two.
    public func pair(_ name: StaticString) throws -> (Int, Int) {
        let position = try position(name)
        let index = index(position)
        if index != 0, state.type(at: index) == .table {
            let values = integers(at: index)
            if values.count == 2 { return (values[0], values[1]) }
            throw unavailable(name)
        }
        let value = try integer(name)
        return (value, value)
    }

    /// A list of integers, or what a variadic parameter of integers got.
    public func integers(_ name: StaticString) throws -> [Int] {
        let position = try position(name)
        if takesRest(position) {
            return restIndices.compactMap { state.integer(at: $0) }
        }
        let index = index(position)
        guard index != 0, state.type(at: index) == .table else { throw unavailable(name) }
        return integers(at: index)
    }

    public func numbers(_ name: StaticString) throws -> [Double] {
        try items(name) { state.number(at: -1) }
    }

    public func strings(_ name: StaticString) throws -> [String] {
        try items(name) { state.string(at: -1) }
    }

    /// The object; its class is the declared one or comes from it.
    @inlinable public func object<Object: AnyObject>(
        _ name: StaticString, as type: Object.Type = Object.self
    ) throws -> Object {
        let index = try index(name)
        guard index != 0, let object = state.object(at: index, as: type) else { throw unavailable(name) }
        return object
    }

    /// The object; nil where it was left out, or where the value is of another kind (`.anyOf`).
    @inlinable public func optionalObject<Object: AnyObject>(
        _ name: StaticString, as type: Object.Type = Object.self
    ) throws -> Object? {
        let index = try index(name)
        return index == 0 ? nil : state.object(at: index, as: type)
    }

    /// A list of objects, or what a variadic parameter of objects got.
    public func objects<Object: AnyObject>(
        _ name: StaticString, as type: Object.Type = Object.self
    ) throws -> [Object] {
        let position = try position(name)
        if takesRest(position) {
            return restIndices.compactMap { state.object(at: $0, as: type) }
        }
        return try items(name) { state.object(at: -1, as: type) }
    }

    // MARK: What may be left out without a default; nil too where the value is of another kind (`.anyOf`)

    public func optionalBoolean(_ name: StaticString) throws -> Bool? {
        let index = try index(name)
        return index == 0 ? nil : state.boolean(at: index)
    }

    public func optionalInteger(_ name: StaticString) throws -> Int? {
        let index = try index(name)
        return index == 0 ? nil : state.integer(at: index)
    }

    public func optionalNumber(_ name: StaticString) throws -> Double? {
        let index = try index(name)
        return index == 0 ? nil : state.number(at: index)
    }

    public func optionalString(_ name: StaticString) throws -> String? {
        let index = try index(name)
        return index == 0 ? nil : state.string(at: index)
    }

    public func optionalIntegers(_ name: StaticString) throws -> [Int]? {
        let index = try index(name)
        guard index != 0, state.type(at: index) == .table else { return nil }
        return integers(at: index)
    }

    public func optionalPair(_ name: StaticString) throws -> (Int, Int)? {
        try index(name) == 0 ? nil : pair(name)
    }

    // MARK: Tables, functions, the rest

    /// Any value, tables with all they hold; nil (the Lua value) where it was left out.
    public func value(_ name: StaticString) throws -> LuaValue {
        let index = try index(name)
        return index == 0 ? .nil : try state.value(at: index)
    }

    /// Keeps a function or table beyond this call.
    public func reference(_ name: StaticString) throws -> LuaReference {
        let index = try index(name)
        guard index != 0 else { throw unavailable(name) }
        state.pushCopy(index)
        return LuaReference(popping: state)
    }

    /// The stack indices of the values that a variadic parameter got.
    public func rest(_ name: StaticString) throws -> Range<Int32> {
        guard function.parameters[try position(name)].isVariadic else { throw unavailable(name) }
        return restIndices
    }

    /// Calls a function that the script gave, and leaves its results to be returned.
    ///
    /// - Throws: the function's own error; let it pass, and the script sees it as it was raised.
    public func call(_ name: StaticString, _ arguments: LuaValue...) throws -> Results {
        let index = try index(name)
        guard index != 0 else { throw unavailable(name) }
        try state.reserve(arguments.count + 4)
        state.pushCopy(index)
        for argument in arguments { try state.push(argument) }
        return .pushed(try state.call(arguments: Int32(arguments.count)))
    }

    /// The object that a method was called on.
    @inlinable public func receiver<Object: AnyObject>(as type: Object.Type = Object.self) throws -> Object {
        guard let object = state.object(at: 1, as: type) else { throw unavailable("self") }
        return object
    }

    // MARK: Errors

    /// The error for an argument whose kind is right but whose value is not: what was expected, what came.
    ///
    ///     throw call.badArgument("dim", expected: "dimension from 0 to 3", got: "7")
    public func badArgument(_ name: StaticString, expected: String, got: String) -> any Error {
        PlainError.argument("\(function.name): bad argument '\(name)' (\(expected) expected, got \(got))")
    }

    /// A body asked for an argument as something that its declaration does not promise.
    @usableFromInline func unavailable(_ name: StaticString) -> PlainError {
        PlainError.argument("\(function.name): bad argument '\(name)' (it was left out or is of another kind)")
    }

    // MARK: Lists

    /// Where the values of a variadic parameter stand; nil where they came as one list or by name.
    func restValues(_ position: Int) -> Range<Int32>? { takesRest(position) ? restIndices : nil }

    /// Whether a parameter is variadic and got its values one after another, not in a list.
    private func takesRest(_ position: Int) -> Bool {
        guard function.parameters[position].isVariadic else { return false }
        let range = restIndices
        if range.isEmpty { return named == 0 || state.isNil(at: index(position)) }
        return range.count > 1 || state.type(at: range.lowerBound) != .table
    }

    private func integers(at index: Int32) -> [Int] {
        (0..<state.rawCount(at: index)).compactMap { position in
            state.pushItem(position + 1, of: index)
            defer { state.pop() }
            return state.integer(at: -1)
        }
    }

    private func items<Item>(_ name: StaticString, _ read: () -> Item?) throws -> [Item] {
        let index = try index(name)
        guard index != 0, state.type(at: index) == .table else { throw unavailable(name) }
        return try (0..<state.rawCount(at: index)).map { position in
            state.pushItem(position + 1, of: index)
            defer { state.pop() }
            guard let item = read() else { throw unavailable(name) }
            return item
        }
    }
}

extension PlainError {
    /// What was given to a function is not what it takes: `err.kind` is "argument".
    static func argument(_ message: String) -> PlainError { PlainError(message, kind: "argument") }

    /// There is no such field, method or global: `err.kind` is "name".
    static func name(_ message: String) -> PlainError { PlainError(message, kind: "name") }
}
