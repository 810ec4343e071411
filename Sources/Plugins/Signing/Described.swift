import Host
import JSON
import Lua
import Signing

// What a script tells of a model, as tables.

extension Call {
    /// A table, or what lies in it, as JSON has it; nil where the argument is not given.
    func json(_ name: StaticString) throws -> JSONValue? {
        guard try has(name) else { return nil }
        var taker = JSONTaker(state)
        do {
            return try taker.value(at: index(name))
        } catch let error as JSONError { throw error.inside(.name("\(name)")) }
    }

    /// A list of tables, each read.
    func rows<Row>(_ name: StaticString, _ read: (DescribedTable) throws -> Row) throws -> [Row] {
        guard let value = try json(name) else { return [] }
        if value == .object([]) { return [] }
        guard let items = value.asArray else { throw badArgument(name, expected: "list of tables", got: "a table") }
        return try items.enumerated().map { place, item in
            try read(DescribedTable(item, "'\(name)' item \(place + 1)"))
        }
    }

    /// A table of texts by name. Numbers and booleans become text.
    func texts(_ name: StaticString) throws -> [String: String] {
        guard let value = try json(name) else { return [:] }
        return try DescribedTable(value, "'\(name)'").texts()
    }
}

/// A table that a script gave, with what to call it in messages.
struct DescribedTable {
    private let members: [JSONValue.Member]
    private let place: String

    init(_ value: JSONValue, _ place: String) throws {
        guard let members = value.asObject else {
            throw DescriptionError(description: "\(place) must be a table with names")
        }
        self.members = members
        self.place = place
    }

    /// - Throws: where there is a field of another name.
    func expect(_ names: [String]) throws {
        for member in members where !names.contains(member.name) {
            throw DescriptionError(
                description: "\(place) has no '\(member.name)'\(suggestion(for: member.name, among: names) ?? ""): "
                    + "its fields are \(names.joined(separator: ", "))")
        }
    }

    func text(_ name: String) throws -> String? {
        guard let member = members.first(where: { $0.name == name }) else { return nil }
        guard let text = Self.text(of: member.value) else {
            throw DescriptionError(description: "\(place): '\(name)' must be a text or number")
        }
        return text
    }

    func required(_ name: String) throws -> String {
        guard let text = try text(name), !text.isEmpty else {
            throw DescriptionError(description: "\(place) needs '\(name)'")
        }
        return text
    }

    /// All fields as texts.
    func texts() throws -> [String: String] {
        var texts: [String: String] = [:]
        for member in members { texts[member.name] = try text(member.name) }
        return texts
    }

    /// A field that is a table of digests by name, in the order of the names.
    func digests(_ name: String) throws -> [FileDigest] {
        guard let member = members.first(where: { $0.name == name }) else { return [] }
        let table = try DescribedTable(member.value, "\(place): '\(name)'")
        return try table.members.map { member in
            let digest = FileDigest(name: member.name, sha256: try table.required(member.name))
            guard digest.isComplete else {
                throw DescriptionError(
                    description: "\(table.place): '\(member.name)' must be a SHA-256: 64 lower-case hexadecimal digits")
            }
            return digest
        }
    }

    private static func text(of value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .bool(let isTrue): "\(isTrue)"
        case .null, .array, .object: nil
        }
    }
}

/// A table that does not tell what it should.
struct DescriptionError: Error, CustomStringConvertible { let description: String }
