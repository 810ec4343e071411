#if os(Linux)
    import Plugins

    @testable import Host

    /// A declared function as the driver in Lua is told of it.
    struct Declared {
        /// "nj.zeros", or a method's name.
        let name: String
        /// The type that it is a method of.
        let typeName: String?
        /// Whether it is an operator that takes its object as one of its operands.
        let isBinary: Bool
        let parameters: [String]
        let options: [String]

        /// As a Lua table.
        var lua: String {
            let type = typeName.map { "class = \"\($0)\", binary = \(isBinary), " } ?? ""
            return "{ name = \"\(name)\", \(type)parameters = { \(parameters.joined(separator: ", ")) }, "
                + "options = { \(options.joined(separator: ", ")) } }"
        }

        /// What functions and methods belong together: one process calls them.
        struct Group: CustomStringConvertible {
            let name: String
            let functions: [Declared]
            var description: String { name }

            /// Groups of so few functions that a process calls all of them within the time that it has.
            fileprivate var parts: [Group] {
                let size = 60
                return stride(from: 0, to: functions.count, by: size).map { start in
                    Group(
                        name: start == 0 ? name : "\(name) from \(functions[start].name)",
                        functions: Array(functions[start..<min(start + size, functions.count)]))
                }
            }
        }

        /// All that scripts can call, but for what is left out.
        static let groups: [Group] = {
            let modules = [coreModule] + builtInModules
            let names = classNames(modules)
            return modules.enumerated().flatMap { index, module -> [Group] in
                let prefix = module.name.isEmpty ? "nj." : "nj.\(module.name)."
                let functions = module.functions().map { Declared($0, name: prefix + $0.name, typeName: nil, names) }
                let types = module.types().map { type in
                    Group(
                        name: type.name,
                        functions: type.methods().map {
                            Declared($0, name: $0.name, typeName: type.name, names)
                        })
                }
                return [Group(name: "\(index) \(prefix)*", functions: functions)] + types
            }.map { group in
                Group(name: group.name, functions: group.functions.filter { !leftOut.keys.contains($0.label) })
            }
            .flatMap { $0.parts }
        }()

        var label: String { typeName.map { "\($0):\(name)" } ?? name }

        private static func classNames(_ modules: [HostModule]) -> [ObjectIdentifier: String] {
            Dictionary(
                modules.flatMap { $0.types() }.map { ($0.swiftType.identifier, $0.name) }, uniquingKeysWith: { $1 })
        }

        private init(_ function: HostFunction, name: String, typeName: String?, _ names: [ObjectIdentifier: String]) {
            self.name = name
            self.typeName = typeName
            isBinary = typeName != nil && !function.isReceiverFirst
            let label = typeName.map { "\($0):\(name)" } ?? name
            parameters = function.arguments.map { Self.describe($0, of: label, names) }
            options = function.options.map { Self.describe($0, of: label, names) }
        }

        private static func describe(
            _ argument: Argument, of function: String, _ names: [ObjectIdentifier: String]
        ) -> String {
            var fields = ["name = \"\(argument.name)\"", "kind = \"\(kind(argument.kind))\""]
            switch first(argument.kind) {
            case .integer(let range) where range.lowerBound > .min,
                .integerOrPair(let range) where range.lowerBound > .min:
                fields.append("least = \"\(range.lowerBound)\"")
            case .choice(let values):
                fields.append("choices = { \(values.map { "\"'\($0)'\"" }.joined(separator: ", ")) }")
            case .object(let type), .objects(let type):
                fields.append("class = \"\(names[type.identifier] ?? "?")\"")
            default: break
            }
            if !argument.isOptional { fields.append("needed = true") }
            if let usual = usual["\(function) \(argument.name)"] {
                fields.append("usual = { \(usual.map { "[==[\($0)]==]" }.joined(separator: ", ")) }")
            }
            if bounded.contains("\(function) \(argument.name)") { fields.append("bounded = true") }
            return "{ \(fields.joined(separator: ", ")) }"
        }

        /// The first of several kinds that a parameter may have.
        private static func first(_ kind: ArgumentKind) -> ArgumentKind {
            if case .anyOf(let kinds) = kind, let kind = kinds.first { return first(kind) }
            return kind
        }

        private static func kind(_ kind: ArgumentKind) -> String {
            switch kind {
            case .boolean: "boolean"
            case .integer: "integer"
            case .number: "number"
            case .string: "string"
            case .choice: "choice"
            case .integerOrPair: "pair"
            case .integers, .partialIntegers: "integers"
            case .numbers: "numbers"
            case .strings: "strings"
            case .list: "list"
            case .table: "table"
            case .function: "function"
            case .any: "any"
            case .object: "object"
            case .objects: "objects"
            case .anyOf(let kinds): kinds.first.map(Self.kind) ?? "any"
            }
        }
    }
#endif
