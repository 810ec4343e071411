// What the standard library's module for regular expressions offers for plain text, too. That module is not imported,
// see Package.swift.

extension StringProtocol {
    /// Whether the text stands in this one, byte for byte.
    public func contains(_ text: String) -> Bool { firstRange(of: text) != nil }

    /// Where the text stands first, byte for byte; nil where it does not.
    public func firstRange(of text: String) -> Range<Index>? {
        let (bytes, wanted) = (Array(utf8), Array(text.utf8))
        guard wanted.count <= bytes.count else { return nil }
        for start in 0...(bytes.count - wanted.count) where bytes[start...].starts(with: wanted) {
            let lower = utf8.index(startIndex, offsetBy: start)
            return lower..<utf8.index(lower, offsetBy: wanted.count)
        }
        return nil
    }

    /// The text with each occurrence of one text replaced by another.
    public func replacing(_ text: String, with other: String) -> String {
        var (result, rest) = ("", self[...])
        while !text.isEmpty, let found = rest.firstRange(of: text) {
            result += rest[..<found.lowerBound]
            result += other
            rest = rest[found.upperBound...]
        }
        return result + rest
    }
}

extension StringProtocol {
    /// The parts between the occurrences of a text. One that begins or ends with it has an empty part there.
    public func split(separator: String, omittingEmptySubsequences omitsEmpty: Bool = true) -> [SubSequence] {
        var (parts, rest) = ([SubSequence](), self[...])
        while !separator.isEmpty, let found = rest.firstRange(of: separator) {
            parts.append(self[rest.startIndex..<found.lowerBound])
            rest = rest[found.upperBound...]
        }
        parts.append(rest)
        return omitsEmpty ? parts.filter { !$0.isEmpty } : parts
    }
}
