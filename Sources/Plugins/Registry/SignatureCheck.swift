import Files
import Registry

/// What looks at a folder for a signature by the key whose public half is in a PEM file, and throws where there is none
/// that holds.
///
/// - Throws: where the file cannot be read.
func signatureCheck(publicKey path: String) throws -> @Sendable (_ folder: String) throws -> Void {
    _ = try ReadableFile(path)
    throw RegistryError(.configuration, "'\(path)': this build cannot verify signatures")
}
