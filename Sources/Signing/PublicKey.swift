import CCrypto
import Files

/// A public key that verifies: an elliptic-curve key on P-256, P-384 or P-521.
public struct PublicKey: Sendable {
    private let handle: KeyHandle
    public let curve: Curve
    /// As PEM (SubjectPublicKeyInfo), as `openssl pkey -pubout` writes it.
    public let pem: [UInt8]
    /// What names the key in a signature: the SHA-256 of `pem`, 64 lower-case hexadecimal digits.
    public let hint: String

    /// - Parameter source: what to call the key in messages. Default: "the public key".
    /// - Throws: `SigningError` that says what is wrong with the key.
    public init(pem: [UInt8], source: String = "the public key") throws {
        try CryptoLibrary.require()
        let labels = pemLabels(pem)
        guard !labels.contains(where: { $0.hasSuffix("PRIVATE KEY") }) else {
            throw SigningError(
                .key,
                "\(source) is a private key, which belongs to whom signs alone: verifying takes the public one "
                    + "(openssl pkey -in key.pem -pubout -out pub.pem)")
        }
        let pointer = pem.withUnsafeBytes {
            ccrypto_public_key($0.bindMemory(to: CChar.self).baseAddress, $0.count)
        }
        guard let pointer else {
            let reason = CryptoLibrary.reason
            let failure =
                labels.isEmpty
                ? "is no key in PEM, which begins with -----BEGIN PUBLIC KEY-----"
                : labels.contains("PUBLIC KEY")
                    ? "cannot be read\(reason)"
                    : "holds \(printable(labels[0])): PUBLIC KEY is needed, as openssl pkey -pubout writes it"
            throw SigningError(.key, "\(source) \(failure)")
        }
        let handle = KeyHandle(pointer)
        try self.init(handle, handle.curve(source), source)
    }

    /// The key in a file. - Throws: `SigningError`, `FileError`.
    public init(contentsOf path: String) throws {
        try self.init(pem: readFile(path, limit: keyFileLimit), source: "the public key in '\(path)'")
    }

    /// The public half of a key.
    init(_ handle: KeyHandle, _ curve: Curve, _ source: String) throws {
        var text = [CChar](repeating: 0, count: 4096)
        let size = ccrypto_public_pem(handle.pointer, &text, text.count)
        guard size > 0, size <= text.count else {
            throw SigningError(.key, "\(source) has no public half that can be written\(CryptoLibrary.reason)")
        }
        self.handle = handle
        self.curve = curve
        pem = text[..<size].map { UInt8(bitPattern: $0) }
        hint = SHA256.hexDigest(of: pem)
    }

    /// Whether a signature (ECDSA in DER, with the digest that goes with the curve) was made with the other half of
    /// this key over the message.
    public func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        ccrypto_verify(
            handle.pointer, curve.digest, message, message.count, signature, signature.count) == 1
    }
}
