/// Goes over the bytes of a JSON text: what the parser shares with readers that know which values must come.
public struct JSONScanner {
    public let bytes: UnsafeRawBufferPointer
    public private(set) var offset = 0

    /// - Parameter bytes: the text; it must stay while the scanner is used.
    public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The byte that comes next; nil at the end.
    @inlinable public var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    /// Goes past white space.
    public mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { offset += 1 }
    }

    /// Goes past a byte, if it comes next.
    public mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte) else { return false }
        offset += 1
        return true
    }

    /// Goes past a digit, if one comes next, and tells its value.
    public mutating func takeDigit() -> Int? {
        guard let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        offset += 1
        return Int(byte - UInt8(ascii: "0"))
    }

    /// Goes past a word, if it comes next.
    mutating func take(word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard count <= bytes.count - offset else { return false }
        for index in 0..<count where bytes[offset + index] != word.utf8Start[index] { return false }
        offset += count
        return true
    }

    // MARK: Strings

    /// Why a string is none.
    public struct StringError: Error {
        public enum Reason: Sendable {
            /// The text ends, or a control character comes, before the closing quote.
            case notClosed
            case notAnEscape
            case notHexadecimal
            /// Half a surrogate pair and then no escape, or the second half first.
            case unpairedSurrogate
            /// Half a surrogate pair and then another escape than `\u`.
            case notASecondHalf
            /// Half a surrogate pair and then `\u` with something else.
            case wrongSecondHalf
            case notUTF8
        }

        public let reason: Reason
        /// Where the part begins that is wrong: the string, the escape, or the text between escapes.
        public let start: Int
        /// Where reading ended.
        public let offset: Int
    }

    /// Reads a string, whose opening quote comes next.
    public mutating func takeString() throws(StringError) -> String {
        let quote = offset
        offset += 1
        var start = offset
        var text = ""
        while true {
            guard let byte = next, byte >= 0x20 else { throw error(.notClosed, quote) }
            if byte == UInt8(ascii: "\"") {
                let last = try piece(start)
                offset += 1
                return text.isEmpty ? last : text + last
            } else if byte == UInt8(ascii: "\\") {
                text += try piece(start)
                text.unicodeScalars.append(try takeEscape())
                start = offset
            } else {
                offset += 1
            }
        }
    }

    /// The text from `start` to here.
    private func piece(_ start: Int) throws(StringError) -> String {
        let part = UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
        guard let piece = String(validating: part, as: UTF8.self) else { throw error(.notUTF8, start) }
        return piece
    }

    private mutating func takeEscape() throws(StringError) -> Unicode.Scalar {
        let start = offset
        offset += 1
        let plain: Unicode.Scalar
        switch next {
        case UInt8(ascii: "\""): plain = "\""
        case UInt8(ascii: "\\"): plain = "\\"
        case UInt8(ascii: "/"): plain = "/"
        case UInt8(ascii: "b"): plain = "\u{8}"
        case UInt8(ascii: "f"): plain = "\u{c}"
        case UInt8(ascii: "n"): plain = "\n"
        case UInt8(ascii: "r"): plain = "\r"
        case UInt8(ascii: "t"): plain = "\t"
        case UInt8(ascii: "u"):
            offset += 1
            return try takeUnicode(start)
        default: throw error(.notAnEscape, start)
        }
        offset += 1
        return plain
    }

    /// What stands behind `\u`, with the second half of a surrogate pair where there is a first.
    private mutating func takeUnicode(_ start: Int) throws(StringError) -> Unicode.Scalar {
        var code = try takeHexadecimal(start)
        if code & 0xfc00 == 0xd800, take("\\") {
            guard take("u") else { throw error(.notASecondHalf, start) }
            let low = try takeHexadecimal(start)
            guard low & 0xfc00 == 0xdc00 else { throw error(.wrongSecondHalf, start) }
            code = 0x10000 + (code & 0x3ff) << 10 + low & 0x3ff
        }
        guard let scalar = Unicode.Scalar(code) else { throw error(.unpairedSurrogate, start) }
        return scalar
    }

    private mutating func takeHexadecimal(_ start: Int) throws(StringError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch next {
            case .some(let byte) where byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"):
                digit = byte - UInt8(ascii: "0")
            case .some(let byte) where byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f"):
                digit = byte | 0x20 - UInt8(ascii: "a") + 10
            default: throw error(.notHexadecimal, start)
            }
            code = code << 4 | UInt32(digit)
            offset += 1
        }
        return code
    }

    private func error(_ reason: StringError.Reason, _ start: Int) -> StringError {
        StringError(reason: reason, start: start, offset: offset)
    }
}
