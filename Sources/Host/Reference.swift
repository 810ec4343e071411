/// The reference of all modules as one Markdown page.
struct Reference {
    private let index: ModuleIndex

    init(_ modules: [HostModule]) { index = ModuleIndex(modules) }

    var text: String {
        var lines = ["# Reference", ""]
        for name in index.names {
            let fullName = name.isEmpty ? "nightjar" : "nightjar.\(name)"
            lines += ["## \(fullName)", ""]
            let parts = index.parts(name)
            lines += [parts.map(\.doc).joined(separator: " "), ""]
            for constant in parts.flatMap({ $0.constants() }) {
                let value = constant.value.map { " = `\($0.lua)`" } ?? ""
                lines += ["- `\(constant.name)`\(value): \(constant.doc)"]
            }
            if parts.contains(where: { !$0.constants().isEmpty }) { lines.append("") }
            for part in parts {
                for function in part.functions() { lines += entry(function, part.prefix + function.name) }
            }
            for type in parts.flatMap({ $0.types() }) { lines += section(type) }
        }
        return lines.joined(separator: "\n")
    }

    private func section(_ type: HostType) -> [String] {
        var lines = ["### \(type.name)", "", type.doc, ""]
        if let parent = type.parent { lines += ["It has all methods of \(index.className(parent)).", ""] }
        for method in type.methods() {
            switch method.role {
            case .metamethod(.call): lines += entry(method, "object")
            case .metamethod(let event):
                if !method.doc.isEmpty { lines += ["#### \(event.symbol)", "", method.doc, ""] }
            default: lines += entry(method, "\(type.name):\(method.name)")
            }
        }
        return lines
    }

    private func entry(_ function: HostFunction, _ name: String) -> [String] {
        let signature = index.signature(function)
        var lines = ["#### \(signature.call(name))", "", function.doc, ""]
        for argument in function.arguments + function.options {
            lines.append(
                "- `\(argument.name)`: \(signature.describe(argument))"
                    + (argument.doc.isEmpty
                        ? "" : ". \(argument.doc.prefix(1).uppercased())\(argument.doc.dropFirst())"))
        }
        let returns = function.returns.values.map { value in
            value.doc.isEmpty ? "`\(signature.type(value))`" : "`\(signature.type(value))`, \(value.doc)"
        }
        if !returns.isEmpty { lines.append("- returns \(returns.joined(separator: "; "))") }
        if lines.last != "" { lines.append("") }
        return lines
    }
}
