/// Fields of comma-separated lines (RFC 4180).
enum CSV {
    /// A text as a field: in quotes where it holds a comma, a quote or a space at an end.
    static func field(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" }) || text.first == " " || text.last == " " else {
            return text
        }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
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
