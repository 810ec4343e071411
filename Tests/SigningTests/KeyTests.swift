import CCrypto
import Files
import HTTP
import TestSupport
import Testing

@testable import Signing

@Suite("Keys")
struct KeyTests {
    let reference: Reference

    init() throws { reference = try Reference() }

    private let needed =
        "model signatures take elliptic-curve keys on P-256, P-384 or P-521 "
        + "(openssl ecparam -genkey -noout -name prime256v1 -out key.pem)"

    @Test("each curve signs, and its public half alone verifies", arguments: Curve.allCases)
    func curves(_ curve: Curve) throws {
        let key = try reference.privateKey(curve.rawValue)
        #expect(key.curve == curve)
        #expect(key.publicKey.pem == reference.pem(curve.rawValue, "public"))
        let message = Array("message".utf8)
        let signature = try key.sign(message)
        let publicKey = try reference.publicKey(curve.rawValue)
        #expect(publicKey.isValid(signature, over: message))
        #expect(!publicKey.isValid(signature, over: message + [0]))
        #expect(!publicKey.isValid(signature.dropLast() + [signature[signature.count - 1] ^ 1], over: message))
        #expect(!publicKey.isValid([], over: message))
        #expect(!(try reference.publicKey("another")).isValid(signature, over: message))
        #expect(try key.sign(message) != signature, "a signature has a random part")
    }

    @Test("an encrypted key takes its password, in either format")
    func encrypted() throws {
        for part in ["private", "sec1"] {
            let pem = reference.pem("encrypted", part)
            #expect(
                try PrivateKey(pem: pem, password: reference.password).publicKey.pem == reference.pem("P-256", "public")
            )
            #expect(failure { try PrivateKey(pem: pem) } == "the private key is encrypted: its password is needed")
            for wrong in ["", "wrong-secret", String(repeating: "x", count: 5000)] {
                #expect(
                    failure { try PrivateKey(pem: pem, password: Secret(wrong)) }
                        == "the private key cannot be decrypted: the password is wrong, or the file is damaged")
            }
        }
        #expect(try PrivateKey(pem: reference.pem("sec1")).curve == .p256)
        // A password that is not needed does no harm.
        #expect(try PrivateKey(pem: reference.pem("P-256"), password: Secret("unused")).curve == .p256)
    }

    @Test("other keys are refused by name")
    func others() throws {
        for (name, found) in [
            ("RSA", "is of the kind RSA, 2048 bits"), ("ED25519", "is of the kind ED25519, 256 bits"),
            ("secp256k1", "lies on the curve secp256k1"),
        ] {
            #expect(failure { try reference.privateKey(name) } == "the private key \(found): \(needed)")
            #expect(failure { try reference.publicKey(name) } == "the public key \(found): \(needed)")
        }
    }

    @Test("what is no key, or the other half, is told")
    func wrongFiles() throws {
        let (key, publicKey) = (reference.pem("P-256"), reference.pem("P-256", "public"))
        #expect(
            failure { try PrivateKey(pem: publicKey) }
                == "the private key is a public key: signing takes the private one")
        #expect(
            failure { try PublicKey(pem: key) }
                == "the public key is a private key, which belongs to whom signs alone: verifying takes the public one "
                + "(openssl pkey -in key.pem -pubout -out pub.pem)")
        for text in ["", "no key", "----- BEGIN PRIVATE KEY -----"] {
            #expect(
                failure { try PrivateKey(pem: Array(text.utf8)) }
                    == "the private key is no key in PEM, which begins with -----BEGIN PRIVATE KEY----- or the like")
            #expect(
                failure { try PublicKey(pem: Array(text.utf8)) }
                    == "the public key is no key in PEM, which begins with -----BEGIN PUBLIC KEY-----")
        }
        let certificate = Array("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n".utf8)
        #expect(failure { try PrivateKey(pem: certificate) } == "the private key holds CERTIFICATE, no private key")
        #expect(
            failure { try PublicKey(pem: certificate) }
                == "the public key holds CERTIFICATE: PUBLIC KEY is needed, as openssl pkey -pubout writes it")
        let openSSH = Array("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n".utf8)
        #expect(
            failure { try PrivateKey(pem: openSSH) }
                == "the private key is in OpenSSH's own format: PEM as OpenSSL writes it is needed")
        let lines = String(decoding: key, as: UTF8.self).split(separator: "\n")
        let damaged = Array((lines[0] + "\nAAAA\n" + lines[lines.count - 1] + "\n").utf8)
        let words = failure { try PrivateKey(pem: damaged) }
        #expect(words.hasPrefix("the private key cannot be read"), "\(words)")
    }

    @Test("no print of a key shows it, and no message a part of it or of a password")
    func secrecy() throws {
        let key = try PrivateKey(pem: reference.pem("encrypted"), password: reference.password)
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key)" == "private key on P-256")
        let texts = [
            "\(key)", dumped, String(reflecting: key), failure { try PrivateKey(pem: reference.pem("encrypted")) },
            failure { try PrivateKey(pem: reference.pem("encrypted"), password: Secret("hunter2hunter2")) },
        ]
        let lines = String(decoding: reference.pem("encrypted"), as: UTF8.self).split(separator: "\n")
        for text in texts {
            #expect(!text.contains("hunter2") && !text.contains("correct horse") && !text.contains(lines[1]))
        }
    }

    @Test("the environment names a key by its file, and its password")
    func environment() throws {
        let scratch = try ScratchDirectory()
        let plain = try scratch.write("plain", reference.json["keys"]["P-384"]["private"].string)
        let encrypted = try scratch.write("encrypted", reference.json["keys"]["encrypted"]["private"].string)
        func key(_ path: String?, _ password: String? = nil) throws -> PrivateKey? {
            try .fromEnvironment {
                switch $0 {
                case "NIGHTJAR_SIGNING_KEY": path
                case "NIGHTJAR_SIGNING_PASSWORD": password
                default: nil
                }
            }
        }
        #expect(try key(nil) == nil)
        #expect(try key(plain)?.curve == .p384)
        #expect(try key(encrypted, reference.password.revealed)?.curve == .p256)
        #expect(
            failure { try key(encrypted) as Any }
                == "the key that NIGHTJAR_SIGNING_KEY names is encrypted: its password is needed in "
                + "NIGHTJAR_SIGNING_PASSWORD")
        #expect(
            failure { try key(encrypted, "hunter2") as Any }
                == "the key that NIGHTJAR_SIGNING_KEY names cannot be decrypted: the password is wrong, or the file is "
                + "damaged")
        #expect(
            failure { try key(reference.json["keys"]["P-256"]["private"].string) as Any }
                == "NIGHTJAR_SIGNING_KEY holds a key itself, but must be the path of a file with it: in GitLab choose the "
                + "type File for the variable")
        #expect(
            failure { try key("MHcCAQEEIBase64OfASecretKey") as Any }
                == "cannot open the file that NIGHTJAR_SIGNING_KEY names: No such file or directory")
    }

    @Test("where libcrypto is missing, that is what is said")
    func missing() {
        #expect(
            CryptoLibrary.open(["libnone.so.9", "libz.so.1"])?.description
                == "OpenSSL's libcrypto is needed for signatures and was not found (libnone.so.9: it cannot be opened; "
                + "libz.so.1: it lacks calls that OpenSSL 3 has). Install it: on Debian and Ubuntu the package libssl3, on "
                + "Alpine libcrypto3, on Fedora openssl-libs")
    }
}
