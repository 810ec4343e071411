import Host
import Plugins

/// What a chunk of Lua returns, as text; `nj`, `nn` and `F` are there.
func evaluate(_ source: String) throws -> String {
    let host = try Host(modules: builtInModules)
    defer { host.close() }
    return try host.evaluate(
        "local nj = require 'nightjar' local nn, F, optim, data = nj.nn, nj.nn.functional, nj.optim, nj.data "
            + "local _ = { nn, F, optim, data } " + source)
}

/// The message of the error that a chunk of Lua ends with.
func failure(_ source: String) -> String {
    do { return "no error, but: \(try evaluate(source))" } catch { return "\(error)" }
}
