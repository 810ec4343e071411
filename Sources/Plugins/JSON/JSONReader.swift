import Lua

/// Reads a JSON text and leaves its value on the Lua stack.
struct JSONReader {
    private let bytes: UnsafeRawBufferPointer
    private let state: LuaState
    private var position = 0
    private var depth = 0

    /// - Parameter bytes: the text; it must stay while the reader is used.
    init(_ bytes: UnsafeRawBufferPointer, _ state: LuaState) {
        self.bytes = bytes
        self.state = state
    }

    /// Reads all of the text.
    mutating func readText() throws {
        try readValue()
        skipSpace()
        guard position == bytes.count else { throw unexpected("the end of the text") }
    }

    private mutating func readValue() throws {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): try nested { try $0.readObject() }
        case UInt8(ascii: "["): try nested { try $0.readArray() }
        case UInt8(ascii: "\""): state.push(try readString())
        case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): try readNumber()
        default:
            if take("true") {
                state.push(true)
            } else if take("false") {
                state.push(false)
            } else if take("null") {
                try state.push(object: JSONNull.shared)
            } else {
                throw unexpected("a value")
            }
        }
    }

    // MARK: Arrays and objects

    /// Reads what stands in brackets.
    private mutating func nested(_ read: (inout JSONReader) throws -> Void) throws {
        guard depth < jsonDepth else { throw error("more than \(jsonDepth) levels", at: position) }
        try state.reserve(8)
        position += 1
        depth += 1
        try read(&self)
        depth -= 1
    }

    private mutating func readArray() throws {
        state.pushTable()
        state.markJSONList()
        skipSpace()
        if take("]") { return }
        var count = 0
        repeat {
            try readValue()
            count += 1
            state.setItem(count, of: -2)
            skipSpace()
        } while take(",")
        guard take("]") else { throw unexpected("',' or ']'") }
    }

    private mutating func readObject() throws {
        state.pushTable()
        skipSpace()
        if take("}") { return }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
            let start = position
            let key = try readString()
            let isKnown = state.pushField(key, of: -1) != .nil
            state.pop()
            guard !isKnown else { throw error("the key \"\(key)\" stands twice", at: start) }
            skipSpace()
            guard take(":") else { throw unexpected("':'") }
            try readValue()
            state.setField(key, of: -2)
            skipSpace()
        } while take(",")
        guard take("}") else { throw unexpected("',' or '}'") }
    }

    // MARK: Numbers

    private mutating func readNumber() throws {
        let start = position
        _ = take("-")
        if !take("0") { try skipDigits() }
        var isInteger = true
        if take(".") {
            isInteger = false
            try skipDigits()
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            try skipDigits()
        }
        let digits = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let integer = Int(digits) { return state.push(integer) }
        guard let number = Double(digits), number.isFinite else {
            throw error("the number \(digits) is too large", at: start)
        }
        state.push(number)
    }

    private mutating func skipDigits() throws {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw unexpected("a digit") }
    }

    // MARK: Strings

    private mutating func readString() throws -> String {
        let quote = position
        position += 1
        var start = position
        var text = ""
        while true {
            guard let byte = next else { throw error("the string does not end", at: quote) }
            switch byte {
            case UInt8(ascii: "\""):
                text += try piece(start)
                position += 1
                return text
            case UInt8(ascii: "\\"):
                text += try piece(start)
                text.append(try readEscape())
                start = position
            case 0..<32: throw error("a control character in a string must be escaped", at: position)
            default: position += 1
            }
        }
    }

    /// The text from `start` to here.
    private func piece(_ start: Int) throws -> String {
        guard let piece = String(validating: bytes[start..<position], as: UTF8.self) else {
            throw error("the string is not UTF-8", at: start)
        }
        return piece
    }

    private mutating func readEscape() throws -> Character {
        let start = position
        position += 2
        guard position <= bytes.count else { throw error("the string does not end", at: start) }
        switch bytes[start + 1] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw error("no such escape", at: start)
        }
        var code = try readHex(start)
        if (0xD800..<0xDC00).contains(code), take("\\u") {
            let low = try readHex(start)
            guard (0xDC00..<0xE000).contains(low) else { throw error("half a surrogate pair", at: start) }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error("half a surrogate pair", at: start) }
        return Character(scalar)
    }

    private mutating func readHex(_ start: Int) throws -> UInt32 {
        guard position + 4 <= bytes.count else { throw error("\\u takes four hexadecimal digits", at: start) }
        var code: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw error("\\u takes four hexadecimal digits", at: start)
            }
            code = code << 4 | UInt32(digit)
        }
        position += 4
        return code
    }

    // MARK: Bytes

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 32 || byte == 10 || byte == 13 || byte == 9 { position += 1 }
    }

    /// Goes past a word, if it stands here.
    private mutating func take(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[position + offset] != word.utf8Start[offset] { return false }
        position += count
        return true
    }

    // MARK: Errors

    private func unexpected(_ expected: String) -> JSONError {
        let rest = bytes[position...]
        let found: String
        if let byte = rest.first, byte > 32, byte < 127 {
            found = "'\(Character(Unicode.Scalar(byte)))'"
        } else if let scalar = String(decoding: rest.prefix(4), as: UTF8.self).unicodeScalars.first {
            let hex = String(scalar.value, radix: 16, uppercase: true)
            found = "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
        } else {
            found = "the end"
        }
        return error("expected \(expected), found \(found)", at: position)
    }

    /// The error with its place: lines and characters count from 1.
    private func error(_ message: String, at offset: Int) -> JSONError {
        let before = bytes[..<offset]
        let line = before.count { $0 == 10 } + 1
        let start = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
        let column = bytes[start..<offset].count { $0 & 0xC0 != 0x80 } + 1
        return JSONError(description: "line \(line), column \(column): \(message)")
    }
}
