import Host
import Lua

/// `nj.bundle(path)`: a script for machines that do not have the modules beside it.
let bundleModule = HostModule(
    "", doc: "Scripts in one file.",
    functions: [
        .function(
            "bundle",
            doc: "A script as one text that needs no file beside it: the Lua modules that it and they require by a "
                + "literal name come first. Built-in modules and shared libraries are left out.",
            arguments: [.string("path", "the script")], returns: .string()
        ) { call in
            // Written in Lua: it asks package.path and package.preload what `require` would find.
            let state = call.state
            try state.load(PackageResources.bundle_lua, name: "=nightjar.bundle")
            state.push(bytes: try call.bytes("path"))
            state.push(version)
            try state.call(arguments: 2, results: 2)
            guard state.type(at: -2) == .string else { throw BundleError(description: state.string(at: -1) ?? "") }
            state.pop()
            return .pushed(1)
        }
    ])

/// A script that cannot be put into one file.
private struct BundleError: Error, CustomStringConvertible { let description: String }
