import Files

/// Goes through comma-separated values (RFC 4180), record by record: fields may stand in quotes, with separators, ends of
/// lines and doubled quotes inside. Lines end with LF, CRLF or CR; empty ones are passed over, as is a byte order mark.
struct CSVReader {
    /// A field's place among the bytes, quotes left out.
    struct Field {
        let start: Int
        let end: Int
        /// Whether quotes inside are doubled.
        let hasDoubledQuotes: Bool
        let isQuoted: Bool
    }

    private let bytes: [UInt8]
    private let separator: UInt8
    private let name: String
    private var place = 0
    private var line = 1

    /// The most fields of a record: 65,536.
    private static let mostFields = 1 << 16
    private static let quote = UInt8(ascii: "\"")
    private static let (lf, cr) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))

    /// - Parameter name: what errors call it.
    init(_ bytes: [UInt8], separator: UInt8, name: String) {
        (self.bytes, self.separator, self.name) = (bytes, separator, name)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    }

    /// Takes the next record's fields.
    ///
    /// - Returns: the line that it begins in, from 1; nil at the end.
    /// - Throws: `DatasetError.unreadable` for quotes that are not as RFC 4180 has them, or too many fields.
    mutating func next(_ fields: inout [Field]) throws -> Int? {
        while place < bytes.count {
            let start = line
            fields.removeAll(keepingCapacity: true)
            repeat {
                guard fields.count < Self.mostFields else {
                    throw fail(start, fields.count, "more than \(Self.mostFields) fields")
                }
                fields.append(try field(fields.count))
            } while takeSeparator()
            takeEnd()
            if fields.count > 1 || fields[0].isQuoted || fields[0].start < fields[0].end { return start }
        }
        return nil
    }

    /// A field's text.
    func text(_ field: Field) -> String {
        let bytes = bytes[field.start..<field.end]
        guard field.hasDoubledQuotes else { return String(systemBytes: Array(bytes)) }
        var (text, isSecond): ([UInt8], Bool) = ([], false)
        for byte in bytes {
            isSecond = byte == Self.quote && !isSecond
            if byte != Self.quote || isSecond { text.append(byte) }
        }
        return String(systemBytes: text)
    }

    /// The number that a field holds, blanks around it passed over; nil where it holds something else.
    func number(_ field: Field) -> Double? {
        var (start, end) = (field.start, field.end)
        while start < end, bytes[start] == UInt8(ascii: " ") { start += 1 }
        while start < end, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
        guard start < end, end - start <= 400 else { return nil }
        // Digits decide: neither names such as "inf" nor hexadecimal numbers are taken.
        var hasDigit = false
        for byte in bytes[start..<end] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): hasDigit = true
            case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): break
            default: return nil
            }
        }
        return hasDigit ? Double(String(decoding: bytes[start..<end], as: UTF8.self)) : nil
    }

    /// The integer that a field holds; nil where it holds something else.
    func integer(_ field: Field) -> Int64? {
        guard field.end - field.start <= 40 else { return nil }
        let text = String(decoding: bytes[field.start..<field.end], as: UTF8.self)
        return Int64(text)
            ?? Int64(text.drop { $0 == " " }.prefix { $0 != " " }).flatMap {
                number(field) == Double($0) ? $0 : nil
            }
    }

    // MARK: Parts of a record

    private mutating func field(_ column: Int) throws -> Field {
        guard place < bytes.count, bytes[place] == Self.quote else {
            let start = place
            while place < bytes.count, !isEnd(bytes[place]) {
                guard bytes[place] != Self.quote else {
                    throw fail(line, column, "a quote inside a field that does not begin with one")
                }
                place += 1
            }
            return Field(start: start, end: place, hasDoubledQuotes: false, isQuoted: false)
        }
        let began = line
        place += 1
        let start = place
        var hasDoubled = false
        while true {
            guard place < bytes.count else { throw fail(began, column, "the quote that begins here has no end") }
            let byte = bytes[place]
            place += 1
            if byte == Self.quote {
                guard place < bytes.count, bytes[place] == Self.quote else { break }
                hasDoubled = true
                place += 1
            } else if byte == Self.lf || (byte == Self.cr && !(place < bytes.count && bytes[place] == Self.lf)) {
                line += 1
            }
        }
        guard place == bytes.count || isEnd(bytes[place]) else {
            throw fail(line, column, "text after a closing quote")
        }
        return Field(start: start, end: place - 1, hasDoubledQuotes: hasDoubled, isQuoted: true)
    }

    private func isEnd(_ byte: UInt8) -> Bool { byte == separator || byte == Self.lf || byte == Self.cr }

    private mutating func takeSeparator() -> Bool {
        guard place < bytes.count, bytes[place] == separator else { return false }
        place += 1
        return true
    }

    /// Takes the end of a line.
    private mutating func takeEnd() {
        guard place < bytes.count else { return }
        if bytes[place] == Self.cr, place + 1 < bytes.count, bytes[place + 1] == Self.lf { place += 1 }
        place += 1
        line += 1
    }

    /// - Parameter column: from 0.
    func fail(_ line: Int, _ column: Int, _ reason: String) -> DatasetError {
        .unreadable(file: name, reason: "line \(line), column \(column + 1): \(reason)")
    }
}
