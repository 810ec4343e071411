import CLuaShim

/// Ctrl-C and SIGTERM, as scripts and long-running Swift code meet it.
public enum Interrupt {
    /// Whether the user asked to stop. Long work looks now and then and throws `Interrupted`.
    public static var isRequested: Bool { nj_interrupted() != 0 }

    /// Whether the process was asked to end by SIGTERM.
    public static var isTermination: Bool { nj_terminating() != 0 }

    /// - Throws: `Interrupted` where the user asked to stop.
    @inlinable public static func check() throws {
        if isRequested { throw Interrupted() }
    }

    /// Asks as the signal does.
    public static func request() { nj_interrupt() }

    /// Forgets a request, so that the state can run again.
    public static func clear(_ state: LuaState) { nj_clear_interrupt(state.pointer) }

    /// Takes the signals SIGINT, SIGTERM and SIGPIPE for the script that runs in `state`.
    public static func installSignals(_ state: LuaState) { nj_install_signals(state.pointer) }

    /// Gives the signals back.
    public static func removeSignals() { nj_remove_signals() }
}

/// Thrown by Swift code that noticed an interrupt.
public struct Interrupted: Error, CustomStringConvertible {
    public init() {}
    public var description: String { "interrupted" }
}
