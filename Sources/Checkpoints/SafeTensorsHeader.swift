/// The header of a safetensors file: what its JSON says, not yet compared with the file.
///
/// The reader takes exactly the format's grammar, in one pass and without recursion, because the header may come from
/// anywhere: an object of tensors, each with `dtype`, `shape` and `data_offsets` once, and `__metadata__`, an object
/// of strings. It is not a JSON library's because those take a name twice and numbers that are no counts, and because
/// one would have to be loaded for it.
struct SafeTensorsHeader {
    struct Entry {
        var name: String
        var dtype: String
        var shape: [Int]
        var start: Int
        var end: Int
    }

    /// The most bytes that a header may have, as in the Python library.
    static let limit = 100_000_000
    /// The most dimensions that a tensor may have.
    static let dimensionLimit = 64

    var entries: [Entry] = []
    var metadata: [String: String] = [:]

    /// - Throws: `Malformed`.
    init(_ bytes: [UInt8]) throws {
        guard bytes.first == UInt8(ascii: "{") else { throw Malformed("its header does not begin with '{'") }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw Malformed("its header is not UTF-8") }
        var reader = Reader(bytes: bytes)
        var names = Set<String>()
        var hasMetadata = false
        try reader.object { reader, name in
            if name == "__metadata__" {
                guard !hasMetadata else { throw Malformed("its header has '__metadata__' twice") }
                hasMetadata = true
                try reader.object { reader, key in
                    guard metadata.updateValue(try reader.string(), forKey: key) == nil else {
                        throw Malformed("its metadata has the key \(quoted(key)) twice")
                    }
                }
            } else {
                guard names.insert(name).inserted else { throw Malformed("it has the tensor \(quoted(name)) twice") }
                entries.append(try Self.entry(&reader, name))
            }
        }
        try reader.end()
    }

    private static func entry(_ reader: inout Reader, _ name: String) throws -> Entry {
        var (dtype, shape, offsets): (String?, [Int]?, [Int]?) = (nil, nil, nil)
        try reader.object { reader, key in
            switch key {
            case "dtype" where dtype == nil: dtype = try reader.string()
            case "shape" where shape == nil: shape = try reader.counts(limit: dimensionLimit)
            case "data_offsets" where offsets == nil: offsets = try reader.counts(limit: 2)
            case "dtype", "shape", "data_offsets":
                throw Malformed("the tensor \(quoted(name)) has '\(key)' twice")
            default: throw Malformed("the tensor \(quoted(name)) has the unknown field \(quoted(key))")
            }
        }
        func required<T>(_ value: T?, _ key: String) throws -> T {
            guard let value else { throw Malformed("the tensor \(quoted(name)) has no '\(key)'") }
            return value
        }
        let range = try required(offsets, "data_offsets")
        guard range.count == 2 else {
            throw Malformed("the tensor \(quoted(name)) needs 2 'data_offsets', got \(range.count)")
        }
        return Entry(
            name: name, dtype: try required(dtype, "dtype"), shape: try required(shape, "shape"),
            start: range[0], end: range[1])
    }
}

/// Why a file is not what it should be; the caller adds which file.
struct Malformed: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// A name out of a file as it may stand in a message: cut where it is long, without control characters.
func quoted(_ name: String) -> String {
    let visible = name.unicodeScalars.prefix(80).map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: "\u{fffd}"
        default: String(Character(scalar))
        }
    }
    return "'\(visible.joined())\(name.unicodeScalars.count > 80 ? "..." : "")'"
}

/// Reads JSON of known form from bytes that are UTF-8.
private struct Reader {
    let bytes: [UInt8]
    var place = 0

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private func unexpected(_ expected: String) -> Malformed {
        let found = next.map { (32..<127).contains($0) ? "'\(Unicode.Scalar($0))'" : "byte \($0)" }
        return Malformed("at byte \(place) of its header \(expected) is expected, got \(found ?? "the end")")
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { place += 1 }
    }

    /// Takes `byte` if it comes next behind white space.
    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: byte) else { return false }
        place += 1
        return true
    }

    private mutating func expect(_ byte: Unicode.Scalar) throws {
        guard take(byte) else { throw unexpected("'\(byte)'") }
    }

    /// Nothing but white space may follow.
    mutating func end() throws {
        skipSpace()
        guard next == nil else { throw unexpected("nothing more") }
    }

    /// Reads `{"key": value, ...}`; `value` takes the value.
    mutating func object(_ value: (inout Reader, String) throws -> Void) throws {
        try expect("{")
        if take("}") { return }
        repeat {
            let key = try string()
            try expect(":")
            try value(&self, key)
        } while take(",")
        guard take("}") else { throw unexpected("',' or '}'") }
    }

    /// Reads an array of at most `limit` numbers that are not negative.
    mutating func counts(limit: Int) throws -> [Int] {
        try expect("[")
        if take("]") { return [] }
        var values: [Int] = []
        repeat {
            guard values.count < limit else { throw unexpected("the end of the list (at most \(limit) numbers)") }
            values.append(try count())
        } while take(",")
        guard take("]") else { throw unexpected("',' or ']'") }
        return values
    }

    private mutating func count() throws -> Int {
        skipSpace()
        let start = place
        var value = 0
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            guard start == place || value != 0 else { throw unexpected("a number without leading zeros") }
            let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLargeToo) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            guard !tooLarge, !tooLargeToo else { throw unexpected("a number of at most 63 bits") }
            value = sum
            place += 1
        }
        guard place > start else { throw unexpected("an integer of 0 or more") }
        return value
    }

    mutating func string() throws -> String {
        skipSpace()
        guard next == UInt8(ascii: "\"") else { throw unexpected("a string") }
        place += 1
        var text: [UInt8] = []
        while let byte = next, byte >= 0x20 {
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text += try escaped()
            default: text.append(byte)
            }
        }
        throw unexpected("the end of the string")
    }

    /// The UTF-8 of what follows a backslash.
    private mutating func escaped() throws -> [UInt8] {
        guard let byte = next else { throw unexpected("an escape") }
        let plain: UInt8? =
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
            case UInt8(ascii: "b"): 0x08
            case UInt8(ascii: "f"): 0x0c
            case UInt8(ascii: "n"): 0x0a
            case UInt8(ascii: "r"): 0x0d
            case UInt8(ascii: "t"): 0x09
            default: nil
            }
        if let plain {
            place += 1
            return [plain]
        }
        guard byte == UInt8(ascii: "u") else { throw unexpected("an escape") }
        place += 1
        var code = try hexadecimal()
        if code & 0xfc00 == 0xd800, next == UInt8(ascii: "\\") {
            place += 1
            guard next == UInt8(ascii: "u") else { throw unexpected("the second half of a surrogate pair") }
            place += 1
            let low = try hexadecimal()
            guard low & 0xfc00 == 0xdc00 else { throw unexpected("the second half of a surrogate pair before this") }
            code = 0x10000 + (code & 0x3ff) << 10 + low & 0x3ff
        }
        guard let scalar = Unicode.Scalar(code) else { throw unexpected("a whole surrogate pair before this") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal() throws -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw unexpected("a hexadecimal digit")
            }
            code = code << 4 | UInt32(digit)
            place += 1
        }
        return code
    }
}
