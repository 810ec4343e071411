import Host
import Lua

/// What is kept beside tensors, as a script sees it.
func metadataTable(_ texts: [String: String]) -> LuaValue {
    .table(texts.sorted { $0.key < $1.key }.map { (key: .string($0.key), value: .string($0.value)) })
}

/// A script's table of strings and numbers as what is kept beside tensors; empty for nil.
func metadataTexts(_ value: LuaValue, _ call: Call) throws -> [String: String] {
    let pairs: [(key: LuaValue, value: LuaValue)]
    switch value {
    case .table(let given): pairs = given
    case .list(let items) where !items.isEmpty:
        throw call.badArgument("metadata", expected: "table with names as keys", got: "list")
    default: return [:]
    }
    var texts: [String: String] = [:]
    for (key, value) in pairs {
        guard case .string(let key) = key else {
            throw call.badArgument("metadata", expected: "table with names as keys", got: "another key in it")
        }
        // Equal is what looks alike: a file of them could not be read again.
        guard texts[key] == nil else {
            throw call.badArgument("metadata", expected: "keys that look different", got: "'\(key)' twice")
        }
        switch value {
        case .string(let text): texts[key] = text
        case .integer(let number): texts[key] = "\(number)"
        case .number(let number): texts[key] = "\(number)"
        case .boolean(let truth): texts[key] = "\(truth)"
        default:
            throw call.badArgument(
                "metadata", expected: "table of strings and numbers", got: "another value as '\(key)'")
        }
    }
    return texts
}
