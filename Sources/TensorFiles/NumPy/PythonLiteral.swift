import Files

/// Reads the one form of Python literal that a `.npy` header has: a dictionary of texts, truth values and tuples of
/// sizes.
struct PythonLiteral {
    enum Value {
        case text(String)
        case truth(Bool)
        case tuple([Int])
        /// Whatever stands in brackets; it is not looked at.
        case list

        var kind: String {
            switch self {
            case .text(let text): "the text \(quoted(text))"
            case .truth(let truth): truth ? "True" : "False"
            case .tuple(let sizes): "a tuple of \(sizes.count)"
            case .list: "a list"
            }
        }
    }

    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads all of it: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
    ///
    /// - Throws: `Malformed` for anything else.
    mutating func dictionary() throws -> [(name: String, value: Value)] {
        try expect("{")
        var entries: [(name: String, value: Value)] = []
        while !take("}") {
            guard entries.count < 16 else { throw unexpected("'}'") }
            let name = try text()
            try expect(":")
            let value = try value()
            guard !entries.contains(where: { $0.name.isSame(as: name) }) else {
                throw Malformed("its header has \(quoted(name)) twice")
            }
            entries.append((name, value))
            // Fields of records are not gone through.
            if case .list = value { return entries + Self.others(than: entries) }
            if !take(",") {
                try expect("}")
                break
            }
        }
        skipSpace()
        guard place == bytes.count else { throw unexpected("the end") }
        return entries
    }

    /// Stands for what was not read behind a list, so that the list is what is refused.
    private static func others(than entries: [(name: String, value: Value)]) -> [(name: String, value: Value)] {
        [("descr", .list), ("fortran_order", .truth(false)), ("shape", .tuple([]))]
            .filter { other in !entries.contains { $0.name == other.0 } }
    }

    private mutating func value() throws -> Value {
        skipSpace()
        switch next {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "("): return .tuple(try sizes())
        case UInt8(ascii: "["): return .list
        default:
            if take(word: "True") { return .truth(true) }
            if take(word: "False") { return .truth(false) }
            throw unexpected("a text, a tuple, True or False")
        }
    }

    /// A text in quotes without escapes, which no name of a type has.
    private mutating func text() throws -> String {
        skipSpace()
        guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw unexpected("a text in quotes")
        }
        place += 1
        let start = place
        while let byte = next, byte != quote {
            guard byte >= 32, byte < 127, byte != UInt8(ascii: "\\") else { throw unexpected("a plain character") }
            place += 1
        }
        guard next == quote else { throw unexpected("the end of the text") }
        place += 1
        return String(decoding: bytes[start..<(place - 1)], as: UTF8.self)
    }

    /// `()`, `(3,)`, `(3, 4)`.
    private mutating func sizes() throws -> [Int] {
        try expect("(")
        var sizes: [Int] = []
        while !take(")") {
            sizes.append(try size())
            if take(",") { continue }
            guard sizes.count > 1 else { throw unexpected("','") }
            try expect(")")
            break
        }
        return sizes
    }

    private mutating func size() throws -> Int {
        skipSpace()
        let start = place
        var value = 0
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLargeToo) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            guard !tooLarge, !tooLargeToo, place == start || value > 0 else { throw unexpected("a size") }
            value = sum
            place += 1
        }
        guard place > start else { throw unexpected("a size") }
        // Python 2 marked long integers.
        if next == UInt8(ascii: "L") { place += 1 }
        return value
    }

    // MARK: Bytes

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || (0x09...0x0d).contains(byte) { place += 1 }
    }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: byte) else { return false }
        place += 1
        return true
    }

    private mutating func take(word: String) -> Bool {
        guard bytes[place...].starts(with: word.utf8) else { return false }
        place += word.utf8.count
        return true
    }

    private mutating func expect(_ byte: Unicode.Scalar) throws {
        guard take(byte) else { throw unexpected("'\(byte)'") }
    }

    private func unexpected(_ expected: String) -> Malformed {
        let found = next.map { (32..<127).contains($0) ? "'\(Unicode.Scalar($0))'" : "byte \($0)" }
        return Malformed("at byte \(place) of its header \(expected) is expected, got \(found ?? "the end")")
    }
}
