import Files
import Host
import HTTP
import Lua
import Registry

/// `registry.open` and `registry.directory`.
let openRegistryModule = HostModule(
    "registry", doc: "Registries by their address.",
    functions: [
        .function(
            "open",
            doc: """
                The registry that a text names: "https://gitlab.example.com/group/project", whose token the environment \
                has as for from_environment; "directory:/path"; or "name:rest", for which a plugin `name` is required \
                and its `open(rest)` called: "gitea:https://git.example.com/owner".
                """,
            arguments: [.string("spec")], returns: .object(ScriptRegistry.self)
        ) { call in
            let spec = try call.string("spec")
            guard let colon = spec.firstIndex(of: ":"), colon != spec.startIndex else {
                throw call.badArgument(
                    "spec", expected: "https://SERVER/PROJECT, directory:PATH or PLUGIN:REST",
                    got: "'\(printable(spec, limit: 200))'")
            }
            let (scheme, rest) = (String(spec[..<colon]), String(spec[spec.index(after: colon)...]))
            switch scheme {
            case "https", "http": return .object(ScriptRegistry(try GitLabRegistry.fromAddress(spec)))
            case "directory":
                guard !rest.isEmpty else { throw RegistryError(.configuration, "directory: names no directory") }
                return .object(ScriptRegistry(DirectoryRegistry(rest)))
            default: return try open(scheme, rest, call)
            }
        },
        .function(
            "directory",
            doc: "A registry in a directory, which is made where it is missing: NAME/VERSION/FILE below it.",
            arguments: [.string("path")],
            returns: .object(ScriptRegistry.self)
        ) { call in .object(ScriptRegistry(DirectoryRegistry(try call.string("path")))) },
    ])

/// What a plugin's `open(rest)` returns.
private func open(_ plugin: String, _ rest: String, _ call: Call) throws -> Results {
    let state = call.state
    try state.require(plugin)
    guard state.isTable(at: -1), state.pushField("open", of: -1) == .function else {
        throw PlainError("registry.open: the plugin '\(plugin)' has no function 'open'")
    }
    state.push(rest)
    try state.call(arguments: 1, results: 1)
    guard state.object(at: -1, as: ScriptRegistry.self) != nil else {
        throw PlainError("registry.open: open of the plugin '\(plugin)' returned no registry (see registry.custom)")
    }
    return .pushed(1)
}
