import Host
import HTTP
import Lua
import Registry

/// What a registry that is written in Lua needs.
let customRegistryModule = HostModule(
    "registry", doc: "Registries that scripts define.",
    functions: [
        .function(
            "custom",
            doc: """
                A registry that a script defines. `functions` has `versions(package)`, a list of texts; \
                `files(package, version, wanted)`, { id = N, size = N, sha256 = TEXT } by the files' names (each may \
                be nil where the registry does not tell; ids grow with time), or nil for no such version; \
                `put(file, package, version)`, which stores file.content, or else the file at file.path, of file.size \
                bytes and file.sha256, as file.name, and returns true where the answer confirms size and digest; \
                `get(name, package, version, write)`, which calls write(bytes) as often as it likes and returns true, \
                or false where there is no such file; and if it likes `location(name, package, version)`, where people \
                find the file, and `name`, what messages call the registry. They raise errors with `registry.refuse` \
                or as they like.
                """,
            arguments: [.table("functions", "versions, files, put, get; location and name if it likes")],
            returns: .object(ScriptRegistry.self)
        ) { call in .object(ScriptRegistry(try CustomRegistry(call))) },
        .function(
            "refuse",
            doc: """
                Raises the error that an answer of `nightjar.http` stands for: what was attempted, the status, the \
                server's own words. On 408, 425, 429 and from 500 on, publishing tries again, after the pause that the \
                server asks for, and in the end the script ends with status 75; on others it ends with 1.
                """,
            arguments: [
                .string("action", "what was attempted: \"uploading 'model.bin'\""),
                .table("response", "as the functions of `nightjar.http` return it"),
            ],
            options: [.string("hint", "what to do about it").optional]
        ) { call in
            var error = RegistryError(
                action: try call.string("action"), try response(call), hint: try call.optionalString("hint"))
            // A server may send back what it was sent.
            error = error.with(message: call.state.runtime.attachment { KnownSecrets() }.scrub(error.message))
            call.state.runtime.attachment { RefusalNote() }.last = error
            throw error
        },
    ])

private func response(_ call: Call) throws -> HTTPResponse {
    let (state, index) = (call.state, try call.index("response"))
    try state.reserve(8)
    let top = state.top
    defer { state.setTop(top) }
    state.pushField("status", of: index)
    guard let status = state.integer(at: -1) else {
        throw call.badArgument("response", expected: "result of nightjar.http", got: "a table without 'status'")
    }
    state.pushField("body", of: index)
    let body = state.type(at: -1) == .string ? state.bytes(at: -1) ?? [] : []
    var headers = HTTPHeaders()
    if state.pushField("headers", of: index) == .table {
        try state.forEachPair(at: state.top) {
            guard state.type(at: -2) == .string, let name = state.string(at: -2), state.type(at: -1) == .string,
                let value = state.string(at: -1)
            else { return }
            headers.append(name, value)
        }
    }
    state.pushField("url", of: index)
    let url = try state.string(at: -1).flatMap { try? HTTPURL($0) } ?? HTTPURL("https://localhost/")
    return HTTPResponse(status: status, headers: headers, body: body, url: url)
}
