import Bundles
import Files
import Host
import Lua

private let path: Argument = .string("path", "the script")

/// `nj.bundle` and its kin: scripts for machines that do not have the modules, or anything, beside them.
let bundleModule = HostModule(
    "", doc: "Scripts in one file.",
    functions: [
        .function(
            "bundle",
            doc: "A script as one text that needs no file beside it: the Lua modules that it and they require by a "
                + "literal name come first. Built-in modules and shared libraries are left out.",
            arguments: [path], returns: .string()
        ) { call in
            try pushBundle(call)
            return .pushed(1)
        },
        .function(
            "bundle_executable",
            doc: "Writes one executable: this command, a script with its modules as `bundle` puts them together, and "
                + "files that the script finds with `bundled`. The same content gives the same bytes.",
            arguments: [path],
            options: [
                .string("to", "where it will be"),
                .table(
                    "with",
                    "paths of files, as a list: in the executable they have their names without folders; or by the names "
                        + "that they are to have there"
                ).optional,
                .string(
                    "host",
                    "the command that it is made from, as of another system; else $NIGHTJAR_BUNDLE_HOST, else this one"
                ).optional,
            ]
        ) { call in
            try pushBundle(call)
            let text = call.state.bytes(at: -1) ?? []
            call.state.pop()
            try ExecutableBundle.write(
                to: call.string("to"), script: (baseName(call.string("path")), text),
                files: files(call),
                host: call.optionalString("host") ?? environmentVariable("NIGHTJAR_BUNDLE_HOST"))
            return .none
        },
        .function(
            "bundled",
            doc: "The path of a file in the running executable, for everything here that reads files, as "
                + "checkpoint.load, images.read and read_file (Lua's own io does not know it); nil where there is none.",
            arguments: [.string("name")], returns: .string().orNil
        ) { call in BundledFiles.path(of: try call.string("name")).map { .string($0) } ?? .nil },
        .function(
            "read_file", doc: "The content of a file, one in the executable too.", arguments: [.string("path")],
            returns: .string()
        ) { call in
            call.state.push(bytes: try readFile(call.string("path")))
            return .pushed(1)
        },
    ])

/// The command `nightjar bundle`.
public let bundleCommand = HostCommand(
    "bundle", usage: "bundle SCRIPT --with FILES... -o NAME", doc: "make one executable of a script and files"
) { PackageResources.command_lua }

/// Pushes the text of the script `path` and its modules.
private func pushBundle(_ call: Call) throws {
    // Written in Lua: it asks package.path and package.preload what `require` would find.
    let state = call.state
    try state.load(PackageResources.bundle_lua, name: "=nightjar.bundle")
    state.push(bytes: try call.bytes("path"))
    state.push(version)
    try state.call(arguments: 2, results: 2)
    guard state.type(at: -2) == .string else { throw BundleError(description: state.string(at: -1) ?? "") }
    state.pop()
}

/// The files to put in, as `with` names them: those of the list in its order, then the others by their names.
private func files(_ call: Call) throws -> [(name: String, path: String)] {
    guard try call.has("with") else { return [] }
    let (state, index) = (call.state, try call.index("with"))
    var listed: [Int: String] = [:]
    var named: [String: String] = [:]
    try state.forEachPair(at: index) {
        guard state.type(at: -1) == .string, let path = state.string(at: -1) else {
            throw call.badArgument("with", expected: "paths of files", got: "another value in it")
        }
        if state.type(at: -2) == .string, let name = state.string(at: -2) {
            named[name] = path
        } else if let position = state.integer(at: -2) {
            listed[position] = path
        } else {
            throw call.badArgument("with", expected: "a list, or files by their names", got: "another key in it")
        }
    }
    return listed.sorted { $0.key < $1.key }.map { (baseName($0.value), $0.value) }
        + named.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
}

/// A script that cannot be put into one file.
private struct BundleError: Error, CustomStringConvertible { let description: String }
