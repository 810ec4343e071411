/// A file and the digest of its content.
public struct FileDigest: Sendable, Hashable {
    /// The path in its folder, with slashes.
    public let name: String
    /// 64 lower-case hexadecimal digits.
    public let sha256: String

    public init(name: String, sha256: String) {
        self.name = name
        self.sha256 = sha256
    }

    // Names are told apart by their bytes; Swift's strings would take the two ways to write "é" for one.
    public static func == (one: FileDigest, other: FileDigest) -> Bool {
        one.key == other.key && one.sha256 == other.sha256
    }
    public func hash(into hasher: inout Hasher) { hasher.combine(key) }

    /// Whether the digest is one.
    public var isComplete: Bool { digestBytes != nil }

    /// What tells names apart.
    var key: [UInt8] { Array(name.utf8) }

    /// The bytes of the digest; nil where it is none.
    var digestBytes: [UInt8]? { hexadecimalBytes(sha256, count: 32) }
}

/// What an even number of lower-case hexadecimal digits stands for; nil where the text is something else.
func hexadecimalBytes(_ text: String, count: Int) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count == 2 * count else { return nil }
    var bytes: [UInt8] = []
    for place in stride(from: 0, to: digits.count, by: 2) {
        guard let high = hexadecimalValue(digits[place]), let low = hexadecimalValue(digits[place + 1]) else {
            return nil
        }
        bytes.append(high << 4 | low)
    }
    return bytes
}

private func hexadecimalValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
}
