import HTTP
import JSON

/// What can be read from JSON; what the value has beyond that is left aside.
protocol JSONReadable {
    /// - Throws: `WrongJSON` where the value has another shape.
    init(json: JSONValue) throws
}

/// JSON of another shape than expected.
struct WrongJSON: Error, CustomStringConvertible {
    let description: String
}

extension JSONValue {
    /// A member that must be there. `read` gives nil for what it does not take.
    func required<T>(_ name: String, _ read: (JSONValue) -> T?) throws -> T {
        guard let value = try optional(name, read) else { throw WrongJSON(description: "'\(name)' is missing") }
        return value
    }

    /// A member that may be missing or null. `read` gives nil for what it does not take.
    func optional<T>(_ name: String, _ read: (JSONValue) -> T?) throws -> T? {
        guard asObject != nil else { throw WrongJSON(description: "no object") }
        guard let value = self[name], value != .null else { return nil }
        guard let result = read(value) else { throw WrongJSON(description: "'\(name)' is of another type") }
        return result
    }

    /// The items of an array, each read.
    func items<T: JSONReadable>(_ type: T.Type) throws -> [T] {
        guard let items = asArray else { throw WrongJSON(description: "no array") }
        return try items.map { try T(json: $0) }
    }

    /// A server's text in words: "has already been taken", "name: is too long, is invalid".
    var words: String {
        switch self {
        case .string(let text): text
        case .array(let items): items.map(\.words).filter { !$0.isEmpty }.joined(separator: ", ")
        case .object(let members):
            members.sorted { $0.name < $1.name }.map { "\($0.name): \($0.value.words)" }.joined(separator: "; ")
        case .null, .bool, .integer, .number: ""
        }
    }
}

/// A package as the listing shows it.
struct ListedPackage: JSONReadable {
    let id: Int
    let name: String
    let version: String?
    let packageType: String?
    let status: String?

    init(json: JSONValue) throws {
        id = try json.required("id", \.asInteger)
        name = try json.required("name", \.asString)
        version = try json.optional("version", \.asString)
        packageType = try json.optional("package_type", \.asString)
        status = try json.optional("status", \.asString)
    }
}

/// A file of a package as the listing shows it, and as an upload with `select=package_file` answers.
struct ListedFile: JSONReadable {
    let id: Int?
    let packageID: Int?
    let fileName: String?
    let size: Int?
    let fileSha256: String?

    init(json: JSONValue) throws {
        id = try json.optional("id", \.asInteger)
        packageID = try json.optional("package_id", \.asInteger)
        fileName = try json.optional("file_name", \.asString)
        size = try json.optional("size", \.asInteger)
        fileSha256 = try json.optional("file_sha256", \.asString)
    }
}

extension HTTPResponse {
    /// Whether the same request may succeed later with nothing changed.
    var isTransientFailure: Bool { [408, 425, 429].contains(status) || (500..<600).contains(status) }

    /// The body as JSON; nil where it is none.
    var json: JSONValue? { try? JSONParser.parse(body) }

    /// What the server says in words: GitLab's `message` or `error`, or plain text. Nil for pages and for nothing.
    var serverWords: String? {
        let words: String
        if let json, json.asObject != nil {
            words =
                ["message", "error", "error_description"].compactMap { json[$0]?.words }.first { !$0.isEmpty } ?? ""
        } else if isPage {
            return nil
        } else {
            words = text
        }
        let line = printable(words)
        return line.isEmpty ? nil : line
    }

    /// Whether the body is a page for people.
    var isPage: Bool {
        if headers["Content-Type"]?.lowercased().contains("html") == true { return true }
        return printable(text, limit: 20).hasPrefix("<")
    }
}
