/// Writes values as JSON texts: the same value gives the same bytes.
///
/// Integers have no fraction, other numbers have one or an exponent and as many digits as tell them from their
/// neighbours.
public struct JSONWriter: Sendable {
    public enum Layout: Sendable {
        /// All on one line, without spaces.
        case line
        /// An item a line, each level further right by so many spaces; "key": value.
        case indented(Int)
        /// The same with "key" : value, and an empty line in what is empty: what published manifests look like.
        case spaced(Int)
    }

    public var layout: Layout
    /// Whether the members of objects are written in the order of their names' bytes, not in their own.
    public var sortsNames: Bool

    /// The most bytes a text may have. Default: `jsonTextLimit`.
    public var limit: Int

    public init(_ layout: Layout = .line, sortsNames: Bool = false, limit: Int = jsonTextLimit) {
        self.layout = layout
        self.sortsNames = sortsNames
        self.limit = limit
    }

    /// The text, in UTF-8.
    ///
    /// - Throws: `JSONError`, which says where, for NaN, infinities, a name twice in an object, more levels than the
    ///   parser takes and a text beyond the limit.
    public func text(of value: JSONValue) throws(JSONError) -> [UInt8] {
        var output = Output(layout, sortsNames, limit)
        try output.write(value)
        return output.text
    }
}

private struct Output {
    private(set) var text: [UInt8] = []
    private let sortsNames: Bool
    private let indent: Int?
    private let isSpaced: Bool
    private let limit: Int
    private var depth = 0

    init(_ layout: JSONWriter.Layout, _ sortsNames: Bool, _ limit: Int) {
        switch layout {
        case .line: (indent, isSpaced) = (nil, false)
        case .indented(let indent): (self.indent, isSpaced) = (max(0, indent), false)
        case .spaced(let indent): (self.indent, isSpaced) = (max(0, indent), true)
        }
        self.sortsNames = sortsNames
        self.limit = limit
    }

    mutating func write(_ value: JSONValue) throws(JSONError) {
        switch value {
        case .null: append("null")
        case .bool(let isTrue): append(isTrue ? "true" : "false")
        case .integer(let integer): append("\(integer)")
        case .number(let number):
            guard number.isFinite else {
                throw JSONError("\(number.isNaN ? "nan" : number < 0 ? "-inf" : "inf") has no JSON form")
            }
            append("\(number)")
        case .string(let string): write(string)
        case .array(let items):
            try enter("[")
            for (index, item) in items.enumerated() {
                begin(index)
                do throws(JSONError) { try write(item) } catch { throw error.inside(.item(index + 1)) }
            }
            leave("]", isEmpty: items.isEmpty)
        case .object(let members):
            try enter("{")
            let sorted =
                sortsNames ? members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } : members
            var names = DistinctNames()
            for (index, member) in sorted.enumerated() {
                guard names.insert(member.name, after: sorted[..<index]) else {
                    throw JSONError("the key \"\(shortened(member.name))\" twice has no JSON form")
                }
                begin(index)
                write(member.name)
                append(isSpaced ? " : " : indent != nil ? ": " : ":")
                do throws(JSONError) { try write(member.value) } catch { throw error.inside(.name(member.name)) }
            }
            leave("}", isEmpty: members.isEmpty)
        }
        // Here all that is written comes by: a value adds little more than it holds itself.
        guard text.count <= limit else { throw .tooLong(limit) }
    }

    private mutating func write(_ string: String) {
        var string = string
        text.append(UInt8(ascii: "\""))
        string.withUTF8 { bytes in
            var start = 0
            for (index, byte) in bytes.enumerated()
            where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                text += bytes[start..<index]
                writeEscape(byte)
                start = index + 1
            }
            text += bytes[start...]
        }
        text.append(UInt8(ascii: "\""))
    }

    private mutating func writeEscape(_ byte: UInt8) {
        switch byte {
        case 0x08: append("\\b")
        case 0x09: append("\\t")
        case 0x0a: append("\\n")
        case 0x0c: append("\\f")
        case 0x0d: append("\\r")
        case 0..<0x20: append((byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16))
        default: text += [UInt8(ascii: "\\"), byte]
        }
    }

    // MARK: Arrays and objects

    private mutating func enter(_ bracket: Unicode.Scalar) throws(JSONError) {
        guard depth < jsonDepthLimit else { throw JSONError("more than \(jsonDepthLimit) levels have no JSON form") }
        depth += 1
        text.append(UInt8(ascii: bracket))
    }

    /// What stands before an item.
    private mutating func begin(_ index: Int) {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        breakLine()
    }

    private mutating func leave(_ bracket: Unicode.Scalar, isEmpty: Bool) {
        depth -= 1
        if isEmpty, isSpaced { text.append(UInt8(ascii: "\n")) }
        if !isEmpty || isSpaced { breakLine() }
        text.append(UInt8(ascii: bracket))
    }

    private mutating func breakLine() {
        guard let indent else { return }
        text.append(UInt8(ascii: "\n"))
        text += repeatElement(UInt8(ascii: " "), count: depth * indent)
    }

    private mutating func append(_ string: String) { text += string.utf8 }
}
