import Registry
import Signing

/// What looks at a version's folder for a signature by the key whose public half is in a PEM file, and throws where there is
/// none that holds, or it is of another version: an older one, signed as well, that is served as a newer.
///
/// - Throws: where the file cannot be read, or holds no such key.
func signatureCheck(
    publicKey path: String
) throws -> @Sendable (_ folder: String, PackageName, PackageVersion) throws -> Void {
    let key = try PublicKey(contentsOf: path)
    return { folder, name, version in
        let signed = try ModelSignature.verify(folder: folder, publicKey: key).folderName
        // Publishing signs "NAME-VERSION"; other tools give whatever folder they were given.
        guard signed.hasPrefix("\(name)-"), signed != "\(name)-\(version)",
            SemanticVersion(String(signed.dropFirst(name.text.count + 1))) != nil
        else { return }
        throw RegistryError(.unverified, "the signature is that of \(signed), not of \(name)-\(version)")
    }
}
