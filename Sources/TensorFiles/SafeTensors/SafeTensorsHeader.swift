import Files
import JSON

/// The header of a safetensors file: what its JSON says, not yet compared with the file.
///
/// The reader takes exactly the format's grammar, in one pass and without recursion, because the header may come from
/// anywhere: an object of tensors, each with `dtype`, `shape` and `data_offsets` once, and `__metadata__`, an object
/// of strings. White space, strings and their escapes are the JSON library's. Its parser is not used: a header of
/// 100 MB would become a tree of many times that before its first error showed, numbers that are no counts would be
/// taken, and errors could not name the byte.
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
        try bytes.withUnsafeBytes { bytes in
            var reader = Reader(bytes)
            try read(&reader)
        }
    }

    private mutating func read(_ reader: inout Reader) throws {
        var names = Set<ExactName>()
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
                guard names.insert(ExactName(name)).inserted else {
                    throw Malformed("it has the tensor \(quoted(name)) twice")
                }
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

/// Reads JSON of known form from bytes that are UTF-8.
private struct Reader {
    private var scanner: JSONScanner

    init(_ bytes: UnsafeRawBufferPointer) { scanner = JSONScanner(bytes) }

    private func unexpected(_ expected: String, at offset: Int? = nil) -> Malformed {
        let place = offset ?? scanner.offset
        let next = place < scanner.bytes.count ? scanner.bytes[place] : nil
        let found = next.map { (32..<127).contains($0) ? "'\(Unicode.Scalar($0))'" : "byte \($0)" }
        return Malformed("at byte \(place) of its header \(expected) is expected, got \(found ?? "the end")")
    }

    /// Takes `byte` if it comes next behind white space.
    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        scanner.skipSpace()
        return scanner.take(byte)
    }

    private mutating func expect(_ byte: Unicode.Scalar) throws {
        guard take(byte) else { throw unexpected("'\(byte)'") }
    }

    /// Nothing but white space may follow.
    mutating func end() throws {
        scanner.skipSpace()
        guard scanner.next == nil else { throw unexpected("nothing more") }
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

    /// Reads a number that is only digits: JSON's other numbers count nothing.
    private mutating func count() throws -> Int {
        scanner.skipSpace()
        let start = scanner.offset
        var value = 0
        while let digit = scanner.takeDigit() {
            let place = scanner.offset - 1
            guard start == place || value != 0 else { throw unexpected("a number without leading zeros", at: place) }
            let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLargeToo) = tens.addingReportingOverflow(digit)
            guard !tooLarge, !tooLargeToo else { throw unexpected("a number of at most 63 bits", at: place) }
            value = sum
        }
        guard scanner.offset > start else { throw unexpected("an integer of 0 or more") }
        return value
    }

    mutating func string() throws -> String {
        scanner.skipSpace()
        guard scanner.next == UInt8(ascii: "\"") else { throw unexpected("a string") }
        do {
            return try scanner.takeString()
        } catch {
            let expected =
                switch error.reason {
                case .notClosed: "the end of the string"
                case .notAnEscape: "an escape"
                case .notHexadecimal: "a hexadecimal digit"
                case .unpairedSurrogate: "a whole surrogate pair before this"
                case .notASecondHalf: "the second half of a surrogate pair"
                case .wrongSecondHalf: "the second half of a surrogate pair before this"
                case .notUTF8: "UTF-8 before this"
                }
            throw unexpected(expected, at: error.offset)
        }
    }
}
