import Host
import Lua

/// The Lua thread that is inside a call during which Swift may call back, for as long as that call lasts.
final class CallingThread {
    private var state: LuaState?

    func during<R>(_ state: LuaState, _ body: () throws -> R) rethrows -> R {
        let before = self.state
        self.state = state
        defer { self.state = before }
        return try body()
    }

    func current() throws -> LuaState {
        guard let state else { throw PlainError("a function of the script is called while no script runs") }
        return state
    }
}

/// A function of a script that Swift calls back, in whatever coroutine then calls Swift.
final class ScriptFunction {
    private let reference: LuaReference
    private let thread: CallingThread

    /// The function at an index.
    init(_ state: LuaState, at index: Int32) {
        state.pushCopy(index)
        reference = LuaReference(popping: state)
        thread = state.runtime.attachment { CallingThread() }
    }

    /// Calls the function.
    ///
    /// - Parameters:
    ///   - push: pushes the arguments and returns how many there are.
    ///   - read: reads the results, which are on top of the stack.
    func callAsFunction<R>(
        _ push: (LuaState) throws -> Int32, read: (LuaState, _ count: Int32) throws -> R
    ) throws -> R {
        let state = try thread.current()
        let base = state.top
        defer { state.setTop(base) }
        try state.reserve(16)
        reference.push(on: state)
        let count = try push(state)
        return try read(state, state.call(arguments: count))
    }
}

extension LuaState {
    /// Runs `body`, in which Swift may call the script's functions.
    func withCallbacks<R>(_ body: () throws -> R) rethrows -> R {
        let thread: CallingThread = runtime.attachment { CallingThread() }
        return try thread.during(self, body)
    }
}

extension Call {
    /// Runs `body`, in which Swift may call the script's functions.
    func withCallbacks<R>(_ body: () throws -> R) rethrows -> R { try state.withCallbacks(body) }
}
