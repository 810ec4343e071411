/// What stubs and reference page say of a function: the same words, from the same declaration.
struct Signature {
    let function: HostFunction
    let className: (ClassReference) -> String

    /// "nn.Conv2d(in_channels, out_channels, {kernel_size, stride = 1})".
    func call(_ name: String) -> String {
        let arguments = function.arguments.map { argument in
            argument.isVariadic ? "\(argument.name)..." : "\(argument.name)\(argument.isOptional ? "?" : "")"
        }
        let options = function.options.map { option in
            option.defaultValue.map { "\(option.name) = \($0.lua)" } ?? "\(option.name)\(option.isOptional ? "?" : "")"
        }
        let table = options.isEmpty ? [] : ["{" + options.joined(separator: ", ") + "}"]
        return "\(name)(\((arguments + table).joined(separator: ", ")))"
    }

    /// A kind in LuaLS's words.
    func type(_ kind: ArgumentKind) -> String {
        switch kind {
        case .boolean: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .choice(let values): values.map { "\"\($0)\"" }.joined(separator: "|")
        case .integerOrPair: "integer|integer[]"
        case .integers: "integer[]"
        case .partialIntegers: "(integer|false)[]"
        case .numbers: "number[]"
        case .strings: "string[]"
        case .list: "any[]"
        case .table: "table"
        case .function: "function"
        case .any: "any"
        case .object(let type): className(type)
        case .objects(let type): "\(className(type))[]"
        case .anyOf(let kinds): kinds.map(type).joined(separator: "|")
        }
    }

    /// What a variadic parameter takes each time.
    func itemType(_ kind: ArgumentKind) -> String {
        switch kind {
        case .integers: "integer"
        case .objects(let type): className(type)
        default: "any"
        }
    }

    func type(_ value: Returns.Value) -> String {
        let type = value.kind.map(type) ?? value.type
        return value.isOptional ? "\(type)?" : type
    }

    /// "integer of at least 1, default 5": what the reference says of a parameter.
    func describe(_ argument: Argument) -> String {
        var words = argument.kind.expected(className)
        if argument.isVariadic { words = "any number of values, or one list: \(itemType(argument.kind))" }
        if let value = argument.defaultValue {
            words += ", default \(value.lua)"
        } else if argument.isOptional, !argument.isVariadic {
            words += ", optional"
        }
        return words
    }
}

/// The modules as one sees them from outside: parts of one name put together.
struct ModuleIndex {
    let names: [String]
    private let modules: [HostModule]
    private let classNames: [ObjectIdentifier: String]

    init(_ modules: [HostModule]) {
        self.modules = modules
        var seen: Set<String> = []
        names = modules.map(\.name).filter { seen.insert($0).inserted }
        var classNames: [ObjectIdentifier: String] = [:]
        for type in modules.flatMap({ $0.types() }) { classNames[type.swiftType.identifier] = type.name }
        self.classNames = classNames
    }

    func className(_ type: ClassReference) -> String { classNames[type.identifier] ?? "\(type.type)" }

    func parts(_ name: String) -> [HostModule] { modules.filter { $0.name == name } }

    func signature(_ function: HostFunction) -> Signature { Signature(function: function, className: className) }

    /// The sub-modules and modules that a module's table gives: "nn.functional" is a field of "nn".
    func children(_ name: String) -> [String] {
        names.filter { child in
            guard !child.isEmpty, child != name else { return false }
            let prefix = name.isEmpty ? "" : name + "."
            return child.hasPrefix(prefix) && !child.dropFirst(prefix.count).contains(".")
        }
    }
}
