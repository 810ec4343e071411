import HTTP

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A package as the listing shows it.
struct ListedPackage: Decodable {
    let id: Int
    let name: String
    let version: String?
    let packageType: String?
    let status: String?
}

/// A file of a package as the listing shows it, and as an upload with `select=package_file` answers.
struct ListedFile: Decodable {
    let id: Int?
    let fileName: String?
    let size: Int?
    let fileSha256: String?
}

/// Whatever a server puts where a text is expected.
enum JSONValue: Decodable {
    case text(String)
    case list([JSONValue])
    case table([String: JSONValue])
    case other

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([JSONValue].self) {
            self = .list(list)
        } else if let table = try? container.decode([String: JSONValue].self) {
            self = .table(table)
        } else {
            self = .other
        }
    }

    /// "has already been taken", "name: is too long, is invalid"
    var words: String {
        switch self {
        case .text(let text): text
        case .list(let list): list.map(\.words).filter { !$0.isEmpty }.joined(separator: ", ")
        case .table(let table):
            table.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.words)" }.joined(separator: "; ")
        case .other: ""
        }
    }
}

extension HTTPResponse {
    /// The body as JSON of that shape; nil where it is another or none.
    func decoded<T: Decodable>(_ type: T.Type) -> T? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try? decoder.decode(type, from: Data(body))
    }

    /// What the server says in words: GitLab's `message` or `error`, or plain text. Nil for pages and for nothing.
    var serverWords: String? {
        let words: String
        if let table = decoded([String: JSONValue].self) {
            words =
                ["message", "error", "errorDescription"].compactMap { table[$0]?.words }.first { !$0.isEmpty } ?? ""
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
