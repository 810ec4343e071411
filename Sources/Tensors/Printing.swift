extension Tensor: CustomStringConvertible {
    /// The elements in nested brackets, as PyTorch prints them; of a large tensor only the first and last three of
    /// each dimension.
    public var description: String {
        var suffix = dtype == .float32 || dtype == .int64 || dtype == .bool ? "" : ", dtype=\(dtype.rawValue)"
        if let node { suffix += ", grad_fn=<\(node.name)>" } else if requiresGrad { suffix += ", requires_grad=true" }
        let shortened = count > 1000
        if count == 0 { return "tensor([], size=\(describe(shape))\(suffix))" }
        var (texts, width) = ([Int: String](), 0)
        visit(0, 0, shortened) { at in
            let text = elementText(at)
            texts[at] = text
            width = Swift.max(width, text.count)
        }
        var result = "tensor("
        write(0, 0, shortened, indent: 7, width: width, texts, into: &result)
        return result + suffix + ")"
    }

    private func elementText(_ index: Int) -> String {
        let value = element(at: index)
        switch dtype {
        case .float32: return fixed(value)
        case .bool: return value == 0 ? "false" : "true"
        case .int64, .uint8: return String(Int64(clamping: value))
        }
    }

    private func places(_ dimension: Int, _ shortened: Bool) -> [Int?] {
        let size = shape[dimension]
        return shortened && size > 6 ? [0, 1, 2, nil, size - 3, size - 2, size - 1] : Array(0..<size)
    }

    private func visit(_ dimension: Int, _ offset: Int, _ shortened: Bool, _ body: (Int) -> Void) {
        if dimension == dim { return body(offset) }
        for place in places(dimension, shortened) {
            if let place { visit(dimension + 1, offset + place * strides[dimension], shortened, body) }
        }
    }

    private func write(
        _ dimension: Int, _ offset: Int, _ shortened: Bool, indent: Int, width: Int, _ texts: [Int: String],
        into result: inout String
    ) {
        if dimension == dim {
            let text = texts[offset] ?? ""
            result += String(repeating: " ", count: dim == 0 ? 0 : width - text.count) + text
            return
        }
        result += "["
        let separator =
            dimension == dim - 1
            ? ", "
            : "," + String(repeating: "\n", count: dim - 1 - dimension) + String(repeating: " ", count: indent + 1)
        for (i, place) in places(dimension, shortened).enumerated() {
            if i > 0 { result += separator }
            guard let place else {
                result += "..."
                continue
            }
            write(
                dimension + 1, offset + place * strides[dimension], shortened, indent: indent + 1, width: width, texts,
                into: &result)
        }
        result += "]"
    }
}

/// A number with four decimals, or with an exponent where that would say nothing.
private func fixed(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let size = value.magnitude
    if size != 0 && (size < 1e-4 || size >= 1e8) { return "\(Float(value))" }
    let scaled = Int64((size * 10_000).rounded())
    let decimals = String(scaled % 10_000)
    let sign = value < 0 ? "-" : ""
    return "\(sign)\(scaled / 10_000).\(String(repeating: "0", count: 4 - decimals.count))\(decimals)"
}
