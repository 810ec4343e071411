import Files
import HTTP
import Host
import Lua
import Signing

/// `signing`: signatures, provenance and model cards.
let signingModule = HostModule(
    "signing",
    doc: "Signatures over models (OpenSSF Model Signing), their provenance (SLSA) and model cards (CycloneDX).",
    types: [
        HostType(
            ScriptPrivateKey.self, name: "PrivateKey", doc: "An elliptic-curve key that signs.",
            methods: [
                .method("public_key", doc: "The half that verifies.", returns: .object(ScriptPublicKey.self)) {
                    key, _ in
                    .object(ScriptPublicKey(key.key.publicKey))
                },
                .metamethod(.tostring, returns: .string()) { key, _ in .string("\(key.key)") },
            ]),
        HostType(
            ScriptPublicKey.self, name: "PublicKey", doc: "An elliptic-curve key that verifies.",
            methods: [
                .method("pem", doc: "The key as text, as OpenSSL writes it.", returns: .string()) { key, _ in
                    .bytes(key.key.pem)
                },
                .metamethod(.tostring, returns: .string()) { key, _ in
                    .string("public key on \(key.key.curve.rawValue), \(key.key.hint)")
                },
            ]),
        HostType(
            ScriptProvenance.self, name: "Provenance", doc: "How a package came to be.",
            methods: [
                .method(
                    "statement",
                    doc: "The in-toto statement about every file of a folder, without those of the run "
                        + "(manifest.json, model.sig, provenance.json).",
                    arguments: [.string("folder")], returns: .string("JSON")
                ) { provenance, call in
                    .bytes(try provenance.provenance.encoded(about: contentFiles(of: call.string("folder"))))
                }
            ]),
    ],
    functions: [
        .function(
            "private_key", doc: "A key that signs: on P-256, P-384 or P-521, in PEM.",
            arguments: [.string("path")],
            options: [.string("password", "of an encrypted key").optional],
            returns: .object(ScriptPrivateKey.self)
        ) { call in
            let password = try call.optionalString("password").map { Secret($0) }
            return .object(ScriptPrivateKey(try PrivateKey(contentsOf: call.string("path"), password: password)))
        },
        .function(
            "key_from_environment",
            doc: "The key in the file that NIGHTJAR_SIGNING_KEY names, as a GitLab variable of the type File does; "
                + "NIGHTJAR_SIGNING_PASSWORD is its password where it has one. Nil where no file is named.",
            returns: .object(ScriptPrivateKey.self).orNil
        ) { _ in try PrivateKey.fromEnvironment().map { .object(ScriptPrivateKey($0)) } ?? .nil },
        .function(
            "public_key", doc: "A key that verifies, in PEM.", arguments: [.string("path")],
            returns: .object(ScriptPublicKey.self)
        ) { call in .object(ScriptPublicKey(try PublicKey(contentsOf: call.string("path")))) },
        .function(
            "sign",
            doc:
                "Signs every file of a folder, but for those of the run (manifest.json, model.sig, provenance.json) and "
                + "git's. `model_signing verify key` takes the signature.",
            arguments: [.string("folder"), .object("key", ScriptPrivateKey.self)],
            options: [.string("out", "where the signature is written; else FOLDER/model.sig").optional],
            returns: .string("where the signature is")
        ) { call in
            let folder = try call.string("folder")
            let key: ScriptPrivateKey = try call.object("key")
            let path = try call.optionalString("out") ?? joinPath(folder, ModelSignature.fileName)
            try writeFile(path, ModelSignature.sign(folder: folder, key: key.key))
            return .string(path)
        },
        .function(
            "verify",
            doc:
                "Checks every file of a folder against its signature. An error says which files are missing, changed or "
                + "not signed, or that another key signed.",
            arguments: [
                .string("folder"),
                .anyOf(
                    "key", "a public key or the path of one", of: [.object(ScriptPublicKey.self), .string]),
            ],
            options: [.string("signature", "where the signature is; else FOLDER/model.sig").optional],
            returns: .custom("string[]", "the names of the signed files")
        ) { call in
            let given: ScriptPublicKey? = try call.optionalObject("key")
            let key = try given?.key ?? PublicKey(contentsOf: call.string("key"))
            let signature = try ModelSignature.verify(
                folder: call.string("folder"), signature: call.optionalString("signature"), publicKey: key)
            return .strings(signature.files.map(\.name))
        },
        provenanceFunction,
        modelCardFunction,
    ])

final class ScriptPrivateKey {
    let key: PrivateKey
    init(_ key: PrivateKey) { self.key = key }
}

final class ScriptPublicKey {
    let key: PublicKey
    init(_ key: PublicKey) { self.key = key }
}

final class ScriptProvenance {
    let provenance: Provenance
    init(_ provenance: Provenance) { self.provenance = provenance }
}

/// The files of a folder that a signature and a provenance statement are about.
private func contentFiles(of folder: String) throws -> [FileDigest] {
    try FolderDigest.files(in: folder, ignoring: ModelSignature.uncountedNames)
}
