import JSON

/// A Sigstore bundle with a DSSE envelope that was signed with a key: what lies in `model.sig`.
///
/// The format: https://docs.sigstore.dev/about/bundle/ and https://github.com/secure-systems-lab/dsse.
struct SignatureBundle: Equatable {
    static let mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"

    var payloadType: String
    var payload: [UInt8]
    /// Each in DER.
    var signatures: [[UInt8]]
    /// `PublicKey.hint`; nil in signatures of old.
    var hint: String?

    /// What is signed: DSSE's pre-authentication encoding.
    var signedBytes: [UInt8] {
        Array("DSSEv1 \(payloadType.utf8.count) \(payloadType) \(payload.count) ".utf8) + payload
    }

    /// Signs a payload.
    init(signing payload: [UInt8], type: String, key: PrivateKey) throws {
        payloadType = type
        self.payload = payload
        signatures = []
        hint = key.publicKey.hint
        signatures = [try key.sign(signedBytes)]
    }

    /// - Throws: `SigningError` where the bytes are no bundle, or one of another kind.
    init(decoding bytes: [UInt8]) throws {
        let json: JSONValue
        do { json = try JSONParser.parse(bytes) } catch { throw Self.wrong("it is no JSON: \(error)") }
        guard let mediaType = json["mediaType"]?.asString else { throw Self.wrong("it has no media type") }
        guard mediaType == Self.mediaType else {
            throw Self.wrong("its media type is \(printable(mediaType)), expected \(Self.mediaType)")
        }
        guard let key = json["verificationMaterial"]?["publicKey"], key.asObject != nil else {
            throw Self.wrong("it was not made with a key, but with a certificate or an identity")
        }
        guard let envelope = json["dsseEnvelope"], let type = envelope["payloadType"]?.asString,
            let payload = envelope["payload"]?.asString, let list = envelope["signatures"]?.asArray
        else { throw Self.wrong("it has no complete DSSE envelope") }
        guard let content = Base64.decode(payload) else { throw Self.wrong("its payload is no base64") }
        hint = key["hint"]?.asString.flatMap { $0.isEmpty ? nil : $0 }
        payloadType = type
        self.payload = content
        signatures = try list.map {
            guard let bytes = $0["sig"]?.asString.flatMap(Base64.decode) else {
                throw Self.wrong("a signature in it is no base64")
            }
            return bytes
        }
    }

    func encoded() throws -> [UInt8] {
        let json = JSONValue.object([
            .init("mediaType", .string(Self.mediaType)),
            .init(
                "verificationMaterial",
                .object([
                    .init("publicKey", .object([.init("hint", hint.map { .string($0) } ?? .null)])),
                    .init("tlogEntries", .array([])),
                ])),
            .init(
                "dsseEnvelope",
                .object([
                    .init("payload", .string(Base64.encode(payload))), .init("payloadType", .string(payloadType)),
                    .init(
                        "signatures",
                        .array(
                            signatures.map {
                                .object([.init("sig", .string(Base64.encode($0))), .init("keyid", .string(""))])
                            })),
                ])),
        ])
        return try JSONWriter().text(of: json) + [0x0a]
    }

    /// Checks that the key made the signature. Of several signatures the first counts, as in the reference
    /// implementation.
    ///
    /// - Throws: `SigningError` of kind `.mismatch`.
    func check(_ key: PublicKey) throws {
        if let hint, hint != key.hint {
            throw SigningError(
                .mismatch, "the signature was made with another key: with \(printable(hint)), not \(key.hint)")
        }
        guard let signature = signatures.first else { throw SigningError(.mismatch, "it is not signed at all") }
        guard key.isValid(signature, over: signedBytes) else {
            throw SigningError(.mismatch, "the signature is not this key's, or what was signed has been changed")
        }
    }

    static func wrong(_ reason: String) -> SigningError { SigningError(.format, "no model signature: \(reason)") }
}
