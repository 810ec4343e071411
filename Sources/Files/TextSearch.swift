#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

// What the standard library's module for regular expressions offers for plain text, too. That module is not imported,
// see Package.swift.

extension StringProtocol {
    /// Whether the text stands in this one, byte for byte.
    public func contains(_ text: String) -> Bool { !places(of: text, atMost: 1).isEmpty }

    /// Where the text stands first, byte for byte; nil where it does not.
    public func firstRange(of text: String) -> Range<Index>? {
        guard let place = places(of: text, atMost: 1).first else { return nil }
        let start = utf8.index(startIndex, offsetBy: place)
        return start..<utf8.index(start, offsetBy: text.utf8.count)
    }

    /// The text with each occurrence of one text replaced by another.
    public func replacing(_ text: String, with other: String) -> String {
        guard !text.isEmpty else { return String(self) }
        return split(separator: text, omittingEmptySubsequences: false).joined(separator: other)
    }

    /// The parts between the occurrences of a text. Where it stands at the beginning or the end, an empty part does.
    public func split(separator: String, omittingEmptySubsequences omitsEmpty: Bool = true) -> [SubSequence] {
        var parts: [SubSequence] = []
        var (start, offset) = (startIndex, 0)
        for place in separator.isEmpty ? [] : places(of: separator, atMost: .max) {
            let end = utf8.index(start, offsetBy: place - offset)
            parts.append(self[start..<end])
            start = utf8.index(end, offsetBy: separator.utf8.count)
            offset = place + separator.utf8.count
        }
        parts.append(self[start...])
        return omitsEmpty ? parts.filter { !$0.isEmpty } : parts
    }

    /// How many bytes before each occurrence of the text, of which no two share a byte.
    private func places(of text: String, atMost limit: Int) -> [Int] {
        var (own, text) = (String(self), text)
        return own.withUTF8 { bytes in
            text.withUTF8 { wanted in
                guard let wantedBase = wanted.baseAddress, !wanted.isEmpty else { return [0] }
                guard let base = bytes.baseAddress else { return [] }
                var (places, place) = ([Int](), 0)
                while places.count < limit, bytes.count - place >= wanted.count,
                    let found = memchr(base + place, Int32(wantedBase.pointee), bytes.count - place - wanted.count + 1)
                {
                    place = UnsafeRawPointer(found) - UnsafeRawPointer(base)
                    let isThere = memcmp(base + place, wantedBase, wanted.count) == 0
                    if isThere { places.append(place) }
                    place += isThere ? wanted.count : 1
                }
                return places
            }
        }
    }
}
