import Lua

extension Call {
    /// The arguments as libraries that know no Lua take them: those that the function declares.
    public var arguments: Arguments {
        let shift = function.declared.count - function.parameters.count
        return Arguments(function.declared, StackReader(call: self, shift: shift))
    }

    /// The same as another declaration calls them.
    ///
    /// - Parameter hasReceiver: whether the object that a method was called on is the first of them.
    public func arguments(for schema: Schema, hasReceiver: Bool = false) -> Arguments {
        Arguments(schema.parameters, StackReader(call: self, shift: hasReceiver ? 1 : 0))
    }
}

/// Reads arguments from a script's stack.
private struct StackReader: ArgumentReader {
    let call: Call
    /// How many parameters stand before those that the function declares.
    let shift: Int

    func value(_ position: Int) -> Value? {
        if position < shift { return value(at: 1, depth: 0) }
        let own = position - shift
        // An operator's sign takes no options.
        guard own < call.function.parameters.count else { return nil }
        if call.function.parameters[own].isVariadic, let range = call.restValues(own) {
            return range.isEmpty ? nil : .list(range.compactMap { value(at: $0, depth: 0) })
        }
        let index = call.index(own)
        return index == 0 ? nil : value(at: index, depth: 0)
    }

    private func value(at index: Int32, depth: Int) -> Value? {
        let state = call.state
        switch state.type(at: index) {
        case .boolean: return state.boolean(at: index).map { .boolean($0) }
        case .number:
            if !state.isFloat(at: index), let integer = state.integer(at: index) { return .integer(integer) }
            return state.number(at: index).map { .number($0) }
        case .string: return state.string(at: index).map { .string($0) }
        case .table where depth < 8:
            return .list(
                (0..<state.rawCount(at: index)).compactMap { position in
                    state.pushItem(position + 1, of: index)
                    defer { state.pop() }
                    // A gap keeps its place.
                    return state.type(at: -1) == .nil ? .boolean(false) : value(at: state.top, depth: depth + 1)
                })
        case .userdata: return state.object(at: index, as: AnyObject.self).map { .object($0) }
        default: return nil
        }
    }
}
