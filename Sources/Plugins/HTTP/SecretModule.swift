import Files
import Host
import HTTP
import Lua

/// `nightjar.secret`, `nightjar.secret_from` and `nightjar.sha256_text`.
let secretModule = HostModule(
    "", doc: "Secrets and digests.",
    types: [
        HostType(
            ScriptSecret.self, name: "Secret",
            doc: """
                A token, password or address that nothing shows: it prints as [secret]. Headers and addresses of \
                `nightjar.http` take it.
                """,
            methods: [
                .metamethod(.tostring, returns: .string()) { _, _ in .string("[secret]") },
                .binary(
                    .concatenate, doc: "A secret again: `\"Bearer \" .. token`.", left: part("left"),
                    right: part("right"), returns: .object(ScriptSecret.self)
                ) { call in
                    let left = try call.optionalObject("left", as: ScriptSecret.self)?.secret.revealed
                    let right = try call.optionalObject("right", as: ScriptSecret.self)?.secret.revealed
                    return call.keep(Secret(try (left ?? call.string("left")) + (right ?? call.string("right"))))
                },
            ])
    ],
    functions: [
        .function(
            "secret", doc: "A secret of a text.", arguments: [.string("text")], returns: .object(ScriptSecret.self)
        ) { call in
            let text = try call.string("text")
            guard !text.isEmpty else { throw call.badArgument("text", expected: "some text", got: "none") }
            return call.keep(Secret(text))
        },
        .function(
            "secret_from",
            doc: """
                The secret that an environment variable holds, or the file that it names by a path from / (GitLab's \
                variables of type file do) or that NAME_FILE names, or with a slash in `source` that file. White space around it is dropped. Nil where the variables are unset or empty; a \
                file that cannot be read, or is empty, is an error.
                """,
            arguments: [.string("source", "a variable's name, or a path with a slash in it")],
            returns: .object(ScriptSecret.self).orNil
        ) { call in
            let source = try call.string("source")
            if source.contains("/") { return call.keep(try secret(inFile: source)) }
            if let value = environmentVariable(source).flatMap(trimmed) {
                return call.keep(try value.hasPrefix("/") ? secret(inFile: value) : Secret(value))
            }
            guard let path = environmentVariable(source + "_FILE") else { return .nil }
            return call.keep(try secret(inFile: path))
        },
        .function(
            "sha256_text", doc: "The SHA-256 of a text.", arguments: [.string("text")],
            returns: .string("64 lower-case hexadecimal digits")
        ) { call in .string(SHA256.hexDigest(of: try call.bytes("text"))) },
    ])

/// A secret that a script holds.
final class ScriptSecret {
    let secret: Secret
    init(_ secret: Secret) { self.secret = secret }
}

/// The secrets that a script holds or held, so that what servers send back can be searched for them.
final class KnownSecrets {
    private var secrets: [Secret] = []

    func add(_ secret: Secret) { if !secrets.contains(secret) { secrets.append(secret) } }

    /// The text without any of them; the longest go first, for one may be part of another.
    func scrub(_ text: String) -> String {
        secrets.sorted { $0.revealed.utf8.count > $1.revealed.utf8.count }.reduce(text) { $1.scrub($0) }
    }
}

extension Call {
    /// A secret for the script.
    fileprivate func keep(_ secret: Secret) -> Results {
        state.runtime.attachment { KnownSecrets() }.add(secret)
        return .object(ScriptSecret(secret))
    }
}

private func part(_ name: StaticString) -> Argument { .anyOf(name, of: [.string, .object(ScriptSecret.self)]) }

private func secret(inFile path: String) throws -> Secret {
    guard let text = trimmed(try readText(path, limit: 64 << 10)) else {
        throw FileError(path: path, action: "read a secret from", reason: "it is empty")
    }
    return Secret(text)
}

/// The text without white space at its ends; nil where nothing is left.
private func trimmed(_ text: String) -> String? {
    let blank: (Character) -> Bool = { $0.isWhitespace || $0.isNewline }
    let rest = String(text.drop(while: blank).reversed().drop(while: blank).reversed())
    return rest.isEmpty ? nil : rest
}
