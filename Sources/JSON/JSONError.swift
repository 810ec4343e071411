/// What is wrong with a text, or with a value that is to become one.
public struct JSONError: Error, Equatable, CustomStringConvertible {
    public enum Place: Sendable, Equatable {
        /// In a text: lines and characters count from 1.
        case text(line: Int, column: Int)
        /// In a value: the steps that lead there.
        case value([Step])
    }

    /// One step into a value.
    public enum Step: Sendable, Equatable {
        case name(String)
        /// Items count from 1, as lines do.
        case item(Int)
    }

    public private(set) var place: Place
    public let message: String

    /// - Parameter message: what is wrong with the value itself; `inside` says where it lies.
    public init(_ message: String) {
        place = .value([])
        self.message = message
    }

    /// The error of a value whose text has too many bytes.
    public static func tooLong(_ limit: Int = jsonTextLimit) -> JSONError {
        JSONError(
            "the text would be longer than \(limit) bytes (what stands in several places is written in each)")
    }

    /// The error of a text that is wrong at an offset.
    init(_ message: String, in bytes: UnsafeRawBufferPointer, at offset: Int) {
        let before = bytes[..<offset]
        let line = before.count { $0 == 10 } + 1
        let start = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
        let column = bytes[start..<offset].count { $0 & 0xC0 != 0x80 } + 1
        place = .text(line: line, column: column)
        self.message = message
    }

    /// The same error seen from the array or object around the value.
    public func inside(_ step: Step) -> JSONError {
        guard case .value(let steps) = place else { return self }
        var error = self
        error.place = .value([step] + steps)
        return error
    }

    /// "line 1, column 5: the string does not end", "layers[1].rate: nan has no JSON form".
    public var description: String {
        switch place {
        case .text(let line, let column): return "line \(line), column \(column): \(message)"
        case .value(let steps):
            var path = ""
            for step in steps {
                switch step {
                case .item(let position): path += "[\(position)]"
                case .name(let name) where Self.isPlain(name) && name.utf8.count <= 80:
                    path += path.isEmpty ? name : ".\(name)"
                case .name(let name): path += "[\"\(shortened(name))\"]"
                }
            }
            return path.isEmpty ? message : "\(path): \(message)"
        }
    }

    /// Whether a name can be told from what stands around it.
    private static func isPlain(_ name: String) -> Bool {
        let letters = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        return letters && name.utf8.first.map { $0 > UInt8(ascii: "9") } ?? false
    }
}

/// A text for a message, cut where it is long.
func shortened(_ text: String) -> String {
    let start = text.unicodeScalars.prefix(80)
    return start.endIndex == text.endIndex ? text : String(start) + "..."
}
