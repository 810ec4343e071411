import Files
import HTTP
import TestSupport

@testable import Signing

/// `Tests/Reference/signing.json`: keys, and what the reference implementation signed with them.
struct Reference {
    let json: TestSupport.JSON

    init() throws { json = try .reference("signing.json") }

    func pem(_ key: String, _ part: String = "private") -> [UInt8] { Array(json["keys"][key][part].string.utf8) }
    func privateKey(_ name: String) throws -> PrivateKey { try PrivateKey(pem: pem(name)) }
    func publicKey(_ name: String) throws -> PublicKey { try PublicKey(pem: pem(name, "public")) }
    func signature(_ name: String) -> [UInt8] { Array(json["signatures"][name].string.utf8) }
    var password: Secret { Secret(json["password"].string) }

    /// The content of the signed files by name.
    var contents: [String: String] {
        guard case .object(let files) = json["files"] else { return [:] }
        return files.mapValues(\.string)
    }

    var files: [FileDigest] {
        contents.map { FileDigest(name: $0.key, sha256: SHA256.hexDigest(of: Array($0.value.utf8))) }
    }

    /// Writes the signed files to a folder of that name, with a manifest, which the signatures leave out.
    func write(to scratch: ScratchDirectory, _ folder: String = "model") throws -> String {
        let path = scratch.file(folder)
        for (name, content) in Array(contents) + [("manifest.json", "{}")] {
            try makeDirectory(directoryName(joinPath(path, name)))
            try writeFile(joinPath(path, name), content)
        }
        return path
    }
}

/// The description of the error that a closure ends with.
func failure(_ body: () throws -> Any) -> String {
    do { return "no error, but: \(try body())" } catch { return "\(error)" }
}
