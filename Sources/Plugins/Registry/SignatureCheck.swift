import Signing

/// What looks at a folder for a signature by the key whose public half is in a PEM file, and throws where there is none
/// that holds.
///
/// - Throws: where the file cannot be read, or holds no such key.
func signatureCheck(publicKey path: String) throws -> @Sendable (_ folder: String) throws -> Void {
    let key = try PublicKey(contentsOf: path)
    return { try ModelSignature.verify(folder: $0, publicKey: key) }
}
