import Operators

extension Module {
    /// The module and what is inside it, one line each, as PyTorch prints it.
    public var tree: String {
        var lines: [String] = []
        func write(_ module: Module, _ head: String, _ indent: Int) throws {
            guard lines.count < 1 << 16 else { throw TensorError("too many lines") }
            let space = String(repeating: " ", count: indent)
            let text = "\(space)\(head)\(module.kind)(\(module.details)"
            if module.children.isEmpty { return lines.append(text + ")") }
            lines.append(text)
            for (name, child) in module.children { try write(child, "(\(name)): ", indent + 2) }
            lines.append(space + ")")
        }
        do { try write(self, "", 0) } catch { lines.append("...") }
        return lines.joined(separator: "\n")
    }

    /// A setting as messages name it: "5x5" for a kernel, "stride 2", "p=0.5".
    static func describe(_ name: String, _ value: Value) -> String {
        let text = describe(value)
        switch name {
        case "kernel_size": return text.contains("x") ? text : "\(text)x\(text)"
        case "stride", "padding", "dilation": return "\(name) \(text)"
        default: return "\(name)=\(text)"
        }
    }

    private static func describe(_ value: Value) -> String {
        switch value {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): "'\(value)'"
        case .list(let items):
            items.count == 2 && items.allSatisfy { $0.integer != nil }
                ? items.map(describe).joined(separator: "x") : "{\(items.map(describe).joined(separator: ", "))}"
        case .object(let object): (object as? Tensor).map { "\($0.shape)" } ?? "\(type(of: object))"
        }
    }
}
