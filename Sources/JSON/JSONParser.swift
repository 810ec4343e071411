/// Reads JSON texts as RFC 8259 has them and nothing else: no comments, no commas at the end, no name twice in an
/// object, no half of a surrogate pair, no number beyond what a `Double` holds.
public enum JSONParser {
    public static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        try bytes.withUnsafeBufferPointer { bytes throws(JSONError) in try parse(UnsafeRawBufferPointer(bytes)) }
    }

    public static func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONValue {
        var reader = Reader(scanner: JSONScanner(bytes))
        return try reader.text()
    }
}

/// Calls itself for what lies in arrays and objects, at most `jsonDepthLimit` times.
private struct Reader {
    var scanner: JSONScanner
    var depth = 0

    mutating func text() throws(JSONError) -> JSONValue {
        let value = try value()
        scanner.skipSpace()
        guard scanner.next == nil else { throw unexpected("the end of the text") }
        return value
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        scanner.skipSpace()
        switch scanner.next {
        case UInt8(ascii: "{"):
            try enter()
            defer { depth -= 1 }
            return .object(try members())
        case UInt8(ascii: "["):
            try enter()
            defer { depth -= 1 }
            return .array(try items())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
        default:
            if scanner.take(word: "true") { return .bool(true) }
            if scanner.take(word: "false") { return .bool(false) }
            if scanner.take(word: "null") { return .null }
            throw unexpected("a value")
        }
    }

    // MARK: Arrays and objects

    /// Goes past a bracket.
    private mutating func enter() throws(JSONError) {
        guard depth < jsonDepthLimit, let bracket = scanner.next else {
            throw error("more than \(jsonDepthLimit) levels", at: scanner.offset)
        }
        _ = scanner.take(Unicode.Scalar(bracket))
        depth += 1
    }

    private mutating func items() throws(JSONError) -> [JSONValue] {
        scanner.skipSpace()
        if scanner.take("]") { return [] }
        var items: [JSONValue] = []
        repeat {
            items.append(try value())
            scanner.skipSpace()
        } while scanner.take(",")
        guard scanner.take("]") else { throw unexpected("',' or ']'") }
        return items
    }

    private mutating func members() throws(JSONError) -> [JSONValue.Member] {
        scanner.skipSpace()
        if scanner.take("}") { return [] }
        var members: [JSONValue.Member] = []
        var names = DistinctNames()
        repeat {
            scanner.skipSpace()
            guard scanner.next == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
            let start = scanner.offset
            let name = try string()
            guard names.insert(name, after: members[...]) else {
                throw error("the key \"\(shortened(name))\" stands twice", at: start)
            }
            scanner.skipSpace()
            guard scanner.take(":") else { throw unexpected("':'") }
            members.append(JSONValue.Member(name, try value()))
            scanner.skipSpace()
        } while scanner.take(",")
        guard scanner.take("}") else { throw unexpected("',' or '}'") }
        return members
    }

    // MARK: Numbers and strings

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = scanner.offset
        let isNegative = scanner.take("-")
        // Summed up below zero, where there is one number more.
        var integer: Int? = 0
        if !scanner.take("0") {
            try digits { digit in
                let (tens, tooLarge) = (integer ?? 0).multipliedReportingOverflow(by: 10)
                let (sum, tooLargeToo) = tens.subtractingReportingOverflow(digit)
                integer = integer == nil || tooLarge || tooLargeToo ? nil : sum
            }
        }
        if !isNegative, let negated = integer { integer = negated == .min ? nil : -negated }
        if scanner.take(".") {
            integer = nil
            try digits()
        }
        if scanner.take("e") || scanner.take("E") {
            integer = nil
            if !scanner.take("+") { _ = scanner.take("-") }
            try digits()
        }
        if let integer { return .integer(integer) }
        let digits = String(
            decoding: UnsafeRawBufferPointer(rebasing: scanner.bytes[start..<scanner.offset]), as: UTF8.self)
        guard let number = Double(digits), number.isFinite else {
            throw error("the number \(shortened(digits)) is too large", at: start)
        }
        return .number(number)
    }

    /// Goes past one digit or more.
    private mutating func digits(_ body: (Int) -> Void = { _ in }) throws(JSONError) {
        guard let first = scanner.takeDigit() else { throw unexpected("a digit") }
        body(first)
        while let digit = scanner.takeDigit() { body(digit) }
    }

    private mutating func string() throws(JSONError) -> String {
        do {
            return try scanner.takeString()
        } catch {
            let isEnd = error.offset == scanner.bytes.count
            switch error.reason {
            case .notClosed where isEnd, .notAnEscape where isEnd:
                throw self.error("the string does not end", at: error.start)
            case .notClosed:
                throw self.error("a control character in a string must be escaped", at: error.offset)
            case .notAnEscape: throw self.error("no such escape", at: error.start)
            case .notHexadecimal: throw self.error("\\u takes four hexadecimal digits", at: error.start)
            case .unpairedSurrogate, .notASecondHalf, .wrongSecondHalf:
                throw self.error("half a surrogate pair", at: error.start)
            case .notUTF8: throw self.error("the string is not UTF-8", at: error.start)
            }
        }
    }

    // MARK: Errors

    private func unexpected(_ expected: String) -> JSONError {
        let rest = scanner.bytes[scanner.offset...]
        let found: String
        if let byte = rest.first, byte > 32, byte < 127 {
            found = "'\(Character(Unicode.Scalar(byte)))'"
        } else if let scalar = String(decoding: rest.prefix(4), as: UTF8.self).unicodeScalars.first {
            let hex = String(scalar.value, radix: 16, uppercase: true)
            found = "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
        } else {
            found = "the end"
        }
        return error("expected \(expected), found \(found)", at: scanner.offset)
    }

    private func error(_ message: String, at offset: Int) -> JSONError {
        JSONError(message, in: scanner.bytes, at: offset)
    }
}
