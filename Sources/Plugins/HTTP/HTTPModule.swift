import Host
import HTTP
import Lua

/// `nightjar.http`: requests, as far as plugins that talk to servers need them.
let httpModule = HostModule(
    "http",
    doc: """
        Requests over HTTP. Any answer is a result, whatever its status; no answer is an error of the kind "network", \
        in one line that shows neither a secret nor an address's query, and ends a script that does not catch it with \
        status 75 where trying later may help. Certificates are always verified. A redirect of GET and HEAD is \
        followed, and secrets do not go along to another origin; that of any other method is the result.
        """,
    functions: [
        .function(
            "request", doc: "Asks and waits for the answer.",
            arguments: [.choice("method", of: HTTPRequest.Method.allCases.map(\.rawValue)), address],
            options: bodyOptions + options, returns: response
        ) { call in
            guard let method = HTTPRequest.Method(rawValue: try call.string("method")) else { return .nil }
            return try ScriptExchange(method, call, hasBody: true).run()
        },
        asking("get", .get, "Fetches what is at an address."),
        asking("head", .head, "Asks for the status and headers alone."),
        sending("put", .put, "Stores something at an address."),
        sending("post", .post, "Sends something to an address."),
        sending("patch", .patch, "Changes what is at an address."),
        sending("delete", .delete, "Deletes what is at an address."),
    ])

private func asking(_ name: String, _ method: HTTPRequest.Method, _ doc: String) -> HostFunction {
    .function(name, doc: doc, arguments: [address], options: options, returns: response) { call in
        try ScriptExchange(method, call, hasBody: false).run()
    }
}

private func sending(_ name: String, _ method: HTTPRequest.Method, _ doc: String) -> HostFunction {
    .function(name, doc: doc, arguments: [address], options: bodyOptions + options, returns: response) { call in
        try ScriptExchange(method, call, hasBody: true).run()
    }
}

private let address = Argument.anyOf(
    "url", "http or https; as a secret it is not shown beyond the host", of: [.string, .object(ScriptSecret.self)])

private let bodyOptions: [Argument] = [
    .string("body", "what is sent").optional,
    .string("file", "the path of a file that is sent, in bounded memory").optional,
    .any("json", "a value that is sent as JSON").optional,
]

private let options: [Argument] = [
    .table("headers", "values by name: strings, numbers, or secrets, which stay with the address's origin").optional,
    .anyOf(
        "to",
        "where the body of a success goes: a file, which is there whole or as before, or a function that gets "
            + "it piece by piece", of: [.string, .function]
    ).optional,
    .string("sha256", "what the file sent, or else the body that comes, must have; another is an error").optional,
    .number("connect_timeout", "seconds until a connection must stand", min: 0, default: 30),
    .number("stall_timeout", "seconds without a byte after which it is given up", min: 0, default: 60),
    .number("timeout", "seconds that all of it may take; left out, no limit", min: 0).optional,
    .integer("limit", "the most bytes of body; more are an error, or of a file 8 GiB", min: 0).optional,
    .integer("redirects", "how many are followed; 0 gives them as results", min: 0, max: 50, default: 5),
    .string("ca_file", "certificates to trust (PEM); left out, the system's or $SSL_CERT_FILE's").optional,
]

private let response = Returns.custom(
    "{ status: integer, ok: boolean, reason: string, headers: table<string, string>, body: string, url: string }",
    "ok for a status from 200 to 299; reason is \"404 Not Found\"; names of headers are in lower case")
