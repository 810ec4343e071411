import Files
import TestSupport
import Testing

@testable import JSON
@testable import Signing

/// Signatures that somebody changed.
@Suite("Tampered signatures")
struct TamperTests {
    let reference: Reference
    let key: PrivateKey
    let bundle: SignatureBundle

    init() throws {
        reference = try Reference()
        key = try reference.privateKey("P-256")
        bundle = try SignatureBundle(decoding: ModelSignature.sign(reference.files, folderName: "model", key: key))
    }

    private func outcome(_ bundle: SignatureBundle) -> String {
        failure { try ModelSignature(decoding: bundle.encoded()).verify(reference.files, publicKey: key.publicKey) }
    }

    /// The bundle with another payload, signed anew where `isSigned`.
    private func bundle(_ payload: String, isSigned: Bool, type: String = ModelSignature.payloadType) throws
        -> SignatureBundle
    {
        if isSigned { return try SignatureBundle(signing: Array(payload.utf8), type: type, key: key) }
        var changed = bundle
        changed.payload = Array(payload.utf8)
        return changed
    }

    private var payload: String { String(decoding: bundle.payload, as: UTF8.self) }
    private let changed = "the signature is not this key's, or what was signed has been changed"

    @Test("a changed payload is refused")
    func payloadChanged() throws {
        #expect(outcome(bundle).hasPrefix("no error"))
        #expect(try outcome(bundle(payload + " ", isSigned: false)) == changed)
        let renamed = payload.replacing("\"a.txt\"", with: "\"c.txt\"")
        #expect(renamed != payload)
        #expect(try outcome(bundle(renamed, isSigned: false)) == changed)
        #expect(
            try outcome(bundle(renamed, isSigned: true))
                == "the files are not those that were signed: missing: c.txt; not signed: a.txt")
    }

    @Test("every byte of the signature and the payload counts")
    func everyByte() throws {
        for place in bundle.signatures[0].indices {
            var changed = bundle
            changed.signatures[0][place] ^= 0x10
            #expect(failure { try changed.check(key.publicKey) } == self.changed, "byte \(place)")
        }
        for place in stride(from: 0, to: bundle.payload.count, by: 7) {
            var changed = bundle
            changed.payload[place] ^= 0x01
            #expect(failure { try changed.check(key.publicKey) } == self.changed, "byte \(place)")
        }
    }

    @Test("another type of payload is refused, signed or not")
    func payloadType() throws {
        let words = "no model signature: its payload is of the type text/plain, expected application/vnd.in-toto+json"
        var changed = bundle
        changed.payloadType = "text/plain"
        #expect(outcome(changed) == words)
        #expect(failure { try changed.check(key.publicKey) } == self.changed, "the type is signed with the payload")
        #expect(try outcome(bundle(payload, isSigned: true, type: "text/plain")) == words)
    }

    @Test("of several signatures the first counts, as in the reference; none is refused")
    func several() throws {
        let other = try reference.privateKey("another")
        var several = bundle
        several.signatures.append(try other.sign(bundle.signedBytes))
        #expect(outcome(several).hasPrefix("no error"))
        several.signatures.reverse()
        #expect(outcome(several) == changed)
        several.signatures = []
        #expect(outcome(several) == "it is not signed at all")
    }

    @Test("a signature without a hint is taken, as in the reference, where the key is right")
    func hint() throws {
        var old = bundle
        old.hint = nil
        #expect(outcome(old).hasPrefix("no error"))
        old.hint = ""
        #expect(outcome(old).hasPrefix("no error"))
        old.hint = "00"
        #expect(outcome(old) == "the signature was made with another key: with 00, not \(key.publicKey.hint)")
    }

    @Test("a statement of another kind, or one that contradicts itself, is refused though signed")
    func statements() throws {
        let digest = reference.files.first { $0.name == "a.txt" }?.sha256 ?? ""
        for (old, new, words) in [
            (
                "in-toto.io/Statement/v1", "in-toto.io/Statement/v0",
                "its '_type' is https://in-toto.io/Statement/v0, "
                    + "expected https://in-toto.io/Statement/v1"
            ),
            (
                "model_signing/signature/v1.0", "slsa.dev/provenance/v1",
                "its 'predicateType' is "
                    + "https://slsa.dev/provenance/v1, expected https://model_signing/signature/v1.0"
            ),
            (digest, String(repeating: "0", count: 64), "its digest of all files is not that of the files it names"),
            ("\"sha256\": \"", "\"sha1\": \"", "its statement is not complete"),
            ("\"a.txt\"", "\"B.txt\"", "it names 'B.txt' twice or without a SHA-256"),
            ("\"algorithm\": \"sha256\"", "\"algorithm\": \"md5\"", "a file in it has no name or SHA-256"),
            ("\"_type\"", "\"type\"", "its '_type' is missing, expected https://in-toto.io/Statement/v1"),
        ] {
            let text = payload.replacing(old, with: new)
            #expect(text != payload)
            #expect(try outcome(bundle(text, isSigned: true)) == "no model signature: \(words)")
        }
        #expect(
            try outcome(bundle("[", isSigned: true)).hasPrefix("no model signature: its payload is no JSON: line 1"))
    }

    @Test("a bundle of another kind is refused")
    func bundles() throws {
        let text = String(decoding: try bundle.encoded(), as: UTF8.self)
        func outcome(_ old: String, _ new: String) -> String {
            let changed = text.replacing(old, with: new)
            #expect(changed != text)
            return failure { try SignatureBundle(decoding: Array(changed.utf8)) }
        }
        let no = "no model signature: "
        #expect(
            outcome("bundle.v0.3+json", "bundle.v0.9+json")
                == no + "its media type is application/vnd.dev.sigstore.bundle.v0.9+json, expected "
                + SignatureBundle.mediaType)
        #expect(outcome("\"mediaType\"", "\"type\"") == no + "it has no media type")
        #expect(
            outcome("\"publicKey\"", "\"certificate\"")
                == no + "it was not made with a key, but with a certificate or an identity")
        #expect(outcome("\"dsseEnvelope\"", "\"messageSignature\"") == no + "it has no complete DSSE envelope")
        #expect(outcome("\"payload\":\"", "\"payload\":\"*") == no + "its payload is no base64")
        #expect(outcome("\"sig\":\"", "\"sig\":\"=") == no + "a signature in it is no base64")
        #expect(outcome("{\"mediaType\"", "\"mediaType\"").hasPrefix(no + "it is no JSON: line 1, column 12"))
    }

    @Test("base64 is what RFC 4648 has, and nothing else")
    func base64() {
        for (text, coded) in [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            #expect(Base64.encode(Array(text.utf8)) == coded)
            #expect(Base64.decode(coded) == Array(text.utf8))
        }
        let all = (0...255).map { UInt8($0) }
        #expect(Base64.decode(Base64.encode(all)) == all)
        for wrong in [
            "Z", "Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zm 9", "Zm9v\n", "=Zg=", "Zg==Zg==", "Zm9-", "é==",
        ] {
            #expect(Base64.decode(wrong) == nil, "\(wrong)")
        }
    }
}
