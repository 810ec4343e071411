/// Fields of comma-separated lines (RFC 4180).
enum CSV {
    /// A text as a field: in quotes where it holds a comma, a quote or a space at an end.
    static func field(_ text: String) -> String {
        // By bytes: a comma with an accent is one character, but ends a field.
        let bytes = Array(text.utf8)
        let (quote, space) = (UInt8(ascii: "\""), UInt8(ascii: " "))
        guard
            bytes.contains(UInt8(ascii: ",")) || bytes.contains(quote) || bytes.first == space || bytes.last == space
        else { return text }
        return "\"" + String(decoding: bytes.flatMap { $0 == quote ? [quote, quote] : [$0] }, as: UTF8.self) + "\""
    }

    /// The fields of a line; a quote that is not closed reaches to its end.
    static func fields(of line: String) -> [String] {
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var previousWasQuote = false
        for byte in line.utf8 {
            switch byte {
            case UInt8(ascii: "\""):
                // Two in a row stand for one.
                if !isQuoted, previousWasQuote { field.append(byte) }
                isQuoted.toggle()
                previousWasQuote = !isQuoted
                continue
            case UInt8(ascii: ",") where !isQuoted:
                fields.append(String(decoding: field, as: UTF8.self))
                field.removeAll()
            default: field.append(byte)
            }
            previousWasQuote = false
        }
        return fields + [String(decoding: field, as: UTF8.self)]
    }
}
