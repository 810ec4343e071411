import Host
import Lua

extension HostFunction {
    /// Declares a function during which a registry that the script defined may be asked; see `function`.
    static func registryFunction(
        _ name: String, doc: String, arguments: [Argument] = [], options: [Argument] = [],
        returns: Returns = .nothing, body: @escaping Body
    ) -> HostFunction {
        .function(name, doc: doc, arguments: arguments, options: options, returns: returns) { call in
            try call.withCallbacks { try body(call) }
        }
    }
}
