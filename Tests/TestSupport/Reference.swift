import Foundation

/// The path of a file in `Tests/Reference`, where PyTorch's values lie.
public func referencePath(_ name: String, here: String = #filePath) -> String {
    URL(filePath: here).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Reference").appending(path: name).path
}

/// A value of a JSON file, read where it is asked for: `json["cases"][0]["name"].string`.
public enum JSON: Decodable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    public init(from decoder: Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([JSON].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    /// A file of `Tests/Reference`.
    public static func reference(_ name: String) throws -> JSON {
        try JSONDecoder().decode(JSON.self, from: Data(contentsOf: URL(filePath: referencePath(name))))
    }

    /// The cases of a file of `Tests/Reference`, by name.
    public static func referenceCases(_ name: String) throws -> [JSON] { try reference(name)["cases"].array }

    public subscript(key: String) -> JSON {
        if case .object(let members) = self { members[key] ?? .null } else { .null }
    }
    public subscript(index: Int) -> JSON { array.indices.contains(index) ? array[index] : .null }

    public var array: [JSON] { if case .array(let elements) = self { elements } else { [] } }
    public var string: String { if case .string(let text) = self { text } else { "" } }
    public var bool: Bool { if case .bool(let value) = self { value } else { false } }
    public var double: Double? { if case .number(let value) = self { value } else { nil } }
    public var int: Int? { double.flatMap { Int(exactly: $0) } }
    public var floats: [Float] { array.compactMap { $0.double.map { Float($0) } } }
    public var ints: [Int] { array.compactMap(\.int) }
}

/// The formula that fills inputs, here and in `make_reference.py`: PyTorch's gradients are of the same numbers.
public func formulaValues(_ count: Int, _ k: Int) -> [Float] {
    (0..<count).map { Float(Double(($0 * 7919 + k * 104_729) % 2001 - 1000) / 500) }
}
