/// Why something cannot be signed, or is not what was signed. The description is one line without a secret.
public struct SigningError: Error, CustomStringConvertible, Equatable {
    public enum Kind: Sendable, Equatable {
        /// libcrypto is not installed or cannot be used.
        case libraryMissing
        /// The key cannot be read, or is none that model signatures take.
        case key
        /// What is to be signed or described is wrong.
        case invalid
        /// The file is no signature that is understood here.
        case format
        /// The signature is not the key's, or the files are not those that were signed.
        case mismatch
    }

    public let kind: Kind
    public let description: String

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}

/// A list for a message: "a.txt, b.txt and 3 more".
func listed(_ names: [String]) -> String {
    let shown = names.prefix(5).map(printable).joined(separator: ", ")
    return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
}

/// A text from a file as a message may show it: on one line, not long.
func printable(_ text: String) -> String {
    let scalars = text.unicodeScalars.prefix(200).map { scalar -> Unicode.Scalar in
        scalar.properties.generalCategory == .control ? "?" : scalar
    }
    var shown = String.UnicodeScalarView()
    shown.append(contentsOf: scalars)
    return String(shown) + (text.unicodeScalars.count > 200 ? "..." : "")
}
