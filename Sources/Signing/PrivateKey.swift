import CCrypto
import Files
import HTTP

/// A private key that signs: an elliptic-curve key on P-256, P-384 or P-521. What prints or dumps it shows no secret.
public struct PrivateKey: Sendable, CustomStringConvertible, CustomReflectable {
    private let handle: KeyHandle
    public let curve: Curve
    /// The other half, with which everybody can verify.
    public let publicKey: PublicKey

    public var description: String { "private key on \(curve.rawValue)" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// - Parameters:
    ///   - pem: the key in PEM (PKCS #8 or SEC 1), encrypted or not.
    ///   - password: for an encrypted key.
    ///   - source: what to call the key in messages. Default: "the private key".
    /// - Throws: `SigningError` that says what is wrong with the key, without a part of it.
    public init(pem: [UInt8], password: Secret? = nil, source: String = "the private key") throws {
        try CryptoLibrary.require()
        let labels = pemLabels(pem)
        var asked: Int32 = 0
        let text = password.map { Array($0.revealed.utf8) }
        let pointer = pem.withUnsafeBytes { pem in
            let pem = pem.bindMemory(to: CChar.self)
            guard let text else { return ccrypto_private_key(pem.baseAddress, pem.count, nil, 0, &asked) }
            return text.withUnsafeBytes { password in
                // An empty buffer has no address, but is a password all the same.
                let start = password.bindMemory(to: CChar.self).baseAddress
                return withUnsafePointer(to: CChar(0)) { empty in
                    ccrypto_private_key(pem.baseAddress, pem.count, start ?? empty, password.count, &asked)
                }
            }
        }
        guard let pointer else {
            let reason = CryptoLibrary.reason
            if asked == 1 {
                throw SigningError(
                    .key,
                    text == nil
                        ? "\(source) is encrypted: its password is needed"
                        : "\(source) cannot be decrypted: the password is wrong, or the file is damaged")
            }
            throw SigningError(.key, "\(source) \(Self.failure(labels, reason))")
        }
        handle = KeyHandle(pointer)
        curve = try handle.curve(source)
        publicKey = try PublicKey(handle, curve, source)
    }

    /// The key in a file. - Throws: `SigningError`, `FileError`.
    public init(contentsOf path: String, password: Secret? = nil) throws {
        let pem = try readFile(path, limit: keyFileLimit)
        try self.init(pem: pem, password: password, source: "the private key in '\(path)'")
    }

    /// Signs a message with ECDSA and the digest that goes with the curve.
    ///
    /// - Returns: the signature in DER. It has a random part: the same message gives another one each time.
    public func sign(_ message: [UInt8]) throws -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: 512)
        let size = ccrypto_sign(handle.pointer, curve.digest, message, message.count, &signature, signature.count)
        guard size > 0 else { throw SigningError(.key, "the \(self) cannot sign\(CryptoLibrary.reason)") }
        return Array(signature[..<size])
    }

    private static func failure(_ labels: [String], _ reason: String) -> String {
        if labels.isEmpty { return "is no key in PEM, which begins with -----BEGIN PRIVATE KEY----- or the like" }
        if labels.contains("OPENSSH PRIVATE KEY") {
            return "is in OpenSSH's own format: PEM as OpenSSL writes it is needed"
        }
        if !labels.contains(where: { $0.hasSuffix("PRIVATE KEY") }) {
            return labels.contains { $0.hasSuffix("PUBLIC KEY") }
                ? "is a public key: signing takes the private one" : "holds \(printable(labels[0])), no private key"
        }
        return "cannot be read\(reason)"
    }
}

extension PrivateKey {
    /// The key that the environment names: `NIGHTJAR_SIGNING_KEY` is the path of a file, as a GitLab variable of the
    /// type File gives it, and `NIGHTJAR_SIGNING_PASSWORD` its password, where it has one.
    ///
    /// - Parameter variable: looks a variable up; nil for unset or empty. Default: the process's environment.
    /// - Returns: nil where no key is named.
    /// - Throws: `SigningError` that names the variables and shows neither of their values.
    public static func fromEnvironment(
        _ variable: (String) -> String? = environmentVariable
    ) throws -> PrivateKey? {
        guard let path = variable("NIGHTJAR_SIGNING_KEY") else { return nil }
        guard !path.contains("-----BEGIN ") else {
            throw SigningError(
                .key,
                "NIGHTJAR_SIGNING_KEY holds a key itself, but must be the path of a file with it: in GitLab choose "
                    + "the type File for the variable")
        }
        let pem: [UInt8]
        do {
            pem = try readFile(path, limit: keyFileLimit)
        } catch let error as FileError {
            // The path is not shown: it might be a key after all.
            throw SigningError(
                .key, "cannot \(error.action) the file that NIGHTJAR_SIGNING_KEY names: \(error.reason)")
        }
        let password = variable("NIGHTJAR_SIGNING_PASSWORD")
        let source = "the key that NIGHTJAR_SIGNING_KEY names"
        do {
            return try PrivateKey(pem: pem, password: password.map { Secret($0) }, source: source)
        } catch let error as SigningError where password == nil && error.description.hasSuffix("password is needed") {
            throw SigningError(.key, "\(error.description) in NIGHTJAR_SIGNING_PASSWORD")
        }
    }
}
