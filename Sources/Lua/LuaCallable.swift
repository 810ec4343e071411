import CLua
import CLuaShim

/// A function for Lua, written in Swift. Lua holds the object and calls it through the C trampoline.
open class LuaCallable {
    /// What its errors begin with: "nn.Conv2d".
    public let name: String

    public init(name: String) { self.name = name }

    /// Runs the function: arguments are on the stack from index 1.
    ///
    /// - Returns: how many results it left on top of the stack.
    /// - Throws: `LuaError` to go on with Lua's own error; any other error becomes an `ErrorValue` that names the
    ///   script's line and this function; see `ScriptError`.
    open func invoke(_ state: LuaState) throws -> Int32 { 0 }
}

/// An error in words; the script's line it gets, and the function's name where the words do not say it.
public struct PlainError: ScriptError, CustomStringConvertible {
    public let message: String
    public let errorKind: String
    public let modulePath: String?
    public let isComplete: Bool

    /// - Parameters:
    ///   - kind: what scripts tell it from others by.
    ///   - modulePath: the module of a network in which it happened.
    ///   - isComplete: whether no function's name goes before the message.
    public init(
        _ message: String, kind: String = ErrorValue.usualKind, modulePath: String? = nil, isComplete: Bool = true
    ) {
        self.message = message
        errorKind = kind
        self.modulePath = modulePath
        self.isComplete = isComplete
    }

    public var description: String { message }
}

extension LuaState {
    /// Pushes a function that lives as long as the state.
    public func push(permanent function: LuaCallable) {
        runtime.callables.append(function)
        nj_pushfunction(pointer, Unmanaged.passUnretained(function).toOpaque())
    }

    /// Pushes a function that Lua releases when it is collected.
    public func push(_ function: LuaCallable) {
        nj_pushclosure(pointer, Unmanaged.passRetained(function).toOpaque())
    }

    /// Pushes a Swift closure as a Lua function: arguments are on the stack from index 1, it returns how many
    /// results it left on top.
    public func push(named name: String, _ body: @escaping (LuaState) throws -> Int32) {
        push(Closure(name: name, body: body))
    }
}

private final class Closure: LuaCallable {
    let body: (LuaState) throws -> Int32

    init(name: String, body: @escaping (LuaState) throws -> Int32) {
        self.body = body
        super.init(name: name)
    }

    override func invoke(_ state: LuaState) throws -> Int32 { try body(state) }
}

/// What the trampoline calls: runs the function and turns what it throws into an error value on the stack,
/// which C raises once this frame is gone.
@c(nightjar_swift_call)
func callFromLua(_ pointer: OpaquePointer, _ callable: UnsafeMutableRawPointer) -> Int32 {
    let state = LuaState(pointer)
    return Unmanaged<LuaCallable>.fromOpaque(callable)._withUnsafeGuaranteedRef { function in
        do {
            return try function.invoke(state)
        } catch {
            return pushError(error, of: function, on: state)
        }
    }
}

/// Out of line: the usual way through the trampoline stays short.
@inline(never)
private func pushError(_ error: any Error, of function: LuaCallable, on state: LuaState) -> Int32 {
    // The function may have filled its stack; what it left there is of no use any more.
    state.setTop(0)
    if error is Interrupted {
        nj_pushinterrupt(state.pointer)
    } else if let error = error as? LuaError {
        state.pushForRaising(error)
    } else {
        state.push(error: error, of: function)
    }
    return NJ_RAISE
}

@c(nightjar_swift_release_callable)
func releaseCallable(_ callable: UnsafeMutableRawPointer) {
    Unmanaged<LuaCallable>.fromOpaque(callable).release()
}
