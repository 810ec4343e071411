import Files

/// Declarations for the Lua language server (LuaLS): an editor completes and checks scripts with them.
struct Stubs {
    private let index: ModuleIndex

    init(_ modules: [HostModule]) { index = ModuleIndex(modules) }

    /// Writes one file a module: "nightjar.lua", "nightjar/nn.lua", as `require` looks for them.
    func write(to directory: String) throws {
        for name in index.names {
            let path = "\(directory)/nightjar\(name.isEmpty ? "" : "/" + name.replacing(".", with: "/")).lua"
            try makeDirectory(directoryName(path))
            try writeFile(path, Array(text(name).utf8))
        }
    }

    /// One module's file.
    func text(_ name: String) -> String {
        let fullName = name.isEmpty ? "nightjar" : "nightjar.\(name)"
        let parts = index.parts(name)
        var lines = ["---@meta \(fullName)", ""]
        for type in parts.flatMap({ $0.types() }) { lines += declaration(of: type) }
        lines += parts.map { "---\($0.doc)" }
        lines.append("---@class \(fullName)")
        for child in index.children(name) {
            let field = child.split(separator: ".").last.map(String.init) ?? child
            lines.append("---@field \(field) nightjar.\(child)")
        }
        for constant in parts.flatMap({ $0.constants() }) {
            lines.append("---@field \(constant.name) \(constant.value.map(type) ?? constant.type) \(constant.doc)")
        }
        lines += ["local module = {}", ""]
        for function in parts.flatMap({ $0.functions() }) {
            lines += declaration(of: function, owner: "module.", options: "\(fullName).\(function.name)")
        }
        lines += ["return module", ""]
        return lines.joined(separator: "\n")
    }

    private func type(of literal: Literal) -> String {
        switch literal {
        case .boolean: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        }
    }

    private func declaration(of type: HostType) -> [String] {
        let methods = type.methods()
        var lines = ["---\(type.doc)"]
        lines.append("---@class \(type.name)" + (type.parent.map { ": \(index.className($0))" } ?? ""))
        if type.hasFields { lines.append("---@field [string] any") }
        for method in methods {
            guard case .metamethod(let event) = method.role, let line = operatorLine(method, event) else { continue }
            lines.append(line)
        }
        lines += ["local \(type.name) = {}", ""]
        for method in methods {
            guard case .method = method.role else { continue }
            lines += declaration(of: method, owner: "\(type.name):", options: "\(type.name).\(method.name)")
        }
        return lines
    }

    private func operatorLine(_ method: HostFunction, _ event: Metamethod) -> String? {
        let names: [Metamethod: String] = [
            .add: "add", .subtract: "sub", .multiply: "mul", .divide: "div", .modulo: "mod", .power: "pow",
            .floorDivide: "idiv", .concatenate: "concat", .negate: "unm", .length: "len",
        ]
        let signature = index.signature(method)
        let result = method.returns.values.first.map(signature.type) ?? "any"
        if event == .call {
            let arguments = method.arguments.map { "\($0.name): \(signature.type($0.kind))" }
            return "---@overload fun(\(arguments.joined(separator: ", "))): \(result)"
        }
        guard let name = names[event] else { return nil }
        guard method.arguments.count == 2 else { return "---@operator \(name): \(result)" }
        return "---@operator \(name)(\(signature.type(method.arguments[1].kind))): \(result)"
    }

    private func declaration(of function: HostFunction, owner: String, options optionsName: String) -> [String] {
        let signature = index.signature(function)
        var lines: [String] = []
        if !function.options.isEmpty {
            lines.append("---@class \(optionsName).options")
            for option in function.options {
                let mark = option.isOptional ? "?" : ""
                let value = option.defaultValue.map { " default \($0.lua)" } ?? ""
                lines.append(
                    "---@field \(option.name)\(mark) \(signature.type(option.kind))\(value)"
                        + (option.doc.isEmpty ? "" : " \(option.doc)"))
            }
            lines.append("")
        }
        lines.append("---\(function.doc)")
        var names: [String] = []
        for argument in function.arguments {
            let doc = argument.doc.isEmpty ? "" : " \(argument.doc)"
            if argument.isVariadic {
                lines.append("---@param ... \(signature.itemType(argument.kind))\(doc)")
                names.append("...")
            } else {
                let mark = argument.isOptional ? "?" : ""
                let name = Self.variable("\(argument.name)")
                lines.append("---@param \(name)\(mark) \(signature.type(argument.kind))\(doc)")
                names.append(name)
            }
        }
        if !function.options.isEmpty, !(function.arguments.last?.isVariadic ?? false) {
            let mark = function.options.allSatisfy(\.isOptional) ? "?" : ""
            lines.append("---@param options\(mark) \(optionsName).options")
            names.append("options")
        }
        for value in function.returns.values {
            lines.append("---@return \(signature.type(value))" + (value.doc.isEmpty ? "" : " # \(value.doc)"))
        }
        let parameters = names.joined(separator: ", ")
        if Self.words.contains(function.name) {
            // A word of Lua's is no name in a declaration: x["repeat"](x, 2).
            let receiver = owner.hasSuffix(":") ? ["self"] : []
            let all = (receiver + names).joined(separator: ", ")
            lines += ["\(owner.dropLast())[\"\(function.name)\"] = function(\(all)) end", ""]
        } else {
            lines += ["function \(owner)\(function.name)(\(parameters)) end", ""]
        }
        return lines
    }

    /// Lua's own words that functions or parameters of PyTorch are called by.
    private static let words: Set = [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
        "not", "or", "repeat", "return", "then", "true", "until", "while",
    ]

    /// A parameter's name as Lua can declare it.
    private static func variable(_ name: String) -> String { words.contains(name) ? name + "_" : name }
}
