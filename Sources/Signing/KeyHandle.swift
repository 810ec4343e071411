import CCrypto
import Files

/// A key of the library, given back with its last reference.
///
/// The library only reads a key when it signs and verifies, from as many threads as want to.
final class KeyHandle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer

    init(_ pointer: UnsafeMutableRawPointer) { self.pointer = pointer }

    deinit { ccrypto_key_free(pointer) }

    /// The key's curve.
    ///
    /// - Parameter name: what to call the key in the message.
    /// - Throws: `SigningError` where it is a key of another kind, which is named.
    func curve(_ name: String) throws -> Curve {
        let kind = ccrypto_key_kind(pointer).map { String(cString: $0) } ?? "unknown"
        let found: String
        if kind == "EC" {
            var text = [CChar](repeating: 0, count: 80)
            guard ccrypto_key_curve(pointer, &text, text.count) == 1 else {
                throw refusal(name, "lies on a curve without a name")
            }
            let curve = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if let known = Curve.allCases.first(where: { $0.names.contains(curve) }) { return known }
            found = "lies on the curve \(curve)"
        } else {
            found = "is of the kind \(kind), \(ccrypto_key_bits(pointer)) bits"
        }
        throw refusal(name, found)
    }

    private func refusal(_ name: String, _ found: String) -> SigningError {
        SigningError(
            .key,
            "\(name) \(found): model signatures take elliptic-curve keys on P-256, P-384 or P-521 "
                + "(openssl ecparam -genkey -noout -name prime256v1 -out key.pem)")
    }
}

/// An elliptic curve that model signatures take.
public enum Curve: String, Sendable, CaseIterable {
    case p256 = "P-256"
    case p384 = "P-384"
    case p521 = "P-521"

    /// What the library calls it.
    var names: [String] {
        switch self {
        case .p256: ["prime256v1", "P-256"]
        case .p384: ["secp384r1", "P-384"]
        case .p521: ["secp521r1", "P-521"]
        }
    }

    /// The digest that goes with it, as in the reference implementation: one as long as the curve's numbers.
    var digest: ccrypto_digest {
        switch self {
        case .p256: ccrypto_sha256
        case .p384: ccrypto_sha384
        case .p521: ccrypto_sha512
        }
    }
}

/// What the PEM blocks of a text call themselves: "EC PRIVATE KEY", "PUBLIC KEY".
func pemLabels(_ text: [UInt8]) -> [String] {
    text.split(separator: UInt8(ascii: "\n")).compactMap { line in
        let line = String(decoding: line, as: UTF8.self).trimmingSuffix { $0 == " " || $0 == "\r" || $0 == "\t" }
        guard line.hasPrefix("-----BEGIN "), line.hasSuffix("-----"), line.utf8.count > 16 else { return nil }
        return String(line.dropFirst(11).dropLast(5))
    }
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> String {
        var text = self[...]
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return String(text)
    }
}

/// The most bytes of a file that is to hold a key.
let keyFileLimit = 1 << 20
