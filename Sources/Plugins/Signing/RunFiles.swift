import Host
import Lua
import Registry
import Signing

/// What `registry.package` takes for the files of a package that belong to the run that publishes it.
let runFileOptions: [Argument] = [
    .object("provenance", ScriptProvenance.self, "how it came to be, for provenance.json").optional,
    .object("key", ScriptPrivateKey.self, "signs the files: model.sig").optional,
]

/// The files of a package that belong to the run: its provenance, and the signature where there is a key.
func runFiles(_ call: Call, folderName: String) throws -> [RunFile] {
    var files: [RunFile] = []
    if let script: ScriptProvenance = try call.optionalObject("provenance") {
        let provenance = script.provenance
        files.append(
            try RunFile(
                Provenance.fileName,
                make: { try provenance.encoded(about: $0.map(\.signedName)) },
                verifies: { Provenance.isStatement($0, about: $1.map(\.signedName)) }))
    }
    if let script: ScriptPrivateKey = try call.optionalObject("key") {
        let key = script.key
        files.append(
            try RunFile(
                ModelSignature.fileName,
                make: { try ModelSignature.sign($0.map(\.signedName), folderName: folderName, key: key) },
                verifies: { bytes, content in
                    let signature = try? ModelSignature(decoding: bytes)
                    let isRight: Void? = try? signature?.verify(content.map(\.signedName), publicKey: key.publicKey)
                    return isRight != nil
                }))
    }
    return files
}

extension MeasuredFile {
    fileprivate var signedName: FileDigest { FileDigest(name: name.text, sha256: sha256) }
}
