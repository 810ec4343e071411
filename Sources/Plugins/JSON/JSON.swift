import Host
import JSON
import Lua

/// `nightjar.json`: JSON as RFC 8259 has it, strictly, with results that do not depend on Lua's order of keys.
let jsonModule = HostModule(
    "json",
    doc: """
        JSON texts (RFC 8259). JSON's null is `json.null`, which counts as true. An empty table is an object; \
        `json.list{}` is an empty array.
        """,
    types: [
        HostType(
            JSONNull.self, name: "JSONNull", doc: "JSON's null, `json.null`.", identity: true,
            methods: [.metamethod(.tostring, returns: .string()) { _, _ in .string("null") }])
    ],
    functions: [
        .function(
            "encode",
            doc: """
                The value as JSON: keys sorted, integers without a fraction, floats with one. NaN, infinities, \
                functions, lists with holes, tables that mix items with names and texts of more than 256 MiB are errors \
                that say where.
                """,
            arguments: [.any("value", "a table, string, number, boolean or `json.null`")],
            options: [.integer("indent", "spaces a level; 0 gives one line", min: 0, max: 16, default: 0)],
            returns: .string()
        ) { call in
            let indent = try call.integer("indent")
            var taker = JSONTaker(call.state)
            let value = try taker.value(at: call.index("value"))
            return .bytes(try JSONWriter(indent > 0 ? .indented(indent) : .line).text(of: value))
        },
        .function(
            "decode",
            doc: """
                The value of a JSON text. Numbers without fraction and exponent that fit are integers. A key that \
                stands twice in an object is an error, as is whatever RFC 8259 does not allow.
                """,
            arguments: [.string("text")], returns: .custom("any")
        ) { call in
            let value = try call.state.withBytes(at: call.index("text")) { try JSONParser.parse($0) }
            try call.state.push(json: value ?? .null)
            return .pushed(1)
        },
        .function(
            "list", doc: "Marks a table as a list, so that it is an array even when empty.",
            arguments: [.list("items").optional], returns: .table("the same table")
        ) { call in
            let index = try call.index("items")
            if index == 0 { call.state.pushTable() } else { call.state.pushCopy(index) }
            call.state.markJSONList()
            return .pushed(1)
        },
    ],
    constants: [.inLua("null", type: "JSONNull", doc: "JSON's null, equal to itself only; nil would end lists.")],
    lua: { Array("local json = ...\njson.null = json.decode 'null'\n".utf8) })

/// JSON's null as a Lua value: nil would end lists and vanish from tables.
final class JSONNull: Sendable {
    static let shared = JSONNull()
}

/// Its address is the registry's key for the metatable of lists.
private final class JSONListMark: Sendable {
    static let shared = JSONListMark()
    var key: UnsafeRawPointer { UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()) }
}

extension LuaState {
    /// Marks the table on top of the stack as a list. One with another metatable keeps that.
    func markJSONList() {
        if pushMetatable(of: -1) { return pop() }
        if pushRegistry(JSONListMark.shared.key) != .table {
            pop()
            pushTable(fields: 1)
            push("json.list" as StaticString)
            setField("__name", of: -2)
            pushCopy(-1)
            setRegistry(JSONListMark.shared.key)
        }
        setMetatable(-2)
    }

    /// Whether the table at an index is marked as a list.
    func isJSONList(at index: Int32) -> Bool {
        guard pushMetatable(of: index) else { return false }
        defer { pop() }
        return isRegistryValue(at: -1, key: JSONListMark.shared.key)
    }
}
